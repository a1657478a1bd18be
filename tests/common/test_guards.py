"""The guards of append-only tables, in the database itself."""

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction

from common.guards import append_only

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> Iterator[str]:
    """A table made append-only by the operations that migrations use."""
    operation = append_only("kept")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (id int PRIMARY KEY, word text)")
        cursor.execute(str(operation.sql))
        cursor.execute("INSERT INTO kept VALUES (1, 'first')")
    yield "kept"
    with connection.cursor() as cursor:
        cursor.execute(str(operation.reverse_sql))
        cursor.execute("DELETE FROM kept")
        cursor.execute("DROP TABLE kept")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kept SET word = 'other'",
        "DELETE FROM kept",
        "INSERT INTO kept VALUES (1, 'again') ON CONFLICT (id) DO UPDATE SET word = 'other'",
        "SET LOCAL sluice.guard_truncate = 'on'; TRUNCATE kept",
    ],
)
def test_history_can_only_be_added_to(kept: str, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="never edited"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, word FROM kept")
        assert cursor.fetchall() == [(1, "first")]
        cursor.execute("INSERT INTO kept VALUES (2, 'second')")


def test_a_test_runner_may_empty_the_table(kept: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE kept")
        cursor.execute("SELECT count(*) FROM kept")
        assert cursor.fetchone() == (0,)

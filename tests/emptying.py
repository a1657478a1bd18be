"""Emptying the test database quickly after a test that committed.

Django's flush is one TRUNCATE of every table, for which PostgreSQL makes new files for each table
and each index: over half a second here. Few tables hold rows, and to delete these takes none.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.postgresql.operations import DatabaseOperations

_truncate = DatabaseOperations.sql_flush


def install() -> None:
    """Have every flush delete instead, where the role may leave the guards of history aside."""
    DatabaseOperations.sql_flush = _sql_flush  # type: ignore[method-assign, assignment]


def _sql_flush(
    self: DatabaseOperations, style: Any, tables: Sequence[str], **options: Any
) -> list[str]:
    if not tables or not is_superuser():
        return _truncate(self, style, tables, **options)
    # Without triggers, neither guards nor foreign keys ask for an order.
    return [
        "SET LOCAL session_replication_role = replica",
        *(f"DELETE FROM {self.quote_name(table)}" for table in filled(self, tables)),  # noqa: S608
    ]


def is_superuser() -> bool:
    """Tell whether the tests' role may leave triggers aside."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def filled(operations: BaseDatabaseOperations, tables: Sequence[str]) -> list[str]:
    """Return those of the tables that hold rows."""
    asked = " UNION ALL ".join(
        f"SELECT %s WHERE EXISTS (SELECT FROM {operations.quote_name(table)})"  # noqa: S608
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, list(tables))
        return [table for (table,) in cursor.fetchall()]

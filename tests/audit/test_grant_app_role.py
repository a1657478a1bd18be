"""The application's own database role cannot lift the guards of history."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from audit.models import Event
from tests.factories import make_user

pytestmark = pytest.mark.django_db
ROLE = f"sluice_app_{os.getpid()}"


@pytest.fixture
def role() -> str:
    """An ordinary role; it goes with the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE} NOSUPERUSER NOINHERIT NOLOGIN")
    return ROLE


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    """Use the connection with the rights of another role."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
    yield
    # A failed statement leaves the role by the savepoint that is rolled back.
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def grant(role: str) -> str:
    out = StringIO()
    call_command("grant_app_role", role, stdout=out)
    return out.getvalue()


def test_the_role_can_do_the_daily_work(role: str) -> None:
    report = grant(role)
    assert "audit_event" in report
    with acting_as(role):
        user = make_user(full_name="Ada")
        user.full_name = "Ada King"
        user.save()
        assert Event.objects.filter(actor=None).exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = NULL",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "ALTER TABLE audit_event DISABLE TRIGGER audit_event_rows_kept",
        "DROP TRIGGER audit_event_rows_kept ON audit_event",
        "DROP TRIGGER audit_event_kept ON audit_event",
        "DROP TABLE audit_event",
        "ALTER TABLE audit_event RENAME TO old_event",
        """CREATE TRIGGER mine BEFORE INSERT ON audit_event FOR EACH ROW
        EXECUTE FUNCTION sluice_refuse_change()""",
        "DROP FUNCTION sluice_refuse_change() CASCADE",
        """CREATE OR REPLACE FUNCTION sluice_refuse_change() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RETURN NULL; END $$""",
        "SET session_replication_role = replica",
        "CREATE TABLE public.mine (id int)",
        "TRUNCATE accounts_user CASCADE",
        "GRANT UPDATE ON audit_event TO CURRENT_USER",
    ],
)
def test_the_role_cannot_touch_history_or_its_guards(role: str, statement: str) -> None:
    make_user()
    grant(role)
    before = Event.objects.count()
    if statement.startswith("GRANT"):
        # PostgreSQL only warns that nothing was granted: what counts is that nothing changed.
        with acting_as(role), connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.execute(f"SELECT has_table_privilege('{role}', 'audit_event', 'UPDATE')")
            assert cursor.fetchone() == (False,)
        return
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        acting_as(role),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Event.objects.count() == before


def test_every_table_with_the_guard_is_found(role: str) -> None:
    report = grant(role)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT event_object_table FROM information_schema.triggers"
            " WHERE action_statement LIKE '%sluice_refuse_change%'"
        )
        guarded = {name for (name,) in cursor.fetchall()}
        assert guarded
        for table in guarded:
            assert table in report
            cursor.execute(
                "SELECT has_table_privilege(%s, %s, 'UPDATE, DELETE, TRUNCATE'),"
                " has_table_privilege(%s, %s, 'INSERT')",
                [role, table, role, table],
            )
            assert cursor.fetchone() == (False, True)


@pytest.mark.parametrize("table", ["boards_ballot", "licensing_ban"])
def test_a_table_whose_rows_change_in_one_way_can_be_changed_and_not_emptied(
    role: str, table: str
) -> None:
    grant(role)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s, %s, 'UPDATE'), has_table_privilege(%s, %s, 'TRUNCATE')",
            [role, table, role, table],
        )
        assert cursor.fetchone() == (True, False)


def test_rights_given_by_mistake_are_taken_back(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT ALL ON audit_event TO {role}")
        cursor.execute(f"GRANT UPDATE (data) ON audit_event TO {role}")
    grant(role)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT has_any_column_privilege('{role}', 'audit_event', 'UPDATE')")
        assert cursor.fetchone() == (False,)


def test_a_way_around_through_everybody_is_refused(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("GRANT DELETE ON audit_event TO PUBLIC")
    with pytest.raises(CommandError, match="can still change audit_event"):
        grant(role)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT has_table_privilege('{role}', 'audit_event', 'INSERT')")
        assert cursor.fetchone() == (False,)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("ALTER ROLE {role} SUPERUSER", "superuser"),
        ("ALTER ROLE {role} CREATEROLE", "make roles"),
        ("ALTER ROLE {role} REPLICATION", "replicate"),
        ("GRANT {owner} TO {role}", "belongs to the role that does"),
        ("ALTER TABLE accounts_user OWNER TO {role}", "owns tables"),
    ],
)
def test_a_role_that_could_lift_the_guards_is_refused(role: str, change: str, why: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_user)")
        (owner,) = cursor.fetchone()
        cursor.execute(change.format(role=role, owner=owner))
    with pytest.raises(CommandError, match=why):
        grant(role)


@pytest.mark.parametrize("name", ["nobody_here", "x'; DROP TABLE audit_event; --", ""])
def test_a_role_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(CommandError, match="There is no role"):
        grant(name)

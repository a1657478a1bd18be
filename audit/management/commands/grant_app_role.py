"""`manage.py grant_app_role NAME`: what the application's own database role may do.

Where the operator provides two roles, the owner runs `migrate` and this command; the portal and
its workers connect as NAME, which cannot lift the guards of the append-only tables.
"""

from argparse import ArgumentParser
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

GUARD = "sluice_refuse_change"

# 16 is the bit of triggers on UPDATE: a table that is only kept from being emptied may change, in
# the ways that a trigger of its own allows.
TABLES = """
SELECT c.relname, EXISTS (
    SELECT 1 FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgrelid = c.oid AND p.proname = %s AND t.tgtype & 16 <> 0
)
FROM pg_class c
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
ORDER BY c.relname
"""
ROLE = """
SELECT r.rolsuper, r.rolreplication, r.rolbypassrls, r.rolcreaterole, EXISTS (
    SELECT 1 FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
      AND pg_has_role(r.oid, c.relowner, 'MEMBER')
)
FROM pg_roles r WHERE r.rolname = %s
"""
STILL_OPEN = """
SELECT has_table_privilege(%s, %s::regclass, 'DELETE')
    OR has_table_privilege(%s, %s::regclass, 'TRUNCATE')
    OR has_table_privilege(%s, %s::regclass, 'TRIGGER')
    OR has_any_column_privilege(%s, %s::regclass, 'UPDATE')
"""


class Table(NamedTuple):
    """A table and whether it carries the guard."""

    name: str
    guarded: bool


class Command(BaseCommand):
    help = (
        "Grant a database role what the application needs, and no more: append-only tables get "
        "INSERT and SELECT. Run it as the tables' owner, after every migrate."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="an existing role that owns nothing here")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        with transaction.atomic(), connection.cursor() as cursor:
            _refuse_unfit(cursor, name)
            cursor.execute(TABLES, [GUARD])
            tables = [Table(*row) for row in cursor.fetchall()]
            guarded = [table for table in tables if table.guarded]
            if not guarded:
                raise CommandError("No append-only table was found. Run migrate first.")
            _grant(cursor, name, tables)
            _refuse_loopholes(cursor, name, guarded)
        self.stdout.write(
            f"{name} may use {len(tables)} tables; on {len(guarded)} of them it may add rows "
            f"and read, nothing else: {', '.join(table.name for table in guarded)}."
        )


def _refuse_unfit(cursor: CursorWrapper, name: str) -> None:
    cursor.execute(ROLE, [name])
    row = cursor.fetchone()
    if row is None:
        raise CommandError(f"There is no role {name!r}. Make it with CREATE ROLE … LOGIN.")
    superuser, replication, bypass, create_role, owner = row
    if superuser or replication or bypass or create_role:
        raise CommandError(
            f"{name} is a superuser, or may replicate, bypass row security or make roles; "
            "such a role could lift the guards. Choose an ordinary one."
        )
    if owner:
        raise CommandError(
            f"{name} owns tables of this database, or belongs to the role that does, and could "
            "lift their guards. Run this as the owner and name another role."
        )


def _grant(cursor: CursorWrapper, name: str, tables: list[Table]) -> None:
    role = sql.Identifier(name)
    cursor.execute("SELECT current_database(), current_schema()")
    database, schema = (sql.Identifier(part) for part in cursor.fetchone())
    statements = [
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role),
        sql.SQL("REVOKE CREATE ON SCHEMA {} FROM {}").format(schema, role),
        sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, role),
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {} TO {}").format(schema, role),
    ]
    for table in tables:
        rights = sql.SQL("SELECT, INSERT" if table.guarded else "SELECT, INSERT, UPDATE, DELETE")
        target = sql.Identifier(table.name)
        # Revoked first, so that a run after a table became append-only takes away the rest.
        statements.append(sql.SQL("REVOKE ALL ON {} FROM {}").format(target, role))
        statements.append(sql.SQL("GRANT {} ON {} TO {}").format(rights, target, role))
    for statement in statements:
        cursor.execute(statement)


def _refuse_loopholes(cursor: CursorWrapper, name: str, guarded: list[Table]) -> None:
    """Look whether the role can still change history, through PUBLIC or another role."""
    for table in guarded:
        quoted = connection.ops.quote_name(table.name)
        cursor.execute(STILL_OPEN, [name, quoted] * 4)
        (still_open,) = cursor.fetchone()
        if still_open:
            raise CommandError(
                f"{name} can still change {table.name} through PUBLIC or another role. "
                "Revoke that first; nothing was granted."
            )

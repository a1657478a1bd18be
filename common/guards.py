"""Migration operations that make a table append-only in the database itself.

The guards are plain triggers, not a library's, because a library's can be switched off by a
session variable; these need the table's owner, which the application's own role is not where
the operator provides two roles (`manage.py grant_app_role`).
"""

from django.db import migrations

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION sluice_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Test runners empty tables between tests; nothing else may, and nowhere else.
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%'
       AND coalesce(current_setting('sluice.guard_truncate', true), '') <> 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'History is added to, never edited: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""


def install_guard_function() -> migrations.RunSQL:
    """Create the trigger function that `append_only` uses."""
    return migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION sluice_refuse_change();")


def append_only(table: str) -> migrations.RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE on `table` (TRUNCATE outside test databases only)."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER {table}_rows_kept BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION sluice_refuse_change();
        CREATE TRIGGER {table}_kept BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION sluice_refuse_change();
        """,
        f"""
        DROP TRIGGER {table}_rows_kept ON {table};
        DROP TRIGGER {table}_kept ON {table};
        """,
    )

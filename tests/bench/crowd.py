"""Many applications and grants at once, laid as rows by the server itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from accounts.models import User
from licensing.models import Application, Grant
from releases.models import Model

TABLES = ("accounts_user", "licensing_application", "licensing_grant")

# What tells the rows apart, as SQL over n; everything else is as the row has it that they are like.
# Names that repeat as names do: 400 first names, 1,000 last ones, and a number as a word.
PERSON = {
    "id": "%(base)s + n",
    "email": "'bench' || n || '@lab' || n %% 997 || '.example'",
    "full_name": "'First' || n %% 400 || ' Last' || n %% 1000 || ' P' || n",
    "pseudonym": "gen_random_uuid()",
}
APPLICATION = {
    "public_id": "gen_random_uuid()",
    "applicant_id": "%(base)s + n",
    "submitted_at": "now() - n %% 1000 * interval '100 minutes'",
    "due_at": "now() + (n * 7919 %% 57600 - 28800) * interval '1 minute'",
    "country": "(ARRAY['DE','FR','US','JP','BR','KE','IN','LT'])[1 + n %% 8]",
    "tier_asked": "n %% 3",
    "flags": """CASE n %% 5 WHEN 0 THEN ARRAY['email_domain']
                WHEN 1 THEN ARRAY['membership', 'country'] ELSE ARRAY[]::varchar[] END""",
}
GRANT = {
    "public_id": "gen_random_uuid()",
    "person_id": "%(base)s + n",
    "state": "CASE n %% 7 WHEN 0 THEN 'queued' ELSE 'active' END",
}
NEXT_PERSON = """
SELECT setval(pg_get_serial_sequence('accounts_user', 'id'), max(id)) FROM accounts_user
"""


def lay(model: Model, *, queue: int, grants: int) -> None:
    """Lay so many waiting applications and so many accepted recipients, each another person."""
    now = timezone.now()
    with connection.cursor() as cursor:
        user = User.objects.create(email="like@bench.example", password="")
        likes = (
            (user, PERSON, grants),
            (
                Application.objects.create(
                    model=model,
                    applicant=user,
                    track="researcher",
                    state="submitted",
                    submitted_at=now,
                    due_at=now,
                ),
                APPLICATION,
                queue,
            ),
            (
                Grant.objects.create(
                    model=model,
                    person=user,
                    modes=["weights"],
                    public_modes=["weights"],
                    state="active",
                    ends_at=now + timedelta(days=365),
                ),
                GRANT,
                grants,
            ),
        )
        with _indexes_afterwards(cursor):
            for like, different, count in likes:
                cursor.execute(_rows_like(like, different), {"base": user.pk, "count": count})
        cursor.execute(NEXT_PERSON)
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")


def _rows_like(like: models.Model, different: dict[str, str]) -> str:
    """Return what lays rows that are like one, but for the columns that tell them apart."""
    table = like._meta.db_table
    columns = [field.column or "" for field in like._meta.concrete_fields]
    if "id" not in different:
        columns.remove("id")
    values = [different.get(column, f"one.{column}") for column in columns]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"  # noqa: S608
        f" FROM {table} AS one, generate_series(1, %(count)s) AS n WHERE one.id = {like.pk}"
    )


@contextmanager
def _indexes_afterwards(cursor: CursorWrapper) -> Iterator[None]:
    """Build the indexes once over all rows, and check no row's keys: they are of our making."""
    cursor.execute(
        """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid = ANY (%s::regclass[]) AND NOT indisprimary AND NOT EXISTS
              (SELECT FROM pg_constraint WHERE conindid = indexrelid)
        """,
        [list(TABLES)],
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    cursor.execute("SET session_replication_role = replica")
    yield
    cursor.execute("SET session_replication_role = DEFAULT")
    cursor.execute("SET maintenance_work_mem = '512MB'")
    for _name, definition in indexes:
        cursor.execute(definition)
    cursor.execute("RESET maintenance_work_mem")

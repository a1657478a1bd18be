"""The demo's instance in the test database, committed, for the tests of one module."""

import functools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings

from accounts.models import User
from common.dsse import derived_private_key
from portal import seed
from portal.seed.catalog import HERON_NEXT
from releases.models import Release
from releases.selectors import release_by_name
from tests import emptying

SIGNING_KEY = derived_private_key("a key for tests")


@contextmanager
def seeded_demo(directory: Path, blocker: Any) -> Iterator[None]:
    """Fill the database with a small demo and empty it afterwards.

    It is seeded once for each process, and put back from a copy after that: seeding asks thousands
    of questions of the database.
    """
    store = directory / "weights"
    store.mkdir()
    with (
        blocker.unblock(),
        override_settings(WEIGHTS_DIR=store, DATA_DIR=directory, SIGNING_KEY=SIGNING_KEY),
    ):
        kept = Path(_copies().name)
        if not (kept / "tables").exists():
            seed.seed(heron=HERON_NEXT)
            _keep(kept, store)
        else:
            _put_back(kept, store)
        try:
            yield
        finally:
            call_command("flush", interactive=False, verbosity=0)


@functools.cache
def _copies() -> "tempfile.TemporaryDirectory[str]":
    """Return the directory of the copies, which goes with the process."""
    return tempfile.TemporaryDirectory(prefix="sluice-demo-")


def _keep(kept: Path, store: Path) -> None:
    if not emptying.is_superuser():
        return
    shutil.copytree(store, kept / "weights")
    tables = kept / "tables"
    tables.mkdir()
    names = set(connection.introspection.table_names()) - {"django_migrations"}
    for table in emptying.filled(connection.ops, sorted(names)):
        with connection.cursor() as cursor, (tables / table).open("wb") as file:
            quoted = connection.ops.quote_name(table)
            with cursor.copy(f"COPY {quoted} TO STDOUT (FORMAT BINARY)") as rows:
                for row in rows:
                    file.write(row)


def _put_back(kept: Path, store: Path) -> None:
    shutil.copytree(kept / "weights", store, dirs_exist_ok=True)
    with transaction.atomic(), connection.cursor() as cursor:
        # Guards and foreign keys held when these rows were written the first time.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for path in sorted((kept / "tables").iterdir()):
            quoted = connection.ops.quote_name(path.name)
            cursor.execute(f"DELETE FROM {quoted}")  # noqa: S608
            with cursor.copy(f"COPY {quoted} FROM STDIN (FORMAT BINARY)") as rows:
                rows.write(path.read_bytes())
    # The flush in between made new ones, of other numbers.
    ContentType.objects.clear_cache()


def person(name: str) -> User:
    """Return a person of the demo by the first part of their address."""
    return User.objects.get(email=f"{name}@demo.example")


def demo_release(name: str) -> Release:
    """Return a release of the demo: "heron v1.0"."""
    model, _, version = name.partition(" ")
    release = release_by_name("demo", model, version)
    assert release is not None
    return release

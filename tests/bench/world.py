"""What the measurements need: a durable database, the demo, a large file, many small ones."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from common import dsse
from portal.embedded import postgres

GIB = 1 << 30
SMALL_FILES = 1000


@dataclass(frozen=True)
class World:
    """Where things are, and whose token opens them. Made by `made_in`."""

    directory: Path
    secret: str
    big_sha256: str


def configure(directory: Path) -> None:
    """Set what the settings read, before Django does. Durable, unlike the tests' database."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="portal.settings",
        DATA_DIR=str(directory),
        DATABASE_URL=postgres.database_url(directory, "bench"),
        SLUICE_DEMO="0",
        BASE_URL="http://localhost",
        ALLOWED_HOSTS="localhost,127.0.0.1",
        SECRET_KEY=secrets.token_hex(32),
        PERSONAL_DATA_KEY=secrets.token_hex(32),
        SIGNING_KEY=dsse.derived_private_key(secrets.token_hex(32)),
        CELERY_BROKER_URL="memory://",
        CELERY_TASK_ALWAYS_EAGER="1",
        EMAIL_URL="memorymail://",
        WEIGHTS_STORAGE_URL=(directory / "weights").as_uri(),
        LOG_LEVEL="ERROR",
    )


@contextmanager
def made_in(directory: Path) -> Iterator[World]:
    """Start PostgreSQL, fill it with the demo and the files, and stop it afterwards."""
    cluster = postgres.start(directory)
    try:
        postgres.ensure_database(cluster, "bench")
        yield _filled(directory)
    finally:
        postgres.stop(cluster)


def _filled(directory: Path) -> World:
    import django

    django.setup()
    from django.core.management import call_command

    from portal import seed
    from portal.seed.catalog import HERON_NEXT
    from tests.delivery.big import sparse_artifact
    from tests.factories import make_token
    from tests.seeded import person

    (directory / "weights").mkdir()
    call_command("migrate", verbosity=0)
    seed.seed(heron=HERON_NEXT)
    big_sha256 = sparse_artifact(GIB)
    _small_artifacts()
    _token, secret = make_token(person("deployer"), rights=("weights", "api"))
    return World(directory, secret, big_sha256)


def _small_artifacts() -> None:
    """Put a thousand small files beside the weights, as a release of many shards has them."""
    import hashlib

    from releases.models import Artifact
    from releases.store import path_of
    from tests.seeded import demo_release

    release = demo_release("heron v1.0")
    rows = []
    for number in range(SMALL_FILES):
        content = f"small file {number}\n".encode() * 40
        sha256 = hashlib.sha256(content).hexdigest()
        path = path_of(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        rows.append(
            Artifact(
                release=release,
                path=f"small/{number:04}.txt",
                size=len(content),
                sha256=sha256,
                format="other",
            )
        )
    Artifact.objects.bulk_create(rows)

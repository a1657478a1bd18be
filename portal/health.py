"""Whether the parts that Sluice stands on answer. Sentences name no host, user or password."""

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from common import document_store
from releases import store
from releases.models import Document

logger = logging.getLogger(__name__)

HEARTBEAT_KEY = "portal:heartbeat"
# Beat sends one every 20 s; two may be missed while a worker is busy.
HEARTBEAT_LATE = timedelta(seconds=90)
BROKER_SECONDS = 2
# Below this the next ingest of a large release would fail half way.
STORAGE_LOW_BYTES = 1_000_000_000


@dataclass(frozen=True)
class Check:
    """One part, whether it is well, and a sentence for the operator."""

    part: str
    ok: bool
    sentence: str


def check_all() -> list[Check]:
    """Ask every part that serving a page or a download needs."""
    return [
        _guarded("database", check_database, "The database does not answer."),
        _guarded(
            "broker",
            check_broker,
            "The broker does not answer. Acts are kept and carried out once it does.",
        ),
        _guarded("storage", check_storage, "The weights store cannot be used."),
        _guarded("documents", check_documents, "The store of documents cannot be used."),
    ]


def _guarded(part: str, check: Callable[[], Check], failure: str) -> Check:
    try:
        return check()
    except Exception:
        # Whatever a driver raises; its text may hold addresses, so it goes to the log only.
        logger.exception("The health check of the %s failed.", part)
        return Check(part, False, failure)


def check_database() -> Check:
    """Ask the database for something trivial."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Check("database", True, "The database answers.")


def check_broker() -> Check:
    """Open a connection to the broker as a task's sender would."""
    with current_app.connection_for_write(connect_timeout=BROKER_SECONDS) as broker:
        broker.ensure_connection(
            max_retries=1, interval_start=0, interval_step=0, timeout=BROKER_SECONDS
        )
        with broker.channel():
            return Check("broker", True, "The broker answers.")


def check_storage() -> Check:
    """See whether the weights store can be used, and a directory has room."""
    try:
        store.check()
    except store.StoreError as error:
        return Check("storage", False, str(error))
    if store.is_bucket():
        return Check("storage", True, "The weights bucket answers.")
    if (free_bytes() or 0) < STORAGE_LOW_BYTES:
        return Check("storage", True, "The weights directory has less than 1 GB left.")
    return Check("storage", True, "The weights directory can be read and written.")


def check_documents() -> Check:
    """See whether documents can be kept, and whether those that are known of are there."""
    try:
        document_store.check(filled=Document.objects.exists())
    except document_store.DocumentStoreError as error:
        return Check("documents", False, str(error))
    if document_store.is_bucket():
        return Check("documents", True, "The bucket of documents answers.")
    return Check("documents", True, "The directory of documents can be read and written.")


def free_bytes() -> int | None:
    """Return the bytes left on the disk of the weights directory; None for a bucket."""
    return None if settings.WEIGHTS_DIR is None else shutil.disk_usage(settings.WEIGHTS_DIR).free


def note_heartbeat() -> None:
    """Remember that the scheduler's task ran now."""
    cache.set(HEARTBEAT_KEY, timezone.now().isoformat(), timeout=None)


def last_heartbeat() -> datetime | None:
    """Return when the scheduler's task last ran."""
    noted = cache.get(HEARTBEAT_KEY)
    return datetime.fromisoformat(noted) if noted else None


def check_worker(now: datetime) -> Check:
    """See whether scheduler and worker have carried out their sign of life lately."""
    last = last_heartbeat()
    if last is None:
        return Check("worker", False, "No worker has given a sign of life yet.")
    if now - last > HEARTBEAT_LATE:
        return Check(
            "worker", False, "The worker or the scheduler is late: see when it was last heard of."
        )
    return Check("worker", True, "Worker and scheduler run.")

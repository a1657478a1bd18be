"""Temporary objects become the store's, and rows come to name them.

The store and the database know no common commit. What is about to be kept is written down first;
whoever is killed, or fails, between the two leaves that row, and the sweep removes the object if no
artifact names it then. Nothing else in the store is ever touched: a portal at the wrong database
must not empty it.
"""

import logging
import uuid
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from releases import store
from releases.choices import ReleaseState
from releases.models import Artifact, PendingObject
from releases.services import jobs
from releases.store import StoreError

logger = logging.getLogger(__name__)

# Nobody takes so long from the note to the lock; who does finds the note gone, and keeps nothing.
OLD = timedelta(hours=1)
MOST_SWEPT = 200


class Read(NamedTuple):
    """A file that was read: its temporary object, its format, and what its header says."""

    written: store.Written
    format: str
    facts: dict[str, Any]


Batch = list[tuple[Artifact, Read]]


def keep(release_id: int, token: uuid.UUID, batch: Batch) -> None:
    """Keep what was read for a release. Raises StoreError, or LeaseLost."""
    pending = note_pending(release_id, token, [read.written.sha256 for _, read in batch])
    keep_noted(release_id, token, pending, batch)


@transaction.atomic
def note_pending(release_id: int, token: uuid.UUID, digests: list[str]) -> list[int]:
    """Write down which objects are about to be kept; return the ids of the notes."""
    jobs.check_lease(release_id, token, ReleaseState.INGESTING)
    rows = PendingObject.objects.bulk_create(
        PendingObject(release_id=release_id, sha256=sha256) for sha256 in digests
    )
    return [row.pk for row in rows]


@transaction.atomic
def keep_noted(release_id: int, token: uuid.UUID, pending: list[int], batch: Batch) -> None:
    """Keep the objects, let rows name them, and drop the notes."""
    jobs.check_lease(release_id, token, ReleaseState.INGESTING)
    jobs.lock_store(exclusive=False)
    dropped, _ = PendingObject.objects.filter(pk__in=pending).delete()
    if dropped != len(pending):
        # The sweep took us for dead.
        raise jobs.LeaseLost
    for artifact, read in batch:
        store.keep(read.written)
        artifact.sha256 = read.written.sha256
        artifact.format = read.format
        artifact.facts = read.facts
    Artifact.objects.bulk_update(
        [artifact for artifact, _read in batch], ["sha256", "format", "facts"]
    )


@transaction.atomic
def sweep_unnamed() -> int:
    """Drop old notes, and those of their objects that no artifact names; return how many notes.

    Nothing is done while anybody keeps objects: nobody waits for the sweep, and it comes again.
    """
    if not jobs.try_lock_store():
        return 0
    notes = list(
        PendingObject.objects.select_for_update(skip_locked=True)
        .filter(created_at__lt=timezone.now() - OLD)
        .order_by("id")[:MOST_SWEPT]
    )
    digests = {note.sha256 for note in notes}
    named = set(Artifact.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
    gone = {sha256 for sha256 in digests if sha256 in named or _removed(sha256)}
    done = [note.pk for note in notes if note.sha256 in gone]
    PendingObject.objects.filter(pk__in=done).delete()
    return len(done)


def _removed(sha256: str) -> bool:
    try:
        store.remove(sha256)
    except (OSError, StoreError):
        logger.exception("The object %s, which no release names, cannot be removed.", sha256)
        return False
    logger.warning("The object %s, which no release names, is removed from the store.", sha256)
    return True

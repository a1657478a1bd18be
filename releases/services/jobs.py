"""Who works on a release's ingest: a lease, so that two workers never do the same one.

The lease is a random token on the release's row with the time of its last sign of life. Whoever
finds it older than `LEASE` may take over; whoever lost it finds its token gone and stops.
"""

import uuid
from datetime import timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from common.queue import enqueue
from releases.choices import ReleaseState
from releases.models import Release

LEASE = timedelta(seconds=60)
HEARTBEAT_SECONDS = 2.0

TASKS = {
    ReleaseState.INGESTING: "releases.continue_ingest",
    ReleaseState.VERIFYING: "releases.verify_release",
}
STORE_LOCK = 0x5155_1CE5


class Life(NamedTuple):
    """What a job tells of itself: a file under way, bytes of those under way, bytes a second."""

    file: str
    bytes: int
    rate: int


class LeaseLost(Exception):
    """Somebody else works on the release now, or its work is over."""


@transaction.atomic
def claim(release_id: int, state: ReleaseState) -> uuid.UUID | None:
    """Take the lease of a release in this state; None where there is nothing to take."""
    now = timezone.now()
    release = (
        Release.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(pk=release_id, state=state)
        .filter(Q(job_token__isnull=True) | Q(job_at__lt=now - LEASE) | Q(job_at__isnull=True))
        .first()
    )
    if release is None:
        return None
    token = uuid.uuid4()
    Release.objects.filter(pk=release_id).update(job_token=token, job_at=now)
    return token


def beat(release_id: int, token: uuid.UUID, life: Life) -> None:
    """Give a sign of life. Raises LeaseLost."""
    held = Release.objects.filter(pk=release_id, job_token=token)
    if not held.update(
        job_at=timezone.now(),
        job_file=life.file,
        job_bytes=life.bytes,
        job_rate=life.rate,
        job_note="",
    ):
        raise LeaseLost


def check_lease(release_id: int, token: uuid.UUID, state: ReleaseState) -> None:
    """Lock the release's row for a write that only the lease's holder may do."""
    held = Release.objects.select_for_update(no_key=True).filter(
        pk=release_id, job_token=token, state=state
    )
    if not held.exists():
        raise LeaseLost


@transaction.atomic
def hand_back(
    release_id: int, token: uuid.UUID, state: ReleaseState, *, hand_over: bool, note: str = ""
) -> None:
    """Give the lease back with work left; `hand_over` asks a worker to go on.

    Without it the sweep does, in a minute; `note` says what the work waits for.
    """
    held = Release.objects.filter(pk=release_id, job_token=token, state=state)
    given = held.update(
        job_token=None, job_at=timezone.now(), job_file="", job_bytes=0, job_note=note[:300]
    )
    if given and hand_over:
        enqueue(TASKS[state], release_id)


@transaction.atomic
def requeue_stalled() -> int:
    """Ask a worker again for every release whose job gave no sign of life; return how many."""
    now = timezone.now()
    stalled = list(
        Release.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(state__in=[state.value for state in TASKS])
        .filter(Q(job_at__lt=now - LEASE) | Q(job_at__isnull=True))
        .order_by("id")[:50]
    )
    for release in stalled:
        Release.objects.filter(pk=release.pk).update(job_token=None, job_at=now)
        enqueue(TASKS[ReleaseState(release.state)], release.pk)
    return len(stalled)


def lock_store(*, exclusive: bool) -> None:
    """Keep the store's objects and the rows that name them together until the commit.

    Shared by those who add an object and its row; exclusive for who removes what no row names.
    """
    function = "pg_advisory_xact_lock" if exclusive else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [STORE_LOCK])


def try_lock_store() -> bool:
    """Lock the store exclusively until the commit, if nobody has it; else leave it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [STORE_LOCK])
        return bool(cursor.fetchone()[0])

"""Stored objects are read again in turn; what is damaged is not served, and people are told."""

import hashlib
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from releases import notifications, store
from releases.actions import Action
from releases.choices import ReleaseState
from releases.models import Artifact
from releases.store import StoreAway, StoreError

# So long nobody else looks at an object that somebody looks at, or that was found damaged.
LEASE = timedelta(hours=1)

Progress = Callable[[int], object]


@dataclass(frozen=True)
class Rehashed:
    """What one run did: objects read, and those found damaged."""

    checked: int
    damaged: int


def rehash_due(
    *, budget_seconds: float, everything: bool = False, progress: Progress | None = None
) -> Rehashed:
    """Read objects again, the longest unread first, until none is due or the time is up.

    Due is what was not found whole for REHASH_DAYS, and what is damaged; with `everything`
    whatever was last looked at before this began. An object is the smallest piece. Raises
    StoreError where the store itself does not answer: then nothing is said of any object.
    """
    began = timezone.now()
    ends_at = time.monotonic() + budget_seconds
    checked = damaged = 0
    while (artifact := _claim(before=began if everything else None)) is not None:
        problem = _problem(artifact, progress)
        if problem:
            note_damaged(sha256=artifact.sha256, problem=problem)
        else:
            note_sound(sha256=artifact.sha256)
        checked += 1
        damaged += bool(problem)
        if time.monotonic() > ends_at:
            break
    return Rehashed(checked, damaged)


def _claim(*, before: datetime | None) -> Artifact | None:
    """Take the next object: all rows of its digest are marked as being looked at."""
    while (sha256 := _due(before).values_list("sha256", flat=True).first()) is not None:
        with transaction.atomic():
            lock_objects([sha256])
            # Whoever had them locked may have taken it.
            artifact = _due(before).filter(sha256=sha256).first()
            if artifact is not None:
                Artifact.objects.filter(sha256=sha256).update(checked_at=timezone.now())
                return artifact
    return None


def _due(before: datetime | None) -> QuerySet[Artifact]:
    """Return what is to be read, the longest unread first."""
    now = timezone.now()
    rows = Artifact.objects.filter(
        release__state__in=(ReleaseState.SEALED, ReleaseState.WITHDRAWN)
    ).exclude(sha256="")
    if before is not None:
        rows = rows.filter(Q(checked_at__lt=before) | Q(checked_at__isnull=True))
    else:
        old = Q(verified_at__lt=now - timedelta(days=settings.REHASH_DAYS))
        free = Q(checked_at__lt=now - LEASE) | Q(checked_at__isnull=True)
        rows = rows.filter(free, old | ~Q(damage=""))
    return rows.order_by(F("verified_at").asc(nulls_first=True), "id")


def lock_objects(digests: Collection[str]) -> None:
    """Lock every row of these objects, in the one order in which nobody waits for ever."""
    rows = Artifact.objects.select_for_update(no_key=True).filter(sha256__in=digests)
    list(rows.order_by("id").values_list("id"))


def _problem(artifact: Artifact, progress: Progress | None) -> str:
    """Read the object; return what is wrong with it, or nothing."""
    sha256 = hashlib.sha256()
    size = 0
    try:
        for block in store.read_object(artifact.sha256):
            sha256.update(block)
            size += len(block)
            if progress is not None:
                progress(len(block))
    except StoreAway:
        raise
    except StoreError as error:
        # Is it this object, or the whole store?
        store.check(filled=True)
        return str(error)
    if size != artifact.size:
        return _("The store holds %(size)d bytes of it instead of %(all)d.") % {
            "size": size,
            "all": artifact.size,
        }
    if sha256.hexdigest() != artifact.sha256:
        return _("The stored bytes are not those that were sealed.")
    return ""


@transaction.atomic
def note_damaged(*, sha256: str, problem: str) -> None:
    """Stop serving every file of these bytes, and tell operators and managers once."""
    lock_objects([sha256])
    for artifact in _rows(sha256).filter(damage=""):
        # One message a release: where a disk dies, its files die by the hundred.
        is_first = not artifact.release.artifacts.exclude(damage="").exists()
        Artifact.objects.filter(pk=artifact.pk).update(damage=problem)
        _record(Action.ARTIFACT_DAMAGED, artifact, problem)
        if is_first:
            notifications.artifact_damaged(artifact, problem)


@transaction.atomic
def note_sound(*, sha256: str) -> None:
    """Note that these bytes are whole; where they were damaged, serve them again."""
    now = timezone.now()
    lock_objects([sha256])
    for artifact in _rows(sha256).exclude(damage=""):
        _record(Action.ARTIFACT_MENDED, artifact, "")
    Artifact.objects.filter(sha256=sha256, verified_at__isnull=False).update(
        verified_at=now, checked_at=now, damage=""
    )


def _rows(sha256: str) -> QuerySet[Artifact]:
    return Artifact.objects.filter(sha256=sha256).select_related("release__model").order_by("id")


def _record(action: Action, artifact: Artifact, problem: str) -> None:
    data = {"path": artifact.path, "sha256": artifact.sha256}
    record(
        actor=None,
        action=action,
        target=artifact.release,
        also=(artifact.release.model,),
        data={**data, "reason": f"{artifact.path}: {problem}"} if problem else data,
    )

"""The second half of an ingest: what was stored is read back and sealed, or refused."""

import hashlib
import uuid

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from common.errors import Refused
from releases import notifications, selectors, store
from releases.actions import Action
from releases.choices import EntryCause, ReleaseState
from releases.manifest import Entry, manifest_digest
from releases.models import Artifact, Release, StageEntry
from releases.paths import shorten
from releases.services import jobs
from releases.services.checks import lock_release
from releases.services.jobs import LeaseLost
from releases.services.rehash import lock_objects, note_sound
from releases.services.side_by_side import Progress, Watch, side_by_side
from releases.services.signing import sign_release
from releases.states import RELEASE
from releases.store import StoreAway, StoreError


def verify_release(
    *,
    release_id: int,
    budget_seconds: float,
    progress: Progress | None = None,
    hand_over: bool = True,
) -> None:
    """Read stored artifacts again until all are verified, then seal; or until the time is up."""
    token = jobs.claim(release_id, ReleaseState.VERIFYING)
    if token is None:
        return
    owed = Artifact.objects.filter(release=release_id, verified_at__isnull=True)
    try:
        for batch in side_by_side(
            owed.order_by("path"),
            _verify,
            release_id=release_id,
            token=token,
            budget_seconds=budget_seconds,
            progress=progress,
        ):
            _note_verified(release_id, token, [artifact.pk for artifact, _ in batch])
        if owed.exists():
            jobs.hand_back(release_id, token, ReleaseState.VERIFYING, hand_over=hand_over)
        else:
            _seal(release_id, token)
    except LeaseLost:
        return
    except StoreAway as away:
        # The sweep asks again.
        jobs.hand_back(release_id, token, ReleaseState.VERIFYING, hand_over=False, note=str(away))
    except StoreError as error:
        refuse(release_id, token, ReleaseState.VERIFYING, str(error))


def _verify(artifact: Artifact, watch: Watch) -> None:
    """Compare what is stored with what was read. In a thread."""
    sha256 = hashlib.sha256()
    size = 0
    for block in watch.over(artifact.path, store.read_object(artifact.sha256)):
        sha256.update(block)
        size += len(block)
    if (sha256.hexdigest(), size) != (artifact.sha256, artifact.size):
        raise StoreError(
            f"{shorten(artifact.path)} is not in the store as it was read; the disk may be "
            "damaged. Check it, and ingest again."
        )


@transaction.atomic
def _note_verified(release_id: int, token: uuid.UUID, artifact_ids: list[int]) -> None:
    jobs.check_lease(release_id, token, ReleaseState.VERIFYING)
    now = timezone.now()
    verified = Artifact.objects.filter(pk__in=artifact_ids)
    lock_objects(set(verified.values_list("sha256", flat=True)))
    verified.update(verified_at=now, checked_at=now)
    # An ingest of the same bytes replaces what was damaged in the store.
    damaged = Artifact.objects.exclude(damage="").filter(sha256__in=verified.values("sha256"))
    for sha256 in set(damaged.values_list("sha256", flat=True)):
        note_sound(sha256=sha256)


@transaction.atomic
def _seal(release_id: int, token: uuid.UUID) -> None:
    """Name the release by its digest and put it on the first stage."""
    release = lock_release(release_id)
    jobs.check_lease(release_id, token, ReleaseState.VERIFYING)
    entries = [
        Entry(artifact.path, artifact.size, artifact.sha256)
        for artifact in selectors.artifacts_of(release)
    ]
    release.digest = manifest_digest(str(release.model), release.version, entries)
    RELEASE.move(release, ReleaseState.SEALED)
    release.stage = selectors.ladder_stages(release.model.ladder)[0]
    release.staged_at = release.sealed_at = timezone.now()
    release.job_token = None
    release.save(update_fields=["digest", "state", "stage", "staged_at", "sealed_at", "job_token"])
    StageEntry.objects.create(release=release, stage=release.stage, cause=EntryCause.SEALED)
    record(
        actor=None,
        action=Action.RELEASE_SEALED,
        target=release,
        also=(release.model,),
        data={
            "digest": release.digest,
            "stage": release.stage.slug,
            "files": len(entries),
            "bytes": sum(entry.size for entry in entries),
        },
    )
    sign_release(release_id=release_id)
    notifications.release_sealed(release)


def refuse(release_id: int, token: uuid.UUID, state: ReleaseState, sentence: str) -> None:
    """End an ingest by whoever holds its lease; nothing where it was lost."""
    try:
        with transaction.atomic():
            lock_release(release_id)
            jobs.check_lease(release_id, token, state)
            refuse_release(release_id=release_id, sentence=sentence)
    except LeaseLost:
        return


@transaction.atomic
def refuse_release(*, release_id: int, sentence: str) -> Release:
    """End an ingest: keep the reason, and no byte and no row of what was read."""
    release = lock_release(release_id)
    if release.state not in (ReleaseState.INGESTING, ReleaseState.VERIFYING):
        raise Refused(_("%(release)s is not being ingested.") % {"release": release})
    RELEASE.move(release, ReleaseState.REFUSED)
    release.refusal = sentence
    release.job_token = None
    release.save(update_fields=["state", "refusal", "job_token"])
    read = set(release.artifacts.exclude(sha256="").values_list("sha256", flat=True))
    release.artifacts.all().delete()
    record(
        actor=None,
        action=Action.RELEASE_REFUSED,
        target=release,
        also=(release.model,),
        data={"reason": sentence},
    )
    model = release.model
    notifications.release_refused(
        release,
        reverse("ingest_progress", args=[model.namespace, model.name, release.version]),
    )
    _remove_unreferenced(read)
    return release


def _remove_unreferenced(candidates: set[str]) -> None:
    """Before the commit: a crash here leaves rows without bytes, which verification refuses."""
    jobs.lock_store(exclusive=True)
    still = set(Artifact.objects.filter(sha256__in=candidates).values_list("sha256", flat=True))
    for sha256 in sorted(candidates - still):
        store.remove(sha256)

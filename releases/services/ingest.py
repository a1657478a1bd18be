"""Ingest: from a directory into the store, verified, sealed under a digest; or refused.

    start_ingest        lists the directory and makes the rows that say what is owed
    continue_ingest     reads file after file, each once: copy, SHA-256, format and header facts
    verify_release      reads what was stored, compares, and seals

The last two do what they can in their time and hand over; an artifact is the smallest piece.
"""

import hashlib
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.errors import Refused
from common.queue import enqueue
from releases import formats, notifications, selectors, source, store
from releases.actions import Action
from releases.choices import EntryCause, ReleaseState, Right
from releases.formats import FormatError, Inspector
from releases.manifest import Entry, manifest_digest
from releases.models import Artifact, Model, Release, StageEntry
from releases.names import check_version
from releases.paths import shorten
from releases.services import jobs
from releases.services.checks import guard_right, lock_model, lock_release
from releases.services.jobs import LeaseLost
from releases.source import SourceError, SourceFile
from releases.store import StoreError

Progress = Callable[[int], object]


def start_ingest(
    *, actor: User | None, model: Model, version: str, directory: Path, hand_over: bool = True
) -> Release:
    """List the directory and begin the release; `hand_over` asks a worker to read it.

    `actor` is None for the operator at the command line, who may name any directory; from a page
    it must lie below one of INGEST_ROOTS. Raises Refused with a sentence, and then keeps nothing.
    """
    if actor is not None:
        guard_right(actor, Right.MANAGE_RELEASE, model)
    try:
        version = check_version(version)
        resolved = _resolve(directory, free_choice=actor is None)
        files = source.list_files(resolved)
        found = [(file, _format_of(file)) for file in files]
        _guard_space(files)
    except (ValueError, SourceError, StoreError) as error:
        raise Refused(str(error)) from None
    return _insert(actor, model, version, resolved, found, hand_over)


def _resolve(directory: Path, *, free_choice: bool) -> Path:
    shown = shorten(str(directory))
    try:
        resolved = directory.resolve(strict=True)
    except FileNotFoundError:
        raise SourceError(f"The directory {shown} does not exist.") from None
    except (OSError, ValueError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"The directory {shown} cannot be opened: {why}.") from None
    if not resolved.is_dir():
        raise SourceError(f"{shown} is not a directory.")
    if len(str(resolved)) > 1000:
        raise SourceError(f"The path {shown} is too long.")
    roots = [root.resolve() for root in settings.INGEST_ROOTS]
    inside = any(resolved != root and resolved.is_relative_to(root) for root in roots)
    if not free_choice and not inside:
        raise SourceError(f"{shown} is not below a directory that the operator allowed.")
    if resolved.is_relative_to(Path(settings.WEIGHTS_DIR).resolve()):
        raise SourceError(f"{shown} lies in the weights store itself.")
    return resolved


def _format_of(file: SourceFile) -> str:
    try:
        return formats.format_by_name(file.path)
    except FormatError as error:
        raise FormatError(f"{shorten(file.path)} {error}.") from None


def _guard_space(files: list[SourceFile]) -> None:
    size = sum(file.size for file in files)
    free = store.free_bytes()
    if size > free:
        raise StoreError(
            f"The directory holds {size} bytes and the weights store has {free} left. "
            "Free some space and ingest again."
        )


@transaction.atomic
def _insert(
    actor: User | None,
    model: Model,
    version: str,
    directory: Path,
    found: list[tuple[SourceFile, str]],
    hand_over: bool,
) -> Release:
    model = lock_model(model.pk)
    if model.releases.filter(version=version).exclude(state=ReleaseState.REFUSED).exists():
        raise Refused(
            _("%(model)s has a version %(version)s already; choose another.")
            % {"model": model, "version": version}
        )
    release = Release.objects.create(
        model=model,
        version=version,
        source=str(directory),
        created_by=actor,
        job_at=timezone.now(),
    )
    Artifact.objects.bulk_create(
        (
            Artifact(release=release, path=file.path, size=file.size, format=format_)
            for file, format_ in found
        ),
        batch_size=1000,
    )
    record(
        actor=actor,
        action=Action.INGEST_STARTED,
        target=release,
        also=(model,),
        data={"files": len(found), "bytes": sum(file.size for file, _format in found)},
    )
    if hand_over:
        enqueue(jobs.TASKS[ReleaseState.INGESTING], release.pk)
    return release


def continue_ingest(
    *,
    release_id: int,
    budget_seconds: float,
    progress: Progress | None = None,
    hand_over: bool = True,
) -> None:
    """Read files into the store until none is left or the time is up."""
    token = jobs.claim(release_id, ReleaseState.INGESTING)
    if token is None:
        return
    store.discard_incoming(f"{release_id}-")
    release = Release.objects.get(pk=release_id)
    ends_at = time.monotonic() + budget_seconds
    try:
        with source.open_directory(Path(release.source)) as directory:
            for artifact in release.artifacts.filter(sha256="").order_by("path"):
                _read(artifact, directory, token, progress)
                if time.monotonic() > ends_at:
                    break
        if release.artifacts.filter(sha256="").exists():
            jobs.hand_back(release_id, token, ReleaseState.INGESTING, hand_over=hand_over)
        else:
            _finish_reading(release_id, token, hand_over=hand_over)
    except LeaseLost:
        return
    except (SourceError, StoreError, FormatError) as error:
        _refuse(release_id, token, ReleaseState.INGESTING, str(error))


def _read(artifact: Artifact, directory: int, token: uuid.UUID, progress: Progress | None) -> None:
    """Copy one file into the store, hashed and inspected as its bytes pass."""
    try:
        inspector = Inspector(artifact.path, artifact.size)
        with source.open_file(directory, artifact.path) as file:
            blocks = source.read_blocks(file, artifact.path, artifact.size)
            alive = _signs_of_life(blocks, artifact.release_id, token, progress)
            written = store.write(
                f"{artifact.release_id}-{artifact.pk}-{token.hex}", alive, inspector.feed
            )
        format_, facts = _finish_inspection(inspector, written)
    except FormatError as error:
        raise FormatError(f"{shorten(artifact.path)} {error}.") from None
    try:
        _keep(artifact, token, written, format_, facts)
    finally:
        store.discard(written)


def _finish_inspection(
    inspector: Inspector, written: store.Written
) -> tuple[str, dict[str, object]]:
    try:
        return inspector.finish()
    except FormatError:
        store.discard(written)
        raise


@transaction.atomic
def _keep(
    artifact: Artifact,
    token: uuid.UUID,
    written: store.Written,
    format_: str,
    facts: dict[str, object],
) -> None:
    jobs.check_lease(artifact.release_id, token, ReleaseState.INGESTING)
    jobs.lock_store(exclusive=False)
    store.keep(written)
    artifact.sha256 = written.sha256
    artifact.format = format_
    artifact.facts = facts
    artifact.save(update_fields=["sha256", "format", "facts"])


def _signs_of_life(
    blocks: Iterator[memoryview],
    release_id: int,
    token: uuid.UUID,
    progress: Progress | None,
) -> Iterator[memoryview]:
    """Pass blocks on, keeping the lease and telling the progress."""
    last = time.monotonic()
    for block in blocks:
        yield block
        if progress is not None:
            progress(len(block))
        if time.monotonic() - last > jobs.HEARTBEAT_SECONDS:
            jobs.beat(release_id, token)
            last = time.monotonic()


@transaction.atomic
def _finish_reading(release_id: int, token: uuid.UUID, *, hand_over: bool) -> None:
    jobs.check_lease(release_id, token, ReleaseState.INGESTING)
    release = Release.objects.select_related("model").get(pk=release_id)
    release.state = ReleaseState.VERIFYING
    release.job_token = None
    release.job_at = timezone.now()
    release.save(update_fields=["state", "job_token", "job_at"])
    record(actor=None, action=Action.RELEASE_INGESTED, target=release, also=(release.model,))
    if hand_over:
        enqueue(jobs.TASKS[ReleaseState.VERIFYING], release_id)


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
    ends_at = time.monotonic() + budget_seconds
    owed = Artifact.objects.filter(release=release_id, verified_at__isnull=True)
    try:
        for artifact in owed.order_by("path"):
            _verify(artifact, token, progress)
            if time.monotonic() > ends_at:
                break
        if owed.exists():
            jobs.hand_back(release_id, token, ReleaseState.VERIFYING, hand_over=hand_over)
        else:
            _seal(release_id, token)
    except LeaseLost:
        return
    except StoreError as error:
        _refuse(release_id, token, ReleaseState.VERIFYING, str(error))


def _verify(artifact: Artifact, token: uuid.UUID, progress: Progress | None) -> None:
    sha256 = hashlib.sha256()
    size = 0
    blocks = store.read_object(artifact.sha256)
    for block in _signs_of_life(blocks, artifact.release_id, token, progress):
        sha256.update(block)
        size += len(block)
    if (sha256.hexdigest(), size) != (artifact.sha256, artifact.size):
        raise StoreError(
            f"{shorten(artifact.path)} is not in the store as it was read; the disk may be "
            "damaged. Check it, and ingest again."
        )
    with transaction.atomic():
        jobs.check_lease(artifact.release_id, token, ReleaseState.VERIFYING)
        artifact.verified_at = timezone.now()
        artifact.save(update_fields=["verified_at"])


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
    release.state = ReleaseState.SEALED
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
            "files": len(entries),
            "bytes": sum(entry.size for entry in entries),
        },
    )
    notifications.release_sealed(release)


def _refuse(release_id: int, token: uuid.UUID, state: ReleaseState, sentence: str) -> None:
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
    release.state = ReleaseState.REFUSED
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

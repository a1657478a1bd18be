"""Ingest: from a directory or a bucket into the store, verified, sealed under a digest; or refused.

    start_ingest        lists the source and makes the rows that say what is owed
    continue_ingest     (reading.py) reads each file once: copy, SHA-256, format and header facts
    verify_release      (verifying.py) reads what was stored, compares, and seals

The last two do what they can in their time and hand over; an artifact is the smallest piece.
"""

from collections.abc import Collection
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.errors import Refused
from common.queue import enqueue
from releases import formats, selectors, sources, store
from releases.actions import Action
from releases.choices import ReleaseState, Right
from releases.formats import FormatError
from releases.models import Artifact, FormatOverride, Model, Release
from releases.names import check_version
from releases.paths import shorten
from releases.services import jobs
from releases.services.checks import guard_right, lock_model
from releases.source import SourceError, SourceFile
from releases.sources import Source
from releases.store import StoreError


def start_ingest(
    *,
    actor: User | None,
    model: Model,
    version: str,
    directory: Path | str,
    hand_over: bool = True,
) -> Release:
    """List a directory, or s3://bucket/prefix, and begin the release.

    `actor` is None for the operator at the command line, who may name any directory; from a page
    it must lie below one of INGEST_ROOTS. A prefix must always lie below one of INGEST_S3_ROOTS.
    `hand_over` asks a worker to read it. Raises Refused with a sentence, and then keeps nothing.
    """
    if actor is not None:
        guard_right(actor, Right.MANAGE_RELEASE, model)
    try:
        version = check_version(version)
        where = _locate(str(directory), free_choice=actor is None)
        files = sources.list_source(where)
        override = selectors.format_override(model, version)
        admitted = override.formats if override else []
        found = [(file, _format_of(file, admitted)) for file in files]
        _guard_space(files)
    except (ValueError, SourceError, StoreError) as error:
        raise Refused(str(error)) from None
    return _insert(actor, model, version, where, found, override, hand_over)


def _locate(address: str, *, free_choice: bool) -> Source:
    where = sources.locate(
        address,
        roots=None if free_choice else settings.INGEST_ROOTS,
        buckets=settings.INGEST_S3_ROOTS,
    )
    weights = settings.WEIGHTS_DIR
    if weights is not None and isinstance(where, Path) and where.is_relative_to(weights.resolve()):
        raise SourceError(f"{shorten(address)} lies in the weights store itself.")
    return where


def _format_of(file: SourceFile, admitted: Collection[str]) -> str:
    try:
        return formats.format_by_name(file.path, admitted)
    except FormatError as error:
        raise FormatError(f"{shorten(file.path)} {error}.") from None


def _guard_space(files: list[SourceFile]) -> None:
    size = sum(file.size for file in files)
    free = store.free_bytes()
    if free is not None and size > free:
        raise StoreError(
            f"The source holds {size} bytes and the weights store has {free} left. "
            "Free some space and ingest again."
        )


@transaction.atomic
def _insert(
    actor: User | None,
    model: Model,
    version: str,
    where: Source,
    found: list[tuple[SourceFile, str]],
    override: FormatOverride | None,
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
        source=str(where),
        override=override if _is_needed(override, found) else None,
        created_by=actor,
        job_at=timezone.now(),
    )
    Artifact.objects.bulk_create(
        (
            Artifact(
                release=release, path=file.path, size=file.size, etag=file.etag, format=format_
            )
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


def _is_needed(override: FormatOverride | None, found: list[tuple[SourceFile, str]]) -> bool:
    return override is not None and any(
        formats.suffix_of(file.path) in override.formats for file, _format in found
    )

"""The first half of an ingest: each file is read once, into the store."""

import contextlib
import uuid

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common.queue import enqueue
from releases import sources, store
from releases.actions import Action
from releases.choices import ReleaseState
from releases.findings import File, findings
from releases.formats import FormatError, Inspector
from releases.models import Artifact, Release
from releases.paths import shorten
from releases.services import jobs
from releases.services.jobs import LeaseLost
from releases.services.keeping import Read, keep
from releases.services.side_by_side import Progress, Watch, side_by_side
from releases.services.verifying import refuse
from releases.source import SourceAway, SourceError, SourceFile
from releases.sources import Reader
from releases.states import RELEASE
from releases.store import StoreAway, StoreError


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
    # What a killed worker left behind.
    store.discard_incoming(f"{release_id}-")
    prefix = f"{release_id}-{token.hex}-"
    release = Release.objects.select_related("override").get(pk=release_id)
    admitted = release.override.formats if release.override else []
    try:
        # Else the next objects would stand in an empty mount-point, and the others seem lost.
        store.check(filled=Artifact.objects.exclude(sha256="").exists())
        with sources.open_source(release.source, buckets=settings.INGEST_S3_ROOTS) as reader:

            def read(artifact: Artifact, watch: Watch) -> Read:
                return _read(artifact, reader, admitted, watch, prefix)

            for batch in side_by_side(
                release.artifacts.filter(sha256="").order_by("path"),
                read,
                release_id=release_id,
                token=token,
                budget_seconds=budget_seconds,
                progress=progress,
            ):
                keep(release_id, token, batch)
        if release.artifacts.filter(sha256="").exists():
            jobs.hand_back(release_id, token, ReleaseState.INGESTING, hand_over=hand_over)
        else:
            # Every file is read, and the lease is ours: nothing changes until the lock is taken.
            found = _findings(release)
            _finish_reading(release_id, token, found, hand_over=hand_over)
    except LeaseLost:
        return
    except (StoreAway, SourceAway) as away:
        # The sweep asks again.
        jobs.hand_back(release_id, token, ReleaseState.INGESTING, hand_over=False, note=str(away))
    except (SourceError, StoreError, FormatError) as error:
        refuse(release_id, token, ReleaseState.INGESTING, str(error))
    finally:
        store.discard_incoming(prefix)


def _read(
    artifact: Artifact, reader: Reader, admitted: list[str], watch: Watch, prefix: str
) -> Read:
    """Copy one file into the store, hashed and inspected as its bytes pass. In a thread."""
    try:
        with contextlib.closing(Inspector(artifact.path, artifact.size, admitted)) as inspector:
            file = SourceFile(artifact.path, artifact.size, artifact.etag)
            with contextlib.closing(reader(file)) as read:
                blocks = watch.over(artifact.path, read)
                written = store.write(f"{prefix}{artifact.pk}", blocks, inspector.feed)
            return Read(written, *inspector.finish())
    except FormatError as error:
        raise FormatError(f"{shorten(artifact.path)} {error}.") from None


@transaction.atomic
def _finish_reading(
    release_id: int, token: uuid.UUID, found: list[dict[str, str]], *, hand_over: bool
) -> None:
    jobs.check_lease(release_id, token, ReleaseState.INGESTING)
    release = Release.objects.select_related("model").get(pk=release_id)
    RELEASE.move(release, ReleaseState.VERIFYING)
    release.findings = found
    release.job_token = None
    release.job_at = timezone.now()
    release.job_file, release.job_bytes = "", 0
    release.save(
        update_fields=["state", "findings", "job_token", "job_at", "job_file", "job_bytes"]
    )
    record(
        actor=None,
        action=Action.RELEASE_INGESTED,
        target=release,
        also=(release.model,),
        data={"findings": len(release.findings)},
    )
    if hand_over:
        enqueue(jobs.TASKS[ReleaseState.VERIFYING], release_id)


def _findings(release: Release) -> list[dict[str, str]]:
    rows = release.artifacts.values_list("path", "format", "facts")
    return findings(File(path, format_, facts) for path, format_, facts in rows)

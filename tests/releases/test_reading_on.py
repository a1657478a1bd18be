"""An ingest in pieces, and after a crash."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from common.errors import Refused
from releases import selectors, services, store, tasks
from releases.choices import ReleaseState
from releases.models import Release
from tests.releases.factories import (
    make_directory,
    make_model,
    make_release,
    safetensors_bytes,
)
from tests.releases.ingesting import leftovers, run, start

pytestmark = pytest.mark.django_db


def test_it_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    release = start(make_directory({f"{n}.txt": b"%d" % n for n in range(12)}))
    read: list[str] = []
    real = store.write

    def counted(name: str, *args: Any) -> store.Written:
        read.append(name)
        return real(name, *args)

    monkeypatch.setattr(store, "write", counted)
    services.continue_ingest(release_id=release.pk, budget_seconds=0, hand_over=False)
    assert 0 < release.artifacts.exclude(sha256="").count() < 12
    for _ in range(12):
        services.continue_ingest(release_id=release.pk, budget_seconds=0, hand_over=False)
    assert len(read) == 12
    for _ in range(12):
        services.verify_release(release_id=release.pk, budget_seconds=0, hand_over=False)
    release.refresh_from_db()
    assert release.state == "sealed"


def test_a_chunk_hands_over_to_the_next_task(
    django_capture_on_commit_callbacks: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "CHUNK_SECONDS", 0)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        release = services.start_ingest(
            actor=None, model=make_model(), version="v1", directory=make_directory()
        )
    release.refresh_from_db()
    assert release.state == "sealed"


def test_two_workers_never_do_the_same_release(monkeypatch: pytest.MonkeyPatch) -> None:
    release = start(make_directory())
    token = services.jobs.claim(release.pk, ReleaseState.INGESTING)
    assert token is not None
    services.continue_ingest(release_id=release.pk, budget_seconds=60, hand_over=False)
    assert not release.artifacts.exclude(sha256="").exists()


def test_a_dead_worker_is_noticed_and_its_leavings_are_cleared(
    own_store: Path, django_capture_on_commit_callbacks: object
) -> None:
    release = start(make_directory())
    services.jobs.claim(release.pk, ReleaseState.INGESTING)
    (own_store / "incoming").mkdir(parents=True)
    (own_store / "incoming" / f"{release.pk}-1-abc").write_bytes(b"half")
    assert services.requeue_stalled() == 0
    Release.objects.filter(pk=release.pk).update(job_at=timezone.now() - timedelta(seconds=61))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        tasks.sweep_jobs()
    release.refresh_from_db()
    assert release.state == "sealed"
    assert not leftovers(own_store)
    assert services.requeue_stalled() == 0


def test_a_worker_that_lost_its_lease_writes_nothing(own_store: Path) -> None:
    release = start(make_directory())

    def take_over(_bytes: int) -> None:
        Release.objects.filter(pk=release.pk).update(job_token=uuid.uuid4())

    services.continue_ingest(
        release_id=release.pk, budget_seconds=60, progress=take_over, hand_over=False
    )
    assert not release.artifacts.exclude(sha256="").exists()
    assert not leftovers(own_store)
    release.refresh_from_db()
    assert release.state == "ingesting"


def test_a_long_file_keeps_the_lease_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.jobs, "HEARTBEAT_SECONDS", -1)
    tensors = {"w": ("U8", [9_000_000], bytes(9_000_000))}
    release = start(make_directory({"a.safetensors": safetensors_bytes(tensors)}))
    beats: list[int] = []
    real = services.jobs.beat

    def counted(release_id: int, token: uuid.UUID, life: services.jobs.Life) -> None:
        beats.append(release_id)
        real(release_id, token, life)

    monkeypatch.setattr(services.jobs, "beat", counted)
    assert run(release).state == "sealed"
    assert len(beats) >= 2


def test_progress_counts_files_and_bytes_read_and_verified() -> None:
    release = start(make_directory({"a": b"12345", "b": b"123"}))
    seen: list[int] = []
    services.continue_ingest(
        release_id=release.pk, budget_seconds=60, progress=seen.append, hand_over=False
    )
    progress = selectors.ingest_progress(release)
    assert (progress.files, progress.read_files, progress.verified_files) == (2, 2, 0)
    assert (progress.done, progress.total, sum(seen)) == (8, 16, 8)


def test_a_large_file_under_way_counts_and_is_named() -> None:
    release = start(make_directory({"a.txt": bytes(9_000_000)}))
    token = services.jobs.claim(release.pk, ReleaseState.INGESTING)
    assert token is not None
    services.jobs.beat(release.pk, token, services.jobs.Life("a.txt", 4_000_000, 1_000_000))
    progress = selectors.ingest_progress(Release.objects.get(pk=release.pk))
    assert (progress.read_size, progress.file) == (4_000_000, "a.txt")
    assert progress.seconds_left == 14


def test_a_sealed_release_is_not_refused() -> None:
    with pytest.raises(Refused, match="is not being ingested"):
        services.refuse_release(release_id=make_release().pk, sentence="No.")

"""What comes into the store and is named by no release leaves it again."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from releases import services, store, tasks
from releases.choices import ReleaseState
from releases.models import Artifact, PendingObject, Release
from releases.services import jobs, keeping
from releases.store import StoreError, Written
from tests.releases.factories import make_directory, make_model, make_release

pytestmark = pytest.mark.django_db(transaction=True)

FILES = {"a.txt": b"first", "b.txt": b"second"}


def start(files: dict[str, bytes] = FILES) -> Release:
    return services.start_ingest(
        actor=None,
        model=make_model(),
        version="v1",
        directory=make_directory(files),
        hand_over=False,
    )


def read(release: Release) -> Release:
    services.continue_ingest(release_id=release.pk, budget_seconds=60, hand_over=False)
    release.refresh_from_db()
    return release


def objects(own_store: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in own_store.rglob("objects/*/*"))


def age() -> None:
    PendingObject.objects.update(created_at=timezone.now() - timedelta(hours=2))


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers die after the first object was kept and before its row was committed."""

    def keep_and_die(written: Written) -> None:
        kept(written)
        raise KeyboardInterrupt

    kept = store.keep
    monkeypatch.setattr(store, "keep", keep_and_die)


def read_and_die(release: Release) -> None:
    with pytest.raises(KeyboardInterrupt):
        read(release)


def test_nothing_is_pending_after_an_ordinary_ingest() -> None:
    make_release()
    assert not PendingObject.objects.exists()


def test_an_object_of_a_killed_worker_is_removed_after_a_while(
    killed: None, own_store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    release = start()
    read_and_die(release)
    assert not release.artifacts.exclude(sha256="").exists()
    assert len(objects(own_store)) == 1
    tasks.sweep_objects()
    assert len(objects(own_store)) == 1
    age()
    tasks.sweep_objects()
    assert objects(own_store) == []
    assert not PendingObject.objects.exists()
    assert "no release names" in caplog.text


def test_what_the_second_attempt_named_stays(
    own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = start()
    with monkeypatch.context() as patch:
        patch.setattr(Artifact.objects, "bulk_update", _fail)
        with pytest.raises(IntegrityError):
            read(release)
    Release.objects.update(job_token=None)
    assert read(release).state == "verifying"
    assert PendingObject.objects.exists()
    age()
    tasks.sweep_objects()
    assert objects(own_store) == sorted(FILES.values())
    assert not PendingObject.objects.exists()


def _fail(*_: Any, **__: Any) -> None:
    raise IntegrityError


def test_one_of_a_batch_that_cannot_be_kept_leaves_nothing_of_the_others(
    own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = start()
    count = 0

    def keep(written: Written) -> None:
        nonlocal count
        count += 1
        if count > 1:
            raise StoreError("The disk is full.")
        kept(written)

    kept = store.keep
    monkeypatch.setattr(store, "keep", keep)
    assert read(release).state == "refused"
    age()
    tasks.sweep_objects()
    assert objects(own_store) == []


def test_while_somebody_keeps_an_object_nothing_is_removed(killed: None, own_store: Path) -> None:
    release = start()
    read_and_die(release)
    age()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [jobs.STORE_LOCK])
            assert services.sweep_unnamed() == 0
            assert len(objects(own_store)) == 1
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert services.sweep_unnamed()
    assert objects(own_store) == []


def test_a_run_is_bounded_and_the_next_goes_on(
    own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = start()
    monkeypatch.setattr(keeping, "MOST_SWEPT", 2)
    PendingObject.objects.bulk_create(
        PendingObject(release=release, sha256=f"{number:064x}") for number in range(5)
    )
    age()
    assert [services.sweep_unnamed() for _ in range(4)] == [2, 2, 1, 0]


def test_who_was_away_so_long_that_it_was_swept_keeps_nothing(own_store: Path) -> None:
    """Else its object would stay, were it killed now."""
    release = start()
    token = jobs.claim(release.pk, ReleaseState.INGESTING)
    assert token is not None
    artifact = release.artifacts.get(path="a.txt")
    written = store.write(f"{release.pk}-x", [memoryview(b"first")], lambda _block: None)
    ids = keeping.note_pending(release.pk, token, [written.sha256])
    age()
    services.sweep_unnamed()
    with pytest.raises(jobs.LeaseLost), transaction.atomic():
        keeping.keep_noted(release.pk, token, ids, [(artifact, keeping.Read(written, "text", {}))])
    assert objects(own_store) == []


def test_what_nobody_noted_is_not_touched(own_store: Path) -> None:
    """A portal that was pointed at the wrong database must not empty the store."""
    stranger = store.path_of("0" * 64)
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"not ours")
    tasks.sweep_objects()
    assert stranger.exists()

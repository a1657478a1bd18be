"""Stored objects are read again in turn; what is damaged raises an alarm and is not served."""

import shutil
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from audit.models import Event
from common.errors import Refused
from releases import services, store, tasks
from releases.models import Artifact, Release
from releases.store import StoreAway, StoreError
from tests.factories import make_user
from tests.releases.factories import make_directory, make_model, make_release, ordinary_files

pytestmark = pytest.mark.django_db


def age(release: Release, days: float = 31) -> None:
    """Let the files of a release be verified so long ago."""
    then = timezone.now() - timedelta(days=days)
    release.artifacts.update(verified_at=then, checked_at=then)


def path_of(release: Release, path: str = "README.md") -> Path:
    return store.path_of(release.artifacts.get(path=path).sha256)


def overwrite(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def run(**options: Any) -> services.rehash.Rehashed:
    return services.rehash_due(budget_seconds=60, **options)


def damaged() -> dict[str, str]:
    return dict(Artifact.objects.exclude(damage="").values_list("path", "damage"))


def test_only_what_was_long_unread_is_read_and_each_object_once() -> None:
    files = ordinary_files()
    old, twin, new = make_release(files=files), make_release(files=files), make_release()
    age(old)
    age(twin)
    assert run().checked == 3
    assert run().checked == 0
    assert not Artifact.objects.filter(
        release__in=(old, twin), verified_at__lt=new.sealed_at
    ).exists()
    # Their config.json is the same object.
    assert run(everything=True).checked == 5


def test_the_longest_unread_comes_first_and_a_chunk_ends_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    younger, older = make_release(), make_release()
    age(younger, 40)
    age(older, 50)
    monkeypatch.setattr(tasks, "CHUNK_SECONDS", 0)
    tasks.rehash()
    unread = Artifact.objects.filter(verified_at__lt=timezone.now() - timedelta(days=30))
    assert unread.filter(release=older).count() == 2
    assert unread.filter(release=younger).count() == 3


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"# Other 1\n", "not those that were sealed|bytes of it instead"),
        (b"", "holds 0 bytes"),
        (None, "has lost"),
    ],
)
def test_damage_is_told_recorded_and_shown(content: bytes | None, sentence: str) -> None:
    manager, operator = make_user(), make_user(is_staff=True)
    release = make_release(make_model(manager=manager))
    twin = make_release(release.model)
    age(release)
    path = path_of(release)
    if content is None:
        path.unlink()
    else:
        overwrite(path, content)
    assert (run().checked, len(damaged())) == (3, 1)
    assert any(part in damaged()["README.md"] for part in sentence.split("|"))
    event = Event.objects.get(action="artifact.damaged")
    assert event.data["path"] == "README.md"
    for person in (manager, operator):
        assert "is damaged" in person.notifications.get(kind="artifact_damaged").subject
    assert not twin.artifacts.exclude(damage="").exists()


def test_the_alarm_sounds_once_a_release_and_not_again_each_hour() -> None:
    operator = make_user(is_staff=True)
    release = make_release()
    age(release)
    for artifact in release.artifacts.all():
        store.path_of(artifact.sha256).unlink()
    assert run().damaged == 3
    release.artifacts.update(checked_at=timezone.now() - timedelta(hours=2))
    assert run().damaged == 3
    assert operator.notifications.filter(kind="artifact_damaged").count() == 1
    assert Event.objects.filter(action="artifact.damaged").count() == 3


def test_a_restored_object_is_served_again() -> None:
    release = make_release()
    path = path_of(release)
    content = path.read_bytes()
    overwrite(path, b"damaged")
    assert run(everything=True).damaged == 1
    overwrite(path, content)
    assert run().checked == 0
    release.artifacts.update(checked_at=timezone.now() - timedelta(hours=2))
    assert run().damaged == 0
    assert damaged() == {}
    assert Event.objects.filter(action="artifact.mended").count() == 1


def test_an_ingest_of_the_same_bytes_mends_at_once() -> None:
    files = ordinary_files()
    release = make_release(files=files)
    overwrite(path_of(release), b"damaged")
    run(everything=True)
    assert damaged()
    make_release(files=files)
    assert damaged() == {}


def test_a_store_that_is_away_damages_nothing(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = make_release()
    age(release)
    (tmp_path / "file").write_text("")
    settings.WEIGHTS_DIR = tmp_path / "file" / "below"
    with pytest.raises(StoreError):
        run()
    assert damaged() == {}


@pytest.mark.parametrize("mount", ["missing", "empty", "without objects"])
def test_a_disk_that_is_not_mounted_damages_nothing(
    own_store: Path, tmp_path: Path, mount: str
) -> None:
    release = make_release()
    waiting = services.start_ingest(
        actor=None, model=release.model, version="v", directory=make_directory(), hand_over=False
    )
    services.continue_ingest(release_id=waiting.pk, budget_seconds=60, hand_over=False)
    age(release)
    away = own_store.rename(tmp_path / "away")
    if mount != "missing":
        own_store.mkdir()
    if mount == "without objects":
        (own_store / "objects").mkdir()
    with pytest.raises(StoreAway, match="Is its disk mounted"):
        run()
    assert damaged() == {}
    # What is being verified waits, too.
    services.verify_release(release_id=waiting.pk, budget_seconds=60, hand_over=False)
    waiting.refresh_from_db()
    assert waiting.state == "verifying"
    assert "Is its disk mounted" in waiting.job_note
    if own_store.exists():
        shutil.rmtree(own_store)
    away.rename(own_store)
    services.verify_release(release_id=waiting.pk, budget_seconds=60, hand_over=False)
    waiting.refresh_from_db()
    assert waiting.state == "sealed"
    assert run(everything=True).damaged == 0


def test_nothing_is_written_where_the_disk_should_be(own_store: Path, tmp_path: Path) -> None:
    release = make_release()
    own_store.rename(tmp_path / "away")
    with pytest.raises(Refused, match="Is its disk mounted"):
        make_release(release.model)
    assert not own_store.exists()
    own_store.mkdir()
    waiting = make_release(release.model)
    assert (waiting.state, list(own_store.iterdir())) == ("ingesting", [])
    assert "Is its disk mounted" in waiting.job_note


def test_who_was_killed_while_reading_is_followed_after_an_hour() -> None:
    release = make_release()
    age(release)
    release.artifacts.update(checked_at=timezone.now() - timedelta(minutes=59))
    assert run().checked == 0
    release.artifacts.update(checked_at=timezone.now() - timedelta(minutes=61))
    assert run().checked == 3


def test_what_is_not_sealed_is_not_read() -> None:
    release = make_release()
    age(release)
    Release.objects.filter(pk=release.pk).update(state="verifying", stage=None)
    assert run(everything=True).checked == 0


def test_by_command() -> None:
    release = make_release()
    out = StringIO()
    call_command("rehash", stdout=out)
    assert out.getvalue() == "0 objects read; all are whole.\n"
    overwrite(path_of(release), b"damaged")
    with pytest.raises(CommandError, match="1 of 3 objects are damaged") as failure:
        call_command("rehash", all=True)
    assert failure.value.returncode == 1

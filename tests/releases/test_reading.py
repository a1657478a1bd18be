"""What is refused while it is read, and leaves nothing."""

import os
import pickle
import struct
import time
import uuid
from pathlib import Path

import pytest
from pytest_django import Settings

from audit.models import Event
from releases import services, store
from releases.models import Release
from releases.source import SourceError, open_directory, open_file, read_blocks
from releases.store import unbuffered
from releases.store.directory import root
from tests.factories import make_user
from tests.releases.factories import (
    make_directory,
    make_release,
    ordinary_files,
)
from tests.releases.ingesting import check_refused, objects, run, start

pytestmark = pytest.mark.django_db


LYING = struct.pack("<Q", 10**7) + b"{}"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("model.safetensors", pickle.dumps(print, 2), "is a pickle"),
        ("z.json", pickle.dumps(print, 4), "is a pickle"),
        ("model.safetensors", LYING, "claims a header of 10000000 bytes"),
        ("model.safetensors", b"", "shorter than the 8 bytes|ends before"),
        (
            "model.safetensors",
            struct.pack("<Q", 20_005) + b'{"a":' + b"[" * 10_000 + b"]" * 10_000,
            "not a tensor's description",
        ),
        ("z.txt", b"PK\x03\x04 archive/data.pkl", "zip archive that holds a pickle"),
    ],
)
def test_bad_content_refuses_the_whole_and_keeps_nothing(
    own_store: Path, name: str, content: bytes, sentence: str
) -> None:
    user = make_user()
    release = start(make_directory({**ordinary_files(), name: content}))
    Release.objects.filter(pk=release.pk).update(created_by=user)
    run(release)
    release.refresh_from_db()
    assert any(part in release.refusal for part in sentence.split("|"))
    check_refused(release, "", own_store)
    assert name in release.refusal
    assert user.notifications.get().kind == "release_refused"
    assert Event.objects.filter(action="release.refused").count() == 1


def test_what_another_release_uses_stays_in_the_store(own_store: Path) -> None:
    files = ordinary_files()
    kept = make_release(files=files)
    run(start(make_directory({**files, "z.safetensors": b"broken!!!"})))
    assert objects(own_store) == sorted({a.sha256 for a in kept.artifacts.all()})


@pytest.mark.skipif(os.geteuid() == 0 and not hasattr(os, "seteuid"), reason="needs seteuid")
def test_an_unreadable_file_refuses_the_whole(own_store: Path) -> None:
    directory = make_directory()
    release = start(directory)
    own_store.mkdir(exist_ok=True)
    directory.chmod(0o755)
    (directory / "README.md").chmod(0)
    if os.geteuid() == 0:
        # Root reads everything: an ordinary account does not.
        with pytest.raises(SourceError, match="permission is denied"):
            _as_nobody(directory)
        return
    run(release)
    check_refused(release, "permission is denied", own_store)


def _as_nobody(directory: Path) -> None:
    with open_directory(directory) as opened:
        os.seteuid(65534)
        try:
            with open_file(opened, "README.md"):
                pass
        finally:
            os.seteuid(0)


@pytest.mark.parametrize("change", ["gone", "longer", "shorter", "link", "fifo", "directory"])
def test_a_file_that_changed_after_it_was_listed(own_store: Path, change: str) -> None:
    directory = make_directory()
    release = start(directory)
    file = directory / "config.json"
    content = file.read_bytes()
    file.unlink()
    if change == "longer":
        file.write_bytes(content + b" ")
    elif change == "shorter":
        file.write_bytes(content[:-1])
    elif change == "link":
        (directory / "elsewhere").write_bytes(content)
        file.symlink_to(directory / "elsewhere")
    elif change == "fifo":
        os.mkfifo(file)
    elif change == "directory":
        file.mkdir()
    started = time.monotonic()
    run(release)
    assert time.monotonic() - started < 5
    check_refused(release, "'config.json'", own_store)


@pytest.mark.parametrize("swapped", ["weights", "."])
def test_a_directory_swapped_for_a_link_leads_nowhere(
    own_store: Path, tmp_path: Path, swapped: str
) -> None:
    directory = make_directory(below=tmp_path)
    release = start(directory)
    place = directory if swapped == "." else directory / swapped
    place.rename(tmp_path / "moved")
    place.symlink_to(tmp_path / "moved")
    run(release)
    check_refused(release, "a link", own_store)


def test_a_file_written_to_while_it_is_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "growing"
    file.write_bytes(bytes(10_000_000))

    def read(disturb: object) -> None:
        with open_directory(tmp_path) as directory, open_file(directory, "growing") as opened:
            for _block in read_blocks(opened, "growing", file.stat().st_size):
                disturb()  # type: ignore[operator]

    with pytest.raises(SourceError, match="changed while it was read"):
        read(lambda: os.truncate(file, file.stat().st_size + 1))
    with pytest.raises(SourceError, match="changed while it was read"):
        read(lambda: os.truncate(file, 100))
    read(lambda: None)


def test_a_disk_that_fills_up_is_told_and_nothing_is_kept(
    own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(unbuffered, "_write_all", no_space)
    release = run(start(make_directory()))
    check_refused(release, "The disk of the weights store is full", own_store)


def test_a_real_full_disk(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/dev/full takes nothing, as a full disk does."""
    release = start(make_directory())
    incoming = root() / "incoming"
    incoming.mkdir(parents=True)
    token = uuid.uuid4()
    monkeypatch.setattr(uuid, "uuid4", lambda: token)
    real = Path.open

    def full(self: Path, mode: str = "r", **kwargs: object) -> object:
        if self.parent == incoming:
            return real(Path("/dev/full"), "wb", buffering=0)
        return real(self, mode, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", full)
    run(release)
    monkeypatch.undo()
    assert "The disk of the weights store is full" in release.refusal


def test_a_damaged_object_is_found_by_verification(own_store: Path) -> None:
    release = start(make_directory())
    services.continue_ingest(release_id=release.pk, budget_seconds=60, hand_over=False)
    damaged = store.path_of(release.artifacts.first().sha256)  # type: ignore[union-attr]
    damaged.chmod(0o644)
    damaged.write_bytes(b"damaged")
    services.verify_release(release_id=release.pk, budget_seconds=60, hand_over=False)
    check_refused(release, "is not in the store as it was read", own_store)


def test_a_lost_object_is_found_by_verification(own_store: Path) -> None:
    release = start(make_directory())
    services.continue_ingest(release_id=release.pk, budget_seconds=60, hand_over=False)
    store.path_of(release.artifacts.first().sha256).unlink()  # type: ignore[union-attr]
    services.verify_release(release_id=release.pk, budget_seconds=60, hand_over=False)
    check_refused(release, "has lost a file", own_store)


def test_reading_it_again_replaces_a_damaged_object() -> None:
    files = ordinary_files()
    first = make_release(files=files)
    path = store.path_of(first.artifacts.get(path="README.md").sha256)
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    assert make_release(files=files).state == "sealed"
    assert path.read_bytes() == files["README.md"]

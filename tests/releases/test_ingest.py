"""From a directory into the store: what is kept, and what is refused before a byte is read."""

import hashlib
import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from audit.models import Event
from common.errors import Refused
from releases import selectors, services, source, store
from releases.findings import findings
from releases.models import Artifact, Release
from releases.source import SourceError, list_files
from tests.factories import make_user
from tests.releases.factories import (
    make_directory,
    make_model,
    make_release,
    ordinary_files,
)
from tests.releases.ingesting import leftovers, objects, run, start

pytestmark = pytest.mark.django_db


# What is kept


def test_a_directory_becomes_a_sealed_release(own_store: Path) -> None:
    files = {**ordinary_files(), "empty.txt": b"", "copy/README.md": b"same", "b.md": b"same"}
    release = run(start(make_directory(files)))
    assert release.state == "sealed"
    assert release.stage is not None
    assert release.stage.slug == "internal"
    assert {a.path: (a.size, a.sha256) for a in release.artifacts.all()} == {
        path: (len(content), hashlib.sha256(content).hexdigest()) for path, content in files.items()
    }
    assert objects(own_store) == sorted({hashlib.sha256(c).hexdigest() for c in files.values()})
    assert not leftovers(own_store)
    for artifact in release.artifacts.all():
        with store.open_object(artifact.sha256) as file:
            assert file.read() == files[artifact.path]
    weights = release.artifacts.get(path="weights/model.safetensors")
    assert weights.facts["dtypes"] == {"F32": 4}
    assert release.findings == []
    assert [entry.cause for entry in selectors.stage_history(release)] == ["sealed"]
    actions = Event.objects.filter(refs__contains=[f"releases.release:{release.pk}"])
    assert list(actions.order_by("id").values_list("action", flat=True)) == [
        "release.ingest_started",
        "release.ingested",
        "release.sealed",
    ]


def test_a_list_of_files_leaves_out_what_was_seen_in_them() -> None:
    release = make_release()
    assert all(each.get_deferred_fields() == {"facts"} for each in selectors.artifacts_of(release))
    weights = selectors.artifacts_of(release, facts=True)[-1]
    assert weights.get_deferred_fields() == set()
    assert weights.facts["tensors"] == 1


def test_files_are_compared_before_the_release_is_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    release = start(make_directory())
    depth = len(connection.savepoint_ids)
    seen: list[int] = []

    def watched(files: Any) -> list[dict[str, str]]:
        seen.append(len(connection.savepoint_ids))
        return findings(files)

    monkeypatch.setattr("releases.services.reading.findings", watched)
    run(release)
    assert seen == [depth]


def test_objects_cannot_be_written_to() -> None:
    release = make_release()
    for artifact in release.artifacts.all():
        assert store.path_of(artifact.sha256).stat().st_mode & 0o222 == 0


def test_the_digest_depends_on_the_name_and_on_every_byte() -> None:
    files = ordinary_files()
    model = make_model()
    digests = {
        make_release(model, files=files).digest,
        make_release(model, files=files).digest,
        make_release(model, files={**files, "README.md": b"other"}).digest,
    }
    assert len(digests) == 3


def test_whoever_began_is_told() -> None:
    user = make_user()
    model = make_model(manager=user)
    release = start(make_directory(), model)
    Release.objects.filter(pk=release.pk).update(created_by=user)
    run(release)
    assert user.notifications.get().kind == "release_sealed"


def test_the_worker_does_it_all_when_asked(
    django_capture_on_commit_callbacks: object,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        release = services.start_ingest(
            actor=None, model=make_model(), version="v1", directory=make_directory()
        )
    release.refresh_from_db()
    assert release.state == "sealed"


# What is refused before anything is kept


def refuse(directory: Path, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence) as refusal:
        start(directory)
    assert len(refusal.value.sentence) < 400
    assert not Release.objects.exists()
    assert not Artifact.objects.exists()


def test_a_missing_or_empty_or_wrong_directory(tmp_path: Path) -> None:
    refuse(tmp_path / "nothing", "does not exist")
    refuse(Path("relative-nothing"), "does not exist")
    refuse(Path("nul\x00"), "cannot be opened")
    (tmp_path / "empty").mkdir()
    refuse(tmp_path / "empty", "holds no files")
    (tmp_path / "file").write_text("x")
    refuse(tmp_path / "file", "is not a directory")
    refuse(Path("/proc/self/mem"), "is not a directory")
    refuse(tmp_path / ("x" * 300), "cannot be opened|does not exist")


def test_links_are_refused() -> None:
    for target in ("/etc/passwd", "../..", "README.md", "nowhere"):
        directory = make_directory()
        (directory / "link").symlink_to(target)
        refuse(directory, "'link' is a symbolic link")


def test_a_linked_directory_below_is_refused(tmp_path: Path) -> None:
    directory = make_directory()
    (directory / "sub").symlink_to("/etc")
    refuse(directory, "'sub' is a symbolic link")


def test_a_file_with_a_second_name_elsewhere_is_refused(tmp_path: Path) -> None:
    directory = make_directory()
    (tmp_path / "secret").write_text("secret")
    os.link(tmp_path / "secret", directory / "innocent.txt")
    refuse(directory, "'innocent.txt' has 2 hard links")


def test_a_fifo_is_refused_and_not_waited_for() -> None:
    directory = make_directory()
    os.mkfifo(directory / "pipe")
    started = time.monotonic()
    refuse(directory, "'pipe' is a FIFO")
    assert time.monotonic() - started < 2


def test_a_socket_is_refused(tmp_path: Path) -> None:
    directory = make_directory()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(directory / "socket"))
        refuse(directory, "'socket' is a socket")


def test_a_device_is_refused() -> None:
    with pytest.raises(SourceError, match=r"is a device|is a symbolic link|is a FIFO|is a socket"):
        list_files(Path("/dev"))


def test_names_that_are_not_text_are_refused() -> None:
    directory = make_directory()
    with open(os.fsencode(directory) + b"/\xff\xfe.txt", "wb") as file:  # noqa: PTH123
        file.write(b"x")
    refuse(directory, "cannot be seen or decoded")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("a\nb", "cannot be seen"),
        ("back\\slash", "backslash"),
        ("README.MD", "are one file"),
        (".git/HEAD", "version-control"),
        ("/".join("d" * 25) + "/f", "deep"),
        ("model.pt", "convert the weights to safetensors"),
        ("pytorch_model.bin", "convert the weights to safetensors"),
    ],
)
def test_bad_names_are_refused(name: str, sentence: str) -> None:
    refuse(make_directory({**ordinary_files(), name: b"x"}), sentence)


def test_too_many_files_are_refused_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MOST_FILES", 50)
    refuse(make_directory({f"{n}.txt": b"" for n in range(60)}), "more than 50 files")
    refuse(make_directory({f"d{n}/a/f.txt": b"" for n in range(45) for _ in "ab"} | {
        f"e/{n}.txt": b"" for n in range(20)}), "more than 50 files")  # fmt: skip


def test_100000_files_are_refused_at_once(tmp_path: Path) -> None:
    for n in range(100):
        (tmp_path / "many" / f"{n}").mkdir(parents=True)
        for m in range(1000):
            (tmp_path / "many" / f"{n}" / f"{m}").touch()
    started = time.monotonic()
    refuse(tmp_path / "many", "more than 20000 files")
    assert time.monotonic() - started < 5


def test_a_full_disk_is_told_before_a_byte_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "free_bytes", lambda: 10)
    refuse(make_directory(), "weights store has 10 left")


def test_the_store_itself_is_not_ingested() -> None:
    make_release()
    with pytest.raises(Refused, match="lies in the weights store"):
        start(store.path_of("a" * 64).parent.parent)


@pytest.mark.parametrize("version", ["", "main", "a/b", "v" * 65, "v\x00"])
def test_a_bad_version_is_refused(version: str) -> None:
    with pytest.raises(Refused, match="version"):
        start(make_directory(), version=version)


def test_a_version_is_taken_once_but_a_refused_one_is_free() -> None:
    model = make_model()
    broken = run(start(make_directory({"a.safetensors": b"broken!!!"}), model))
    assert broken.state == "refused"
    assert run(start(make_directory(), model)).state == "sealed"
    with pytest.raises(Refused, match="has a version v1 already"):
        start(make_directory(), model)
    found = selectors.release_by_name(model.namespace, model.name, "v1")
    assert found is not None
    assert found.state == "sealed"


# From the page


def test_from_a_page_it_takes_the_right_and_an_allowed_directory(
    incoming: Path, tmp_path: Path
) -> None:
    manager = make_user()
    model = make_model(manager=manager)

    def ask(directory: Path, actor: object = manager) -> Release:
        return services.start_ingest(
            actor=actor,  # type: ignore[arg-type]
            model=model,
            version="v1",
            directory=directory,
            hand_over=False,
        )

    inside = make_directory(below=incoming)
    outside = make_directory(below=tmp_path)
    (incoming / "link").symlink_to(outside)
    for wrong in (outside, incoming, incoming / "..", incoming / "link", Path("/etc")):
        with pytest.raises(Refused, match="operator allowed"):
            ask(wrong)
    for stranger in (make_user(), make_user(is_superuser=True)):
        with pytest.raises(Refused, match="You need the right"):
            ask(inside, stranger)
    assert ask(inside).source == str(inside)


def test_only_plain_directories_are_offered(incoming: Path) -> None:
    make_directory(below=incoming)
    (incoming / ".hidden").mkdir()
    (incoming / "link").symlink_to("/etc")
    (incoming / "file").write_text("")
    os.mkdir(os.fsencode(incoming) + b"/\xff")  # noqa: PTH102
    offered = source.directories_below([incoming, incoming / "missing"])
    assert [path.name for path in offered] == [
        path.name for path in incoming.iterdir() if path.name.startswith("release-")
    ]

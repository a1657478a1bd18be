"""From a directory into the store: what is kept, what is refused, and what survives a crash."""

import hashlib
import os
import pickle
import socket
import struct
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from audit.models import Event
from common.errors import Refused
from releases import selectors, services, source, store, tasks
from releases.choices import ReleaseState
from releases.findings import findings
from releases.models import Artifact, Model, Release
from releases.source import SourceError, list_files, open_directory, open_file, read_blocks
from releases.store import unbuffered
from releases.store.directory import root
from tests.factories import make_user
from tests.releases.factories import (
    make_directory,
    make_model,
    make_release,
    ordinary_files,
    safetensors_bytes,
)

pytestmark = pytest.mark.django_db


def start(directory: Path, model: Model | None = None, version: str = "v1") -> Release:
    return services.start_ingest(
        actor=None,
        model=model or make_model(),
        version=version,
        directory=directory,
        hand_over=False,
    )


def run(release: Release) -> Release:
    services.continue_ingest(release_id=release.pk, budget_seconds=60, hand_over=False)
    services.verify_release(release_id=release.pk, budget_seconds=60, hand_over=False)
    release.refresh_from_db()
    return release


def objects(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "objects").rglob("*") if path.is_file())


def leftovers(root: Path) -> list[Path]:
    incoming = root / "incoming"
    return list(incoming.iterdir()) if incoming.exists() else []


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


# What is refused while it is read


def check_refused(release: Release, sentence: str, root: Path) -> None:
    release.refresh_from_db()
    assert release.state == "refused"
    assert sentence in release.refusal
    assert not release.artifacts.exists()
    assert objects(root) == []
    assert not leftovers(root)


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


# In pieces, and after a crash


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

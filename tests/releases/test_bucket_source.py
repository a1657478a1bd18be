"""Ingest from a real S3-compatible server: each object once, and only the one that was listed."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from common.errors import Refused
from common.storage_url import Bucket, parse_buckets
from releases import services, source_bucket
from releases.models import Model, Release
from releases.source import SourceAway, SourceError
from releases.source_bucket import list_objects, parse_prefix, read_blocks
from tests.releases.factories import make_model, ordinary_files, safetensors_bytes
from tests.seaweed import REGION, Seaweed, seaweed

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    with seaweed(tmp_path_factory.mktemp("seaweed")) as running:
        running.make_bucket("incoming")
        yield running


@pytest.fixture
def root(server: Seaweed, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """The operator allows s3://incoming/weights."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    source_bucket._client.cache_clear()
    address = f"s3://incoming/weights?endpoint={server.endpoint}&region={REGION}"
    settings.INGEST_S3_ROOTS = parse_buckets([address])
    return settings.INGEST_S3_ROOTS[0]


def put(server: Seaweed, prefix: str, files: dict[str, bytes]) -> str:
    for path, content in files.items():
        server.client().put_object(Bucket="incoming", Key=f"{prefix}/{path}", Body=content)
    return f"s3://incoming/{prefix}"


def start(address: str, model: Model | None = None, **change: Any) -> Release:
    return services.start_ingest(
        actor=None,
        model=model or make_model(),
        version="v1",
        directory=address,
        hand_over=False,
        **change,
    )


def run(release: Release, **options: Any) -> Release:
    services.continue_ingest(release_id=release.pk, budget_seconds=60, hand_over=False, **options)
    services.verify_release(release_id=release.pk, budget_seconds=60, hand_over=False)
    release.refresh_from_db()
    return release


def test_a_prefix_becomes_a_sealed_release(
    server: Seaweed, root: Bucket, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {**ordinary_files(), "empty.txt": b"", "deep/ü b.txt": b"text"}
    address = put(server, "weights/first", files)
    put(server, "weights/first-other", {"not.txt": b"of it"})
    model = make_model(name="heron")
    call_command("ingest_release", str(model), "v1", address, wait=True)
    release = Release.objects.get()
    assert (release.state, release.source) == ("sealed", address)
    assert {each.path: each.size for each in release.artifacts.all()} == {
        path: len(content) for path, content in files.items()
    }


def test_a_directory_and_a_prefix_of_the_same_files_have_the_same_artifacts(
    server: Seaweed, root: Bucket
) -> None:
    files = {f"{number}.txt": b"%d" % number for number in range(30)}
    release = run(start(put(server, "weights/same", files)))
    assert release.artifacts.count() == 30
    assert release.artifacts.get(path="7.txt").etag


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("s3://incoming/other", "not below a bucket's prefix"),
        ("s3://incoming/weights", "not below a bucket's prefix"),
        ("s3://incoming/weights/", "not below a bucket's prefix"),
        ("s3://incoming/weights-else/a", "not below a bucket's prefix"),
        ("s3://elsewhere/weights/a", "not below a bucket's prefix"),
        ("s3://incoming/weights/../other", "does not look like"),
        ("s3://incoming/weights//a", "does not look like"),
        ("s3://incoming/weights/a?endpoint=http://evil", "does not look like"),
        ("s3://incoming/weights/a#b", "does not look like"),
        ("s3://incoming/weights/\x00", "does not look like"),
        ("s3://incoming/weights/nothing", "There are no objects below"),
        ("s3://incoming/weights/" + "x" * 1000, "too long"),
    ],
)
def test_only_what_the_operator_allowed_is_read(root: Bucket, address: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        start(address)
    with pytest.raises(CommandError, match=sentence):
        call_command("ingest_release", str(make_model()), "v1", address, wait=True)
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("key", "sentence"),
    [("A.txt", "are one file"), ("model.pkl", "can run code"), (".git/config", "version-control")],
)
def test_bad_names_are_refused_here_too(
    server: Seaweed, root: Bucket, key: str, sentence: str
) -> None:
    address = put(server, f"weights/bad-{len(key)}", {"a.txt": b"", key: b"x"})
    with pytest.raises(Refused, match=sentence):
        start(address)


def test_an_object_that_was_replaced_is_refused_and_nothing_kept(
    server: Seaweed, root: Bucket, own_store: Path
) -> None:
    address = put(server, "weights/replaced", ordinary_files())
    for content in (b'{"model_type": "other"}\n', b"x" * 24):
        release = start(address)
        put(server, "weights/replaced", {"config.json": content})
        run(release)
        assert release.state == "refused"
        assert "'config.json' changed while it was read" in release.refusal
    server.client().delete_object(Bucket="incoming", Key="weights/replaced/config.json")
    assert not [path for path in own_store.rglob("*") if path.is_file()]


def test_a_bucket_that_is_away_is_waited_for(
    server: Seaweed, root: Bucket, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_bucket, "_PAUSE_SECONDS", 0)
    release = start(put(server, "weights/away", ordinary_files()))
    settings.INGEST_S3_ROOTS = [Bucket(root.name, root.prefix, "http://127.0.0.1:1", root.region)]
    run(release)
    assert release.state == "ingesting"
    assert "does not answer at the moment" in release.job_note
    settings.INGEST_S3_ROOTS = [root]
    assert run(release).state == "sealed"


def test_a_connection_that_breaks_is_taken_up_where_it_broke(
    server: Seaweed, root: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_bucket, "_PAUSE_SECONDS", 0)
    content = safetensors_bytes({"w": ("U8", [9_000_000], b"weights! " * 1_000_000)})
    address = put(server, "weights/broken", {"a.safetensors": content})
    real, starts = source_bucket._stream, []

    def breaks(prefix: Any, path: str, size: int, etag: str, at: int) -> Iterator[bytes]:
        starts.append(at)
        for number, block in enumerate(real(prefix, path, size, etag, at)):
            if number == 3:
                raise ConnectionResetError("The other side hung up.")
            yield block

    monkeypatch.setattr(source_bucket, "_stream", breaks)
    (file,) = list_objects(parse_prefix(address, [root]))
    read = read_blocks(parse_prefix(address, [root]), file.path, file.size, file.etag)
    assert b"".join(bytes(block) for block in read) == content
    assert starts == [0, 3 << 20, 6 << 20]


def test_one_that_never_yields_a_byte_is_given_up(
    root: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_bucket, "_PAUSE_SECONDS", 0)
    tries: list[int] = []

    def breaks(*_args: object) -> Iterator[bytes]:
        tries.append(1)
        raise ConnectionResetError
        yield b""

    monkeypatch.setattr(source_bucket, "_stream", breaks)
    with pytest.raises(SourceAway):
        list(read_blocks(parse_prefix("s3://incoming/weights/x", [root]), "a", 10, '"x"'))
    assert len(tries) == 4


def test_a_wrong_key_is_told_as_such(
    server: Seaweed, root: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = put(server, "weights/locked", ordinary_files())
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    source_bucket._client.cache_clear()
    with pytest.raises(SourceError, match="does not let us in"):
        list_objects(parse_prefix(address, [root]))
    source_bucket._client.cache_clear()


def test_very_many_objects_are_refused(
    server: Seaweed, root: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_bucket, "MOST_FILES", 5)
    address = put(server, "weights/many", {f"{n}.txt": b"" for n in range(8)})
    with pytest.raises(SourceError, match="more than 5 objects"):
        list_objects(parse_prefix(address, [root]))


def test_threads_read_side_by_side(server: Seaweed, root: Bucket) -> None:
    files = {f"{number}.txt": bytes([number]) * 3_000_000 for number in range(8)}
    release = run(start(put(server, "weights/threads", files)))
    assert release.state == "sealed"
    assert threading.active_count() < 20

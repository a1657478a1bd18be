"""The store in a bucket of a real SeaweedFS: an ingest goes in, and the same bytes come out."""

import hashlib
import itertools
import logging
import tracemalloc
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from boto3.s3.transfer import TransferConfig
from django.test import Client
from pytest_django import Settings

from common.storage_url import Bucket
from releases import services, store
from releases.models import Release
from releases.store import bucket as place
from releases.store.bucket import PART
from releases.store.objects import StoreAway, StoreError, Written
from tests.releases.factories import make_directory, make_model, ordinary_files
from tests.seaweed import REGION, Seaweed, seaweed

pytestmark = [pytest.mark.services, pytest.mark.django_db, pytest.mark.xdist_group("bucket")]

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    with seaweed(tmp_path_factory.mktemp("seaweed")) as server:
        server.make_bucket("weights")
        yield server


@pytest.fixture(autouse=True)
def bucket(server: Seaweed, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """Keep the weights of one test below a prefix of its own."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    found = Bucket("weights", f"test-{next(_numbers)}", server.endpoint, REGION)
    settings.WEIGHTS_DIR, settings.WEIGHTS_BUCKET = None, found
    return found


def keys(server: Seaweed, bucket: Bucket) -> dict[str, int]:
    listed = server.client().list_objects_v2(Bucket=bucket.name, Prefix=f"{bucket.prefix}/")
    return {
        found["Key"].removeprefix(f"{bucket.prefix}/"): found["Size"]
        for found in listed.get("Contents", [])
    }


def unfinished(server: Seaweed, bucket: Bucket) -> list[str]:
    listed = server.client().list_multipart_uploads(Bucket=bucket.name)
    return [found["Key"] for found in listed.get("Uploads", [])]


def put(content: bytes, name: str = "") -> Written:
    blocks = (memoryview(content)[i : i + 1_000_000] for i in range(0, len(content), 1_000_000))
    return store.write(name or f"draft-{next(_numbers)}", blocks, lambda _block: None)


def kept(content: bytes) -> str:
    written = put(content)
    store.keep(written)
    return written.sha256


def start(files: dict[str, bytes]) -> Release:
    return services.start_ingest(
        actor=None,
        model=make_model(),
        version="v1",
        directory=make_directory(files),
        hand_over=False,
    )


def run(release: Release) -> Release:
    services.continue_ingest(release_id=release.pk, budget_seconds=60, hand_over=False)
    services.verify_release(release_id=release.pk, budget_seconds=60, hand_over=False)
    release.refresh_from_db()
    return release


# Ingest


def test_a_directory_becomes_a_sealed_release_in_the_bucket(
    server: Seaweed, bucket: Bucket
) -> None:
    files = {**ordinary_files(), "empty.txt": b"", "a.md": b"same", "b.md": b"same"}
    release = run(start(files))
    assert (release.state, release.refusal) == ("sealed", "")
    expected = {hashlib.sha256(content).hexdigest(): len(content) for content in files.values()}
    assert keys(server, bucket) == {
        f"objects/{sha256[:2]}/{sha256}": size for sha256, size in expected.items()
    }
    for artifact in release.artifacts.all():
        with store.open_object(artifact.sha256) as file:
            assert file.read() == files[artifact.path]


def test_a_refused_ingest_leaves_nothing_in_the_bucket(server: Seaweed, bucket: Bucket) -> None:
    release = start({**ordinary_files(), "broken.safetensors": b"\xff" * 100})
    services.continue_ingest(release_id=release.pk, budget_seconds=60, hand_over=False)
    release.refresh_from_db()
    assert release.state == "refused"
    assert keys(server, bucket) == {}


def test_verification_reads_the_bucket_again(server: Seaweed, bucket: Bucket) -> None:
    release = start(ordinary_files())
    services.continue_ingest(release_id=release.pk, budget_seconds=60, hand_over=False)
    key = f"{bucket.prefix}/objects/{store.name_of(release.artifacts.all()[0].sha256)}"
    server.client().put_object(Bucket=bucket.name, Key=key, Body=b"damaged")
    services.verify_release(release_id=release.pk, budget_seconds=60, hand_over=False)
    release.refresh_from_db()
    assert release.state == "refused"
    assert "is not in the store as it was read" in release.refusal


def test_an_ingest_waits_for_a_bucket_that_is_away(
    server: Seaweed, bucket: Bucket, settings: Settings
) -> None:
    release = start(ordinary_files())
    settings.WEIGHTS_BUCKET = Bucket("weights", bucket.prefix, "http://127.0.0.1:1", REGION)
    services.continue_ingest(release_id=release.pk, budget_seconds=60, hand_over=False)
    release.refresh_from_db()
    assert (release.state, release.job_token) == ("ingesting", None)
    settings.WEIGHTS_BUCKET = bucket
    assert run(release).state == "sealed"


def test_a_bucket_that_is_away_damages_nothing_and_a_lost_object_is_found(
    server: Seaweed, bucket: Bucket, settings: Settings
) -> None:
    release = run(start(ordinary_files()))
    settings.WEIGHTS_BUCKET = Bucket("weights", bucket.prefix, "http://127.0.0.1:1", REGION)
    with pytest.raises(StoreAway):
        services.rehash_due(budget_seconds=60, everything=True)
    assert not release.artifacts.exclude(damage="").exists()
    settings.WEIGHTS_BUCKET = bucket
    store.remove(release.artifacts.get(path="README.md").sha256)
    services.rehash_due(budget_seconds=60, everything=True)
    assert [lost.path for lost in release.artifacts.exclude(damage="")] == ["README.md"]


# Objects


def test_a_large_object_goes_up_in_parts_with_flat_memory(server: Seaweed, bucket: Bucket) -> None:
    block = bytes(range(256)) * 4096
    count = 3 * PART // len(block) + 1
    sha256 = hashlib.sha256()
    for _ in range(count):
        sha256.update(block)
    tracemalloc.start()
    written = store.write("large", (memoryview(block) for _ in range(count)), lambda _block: None)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * PART
    store.keep(written)
    assert (written.sha256, written.size) == (sha256.hexdigest(), count * len(block))
    assert keys(server, bucket) == {f"objects/{store.name_of(written.sha256)}": written.size}
    again = hashlib.sha256()
    for part in store.read_object(written.sha256):
        again.update(part)
    assert again.hexdigest() == written.sha256


def test_what_is_too_large_for_one_copy_is_copied_in_parts(
    server: Seaweed, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = TransferConfig(multipart_threshold=8_000_000, multipart_chunksize=8_000_000)
    monkeypatch.setattr(place, "_COPY", small)
    content = bytes(range(251)) * 100_000
    sha256 = kept(content)
    assert keys(server, bucket) == {f"objects/{store.name_of(sha256)}": len(content)}
    with store.open_object(sha256) as file:
        assert file.read() == content


def test_a_range_is_read_and_no_more() -> None:
    sha256 = kept(b"0123456789" * 1000)
    with store.open_range(sha256, 5, 12) as file:
        assert file.read() == b"5678901"
    assert store.size_of(sha256) == 10_000


def test_what_breaks_off_leaves_nothing(server: Seaweed, bucket: Bucket) -> None:
    def blocks() -> Iterator[memoryview]:
        for _ in range(PART // 4_000_000 + 2):
            yield memoryview(b"x" * 4_000_000)
        raise ValueError("the source went away")

    with pytest.raises(ValueError, match="went away"):
        store.write("broken", blocks(), lambda _block: None)
    assert keys(server, bucket) == {}
    assert not unfinished(server, bucket)


def test_what_a_killed_worker_left_is_dropped_and_nothing_else(
    server: Seaweed, bucket: Bucket
) -> None:
    put(b"left", "7-1")
    put(b"another's", "70-1")
    upload = {"Bucket": bucket.name, "Key": f"{bucket.prefix}/incoming/7-2"}
    begun = server.client().create_multipart_upload(**upload)
    server.client().upload_part(
        **upload, UploadId=begun["UploadId"], PartNumber=1, Body=b"x" * 6_000_000
    )
    assert unfinished(server, bucket)
    store.discard_incoming("7-")
    assert keys(server, bucket) == {"incoming/70-1": 9}
    assert not unfinished(server, bucket)


def test_an_ingest_of_the_same_bytes_mends_a_damaged_object(
    server: Seaweed, bucket: Bucket
) -> None:
    sha256 = kept(b"as it was")
    key = f"{bucket.prefix}/objects/{store.name_of(sha256)}"
    server.client().put_object(Bucket=bucket.name, Key=key, Body=b"as it is not")
    assert kept(b"as it was") == sha256
    with store.open_object(sha256) as file:
        assert file.read() == b"as it was"


def test_an_object_that_is_gone_is_said_to_be(server: Seaweed) -> None:
    sha256 = kept(b"soon gone")
    store.remove(sha256)
    store.remove(sha256)
    for act in (store.size_of, store.open_object):
        with pytest.raises(FileNotFoundError):
            act(sha256)
    # A bucket that holds nothing at all is taken for the wrong one.
    with pytest.raises(StoreAway, match="is empty, and should not be"):
        list(store.read_object(sha256))
    kept(b"another")
    with pytest.raises(StoreError, match="has lost a file"):
        list(store.read_object(sha256))
    with pytest.raises(ValueError, match="64 lower-case hex"):
        store.size_of("../" + sha256)


# A bucket that is away


@pytest.mark.parametrize("wrong", ["endpoint", "bucket", "key"])
def test_a_bucket_that_cannot_be_used_is_a_sentence_without_a_secret(
    server: Seaweed,
    bucket: Bucket,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    wrong: str,
) -> None:
    settings.WEIGHTS_BUCKET = {
        "endpoint": Bucket("weights", "x", "http://127.0.0.1:1", REGION),
        "bucket": Bucket("elsewhere", "x", server.endpoint, REGION),
        "key": Bucket("weights", "x", server.endpoint, REGION),
    }[wrong]
    if wrong == "key":
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")
    place._client_at.cache_clear()
    with pytest.raises(StoreAway):
        store.check()
    with pytest.raises((StoreAway, FileNotFoundError)):
        store.size_of("a" * 64)
    answer = client.get("/health/ready")
    place._client_at.cache_clear()
    assert answer.status_code == 503
    assert "The weights bucket" in answer.json()["storage"]["sentence"]
    for text in (answer.content.decode(), caplog.text):
        assert "not-the-secret" not in text
        assert "127.0.0.1" not in text


def test_no_level_of_logging_writes_signatures_down(
    bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    sha256 = kept(b"bytes")
    with caplog.at_level(logging.DEBUG):
        store.presigned(sha256, endpoint=bucket.endpoint, seconds=60)
        store.size_of(sha256)
    assert "Signature" not in caplog.text
    assert "CanonicalRequest" not in caplog.text


def test_a_bucket_that_answers_is_well(client: Client) -> None:
    answer = client.get("/health/ready").json()
    assert answer["storage"]["sentence"] == "The weights bucket answers."


# Signed addresses


def fetch(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b""


def test_a_signed_address_opens_this_object_and_no_other(bucket: Bucket) -> None:
    sha256, other = kept(b"this one"), kept(b"another one")
    url = store.presigned(sha256, endpoint=bucket.endpoint, seconds=60)
    assert fetch(url) == (200, b"this one")
    assert fetch(url.replace(store.name_of(sha256), store.name_of(other)))[0] == 403
    assert fetch(url.partition("?")[0])[0] == 403
    assert fetch(store.presigned(sha256, endpoint=bucket.endpoint, seconds=1) + "0")[0] == 403

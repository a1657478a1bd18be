"""Which addresses name a store, and what is said about those that do not."""

from pathlib import Path

import pytest

from common.storage_url import Bucket, parse_origin, parse_storage_url


def test_a_directory() -> None:
    assert parse_storage_url("file:///srv/sluice/weights") == Path("/srv/sluice/weights")
    assert parse_storage_url(Path("/srv/a b/ü").as_uri()) == Path("/srv/a b/ü")


def test_a_bucket() -> None:
    assert parse_storage_url(
        "s3://weights/a/b?endpoint=https://s3.example.org:8333&region=eu-central-1"
    ) == Bucket("weights", "a/b", "https://s3.example.org:8333", "eu-central-1")
    assert parse_storage_url("s3://weights?endpoint=http://[::1]:9000/") == Bucket(
        "weights", "", "http://[::1]:9000", "us-east-1"
    )


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "must look like file:///"),
        ("/srv/weights", "must look like file:///"),
        ("file://host/srv", "must look like file:///"),
        ("ftp://x", "must look like file:///"),
        ("s3://", "names no bucket"),
        ("s3://UPPER?endpoint=http://x", "names no bucket"),
        ("s3://key:secret@weights?endpoint=http://x", "names no bucket"),
        ("s3://weights", "needs an address like https://"),
        ("s3://weights?region=eu-central-1", "needs an address like https://"),
        ("s3://weights?endpoint=s3.example.org", "needs an address like https://"),
        ("s3://weights?endpoint=https://s3.example.org/x", "needs an address like https://"),
        ("s3://weights?endpoint=https://s3.example.org:99999", "needs an address like https://"),
        ("s3://weights?endpoint=https://a%20b", "needs an address like https://"),
        ("s3://weights?endpoint=https://x&endpoint=https://y", "each once"),
        ("s3://weights?endpoint=https://x&secret=y", "knows endpoint and region"),
        ("s3://weights?endpoint=https://x#y", "knows endpoint and region"),
        ("s3://weights?endpoint=https://x&region=here%20or%20there", "region that is none"),
        ("s3://weights/../x?endpoint=https://x", "has a prefix of other than"),
        ("s3://weights/a//b?endpoint=https://x", "has a prefix of other than"),
        ("s3://weights/a b?endpoint=https://x", "has a prefix of other than"),
    ],
)
def test_anything_else_is_a_sentence(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_storage_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hunter2@s3.example.org",
        "https://user:hunter2@s3.example.org:port",
        "https://user:hunter2@[s3.example.org",
        "https://user:hunter2\u2100@s3.example.org",
        "user:hunter2@s3.example.org",
    ],
)
def test_a_password_is_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="needs an address") as caught:
        parse_origin(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("url", ["s3://key:hunter2\u2100@weights", "s3://key:hunter2@[weights"])
def test_a_password_in_a_store_that_cannot_be_read_is_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="must look like") as caught:
        parse_storage_url(url)
    assert "hunter2" not in str(caught.value)

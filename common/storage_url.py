"""The address of the weights store: a directory, or a bucket that speaks S3."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")

DIRECTORY_FORM = "file:///srv/sluice/weights (an absolute directory on this machine)"
BUCKET_FORM = "s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-central-1"


@dataclass(frozen=True)
class Bucket:
    """A place for objects: `prefix` is empty or has neither a first nor a last slash."""

    name: str
    prefix: str
    endpoint: str
    region: str


def parse_storage_url(url: str) -> Path | Bucket:
    """Return what the address names. Raises ValueError with the rest of a sentence."""
    form = f"must look like {DIRECTORY_FORM} or like {BUCKET_FORM}."
    try:
        parts = urlsplit(url)
    except ValueError:
        # The error of urlsplit repeats what stands before the host: it may be a password.
        raise ValueError(form) from None
    if parts.scheme == "s3":
        return _bucket(url)
    if parts.scheme != "file" or parts.netloc or not parts.path.startswith("/"):
        raise ValueError(form)
    return Path(unquote(parts.path))


def parse_buckets(urls: Iterable[str]) -> list[Bucket]:
    """Return what several addresses name, which must all be buckets. Raises ValueError."""
    found = [parse_storage_url(url.strip()) for url in urls]
    if not all(isinstance(each, Bucket) for each in found):
        raise ValueError(f"must look like {BUCKET_FORM}.")
    return [each for each in found if isinstance(each, Bucket)]


def _bucket(url: str) -> Bucket:
    parts = urlsplit(url)
    if not _BUCKET.fullmatch(parts.netloc):
        raise ValueError(f"names no bucket by the rules of S3; it must look like {BUCKET_FORM}.")
    prefix = parts.path.strip("/")
    if prefix and not _PREFIX.fullmatch(prefix):
        raise ValueError("has a prefix of other than letters, digits and ._- between slashes.")
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    options = dict(pairs)
    if parts.fragment or len(pairs) != len(options) or not set(options) <= {"endpoint", "region"}:
        raise ValueError("knows endpoint and region after the question mark, each once.")
    region = options.get("region", "us-east-1")
    if not _REGION.fullmatch(region):
        raise ValueError(f"has a region that is none: {region!r}.")
    return Bucket(parts.netloc, prefix, parse_origin(options.get("endpoint", "")), region)


def parse_origin(url: str) -> str:
    """Return scheme, host and port of an http address that has nothing else. Raises ValueError."""
    # Not shown with a user: there may be a password.
    shown = "one with a user" if "@" in url else repr(url)
    sentence = f"needs an address like https://s3.example.org, not {shown}."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(sentence) from None
    host = parts.netloc.rpartition("@")[2].removesuffix(f":{port}")
    if (
        parts.scheme not in {"http", "https"}
        or "@" in parts.netloc
        or not _HOST.fullmatch(host)
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
    ):
        raise ValueError(sentence)
    return f"{parts.scheme}://{parts.netloc}"

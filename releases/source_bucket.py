"""The S3 prefix that a release is read from, below one that the operator allowed.

Each object is read once, as a stream, and only as the one that was listed: every request names its
ETag, so that an object that was replaced meanwhile is refused. A connection that breaks is taken
up where it broke.
"""

import logging
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from common.storage_url import Bucket
from releases.paths import check_paths, shorten
from releases.source import MOST_FILES, SourceAway, SourceError, SourceFile

logger = logging.getLogger(__name__)

BLOCK = 1024 * 1024
_ATTEMPTS = 4
_PAUSE_SECONDS = 1.0
_CHANGED = {"PreconditionFailed", "412", "NoSuchKey", "404"}
_REFUSED_STATUSES = {401, 403, 404}


@dataclass(frozen=True)
class Prefix:
    """Where the objects are; `bucket.prefix` is the whole prefix, the operator's root included."""

    bucket: Bucket

    def __str__(self) -> str:
        return f"s3://{self.bucket.name}/{self.bucket.prefix}"


def parse_prefix(text: str, roots: Iterable[Bucket]) -> Prefix:
    """Return the prefix that `s3://bucket/prefix` names. Raises SourceError outside the roots."""
    shown = shorten(text)
    parts = urlsplit(text)
    prefix = parts.path.strip("/")
    steps = prefix.split("/")
    if parts.query or parts.fragment or not text.isprintable() or {"", ".", ".."} & set(steps):
        raise SourceError(f"{shown} does not look like s3://bucket/prefix.")
    for root in roots:
        below = f"{root.prefix}/" if root.prefix else ""
        if root.name == parts.netloc and prefix.startswith(below) and prefix != root.prefix:
            return Prefix(Bucket(root.name, prefix, root.endpoint, root.region))
    raise SourceError(f"{shown} is not below a bucket's prefix that the operator allowed.")


def list_objects(prefix: Prefix) -> list[SourceFile]:
    """Return every object below the prefix by path. Raises SourceError with a sentence."""
    start = f"{prefix.bucket.prefix}/"
    found: list[SourceFile] = []
    try:
        pages = _client(prefix.bucket).get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=prefix.bucket.name, Prefix=start):
            for each in page.get("Contents", ()):
                path = str(each["Key"])[len(start) :]
                # What consoles make to show a directory.
                if path and not (path.endswith("/") and not each["Size"]):
                    found.append(SourceFile(path, int(each["Size"]), str(each["ETag"])))
            if len(found) > MOST_FILES:
                raise SourceError(f"{prefix} holds more than {MOST_FILES} objects.")
    except (BotoCoreError, ClientError, HTTPError) as error:
        raise _told(error, str(prefix)) from None
    if not found:
        raise SourceError(f"There are no objects below {prefix}.")
    try:
        check_paths(file.path for file in found)
    except ValueError as error:
        raise SourceError(str(error)) from None
    return sorted(found, key=lambda file: file.path)


def read_blocks(prefix: Prefix, path: str, size: int, etag: str) -> Generator[memoryview]:
    """Yield the bytes of an object once.

    Raises SourceError where it is not the one that was listed, and SourceAway where the bucket
    does not answer.
    """
    at = failures = 0
    while at < size:
        before = at
        try:
            for block in _stream(prefix, path, size, etag, at):
                yield memoryview(block)
                at += len(block)
            if at < size:
                raise HTTPError("The stream ended early.")
        except (BotoCoreError, ClientError, HTTPError, OSError) as error:
            told = _told(error, path)
            failures = failures + 1 if at == before else 0
            if not isinstance(told, SourceAway) or failures == _ATTEMPTS:
                raise told from None
            time.sleep(_PAUSE_SECONDS)
    if not size:
        _require_empty(prefix, path, etag)


def _stream(prefix: Prefix, path: str, size: int, etag: str, at: int) -> Iterator[bytes]:
    answer = _client(prefix.bucket).get_object(
        Bucket=prefix.bucket.name,
        Key=f"{prefix.bucket.prefix}/{path}",
        IfMatch=etag,
        **({"Range": f"bytes={at}-"} if at else {}),
    )
    body = answer["Body"]
    try:
        if answer["ETag"] != etag or int(answer["ContentLength"]) != size - at:
            raise SourceError(_changed(path))
        while block := body.read(BLOCK):
            yield block
    finally:
        body.close()


def _require_empty(prefix: Prefix, path: str, etag: str) -> None:
    try:
        for _block in _stream(prefix, path, 0, etag, 0):
            raise SourceError(_changed(path))
    except (BotoCoreError, ClientError, HTTPError, OSError) as error:
        raise _told(error, path) from None


@lru_cache(maxsize=8)
def _client(bucket: Bucket) -> BaseClient:
    return boto3.session.Session().client(
        "s3",
        endpoint_url=bucket.endpoint,
        region_name=bucket.region,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=5,
            read_timeout=30,
            retries={"max_attempts": 3, "mode": "standard"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def _told(error: Exception, what: str) -> SourceError:
    """Return what boto3 raises as a sentence; its own words hold addresses, and are not shown."""
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        logger.warning("The bucket of an ingest answered %s %s.", status, code)
        if code in _CHANGED and not what.startswith("s3://"):
            return SourceError(_changed(what))
        if status in _REFUSED_STATUSES:
            return SourceError(f"{shorten(what)} cannot be read: the bucket does not let us in.")
    else:
        logger.warning("The bucket of an ingest cannot be reached: %s.", type(error).__name__)
    return SourceAway(f"The bucket of {shorten(what)} does not answer at the moment.")


def _changed(path: str) -> str:
    return f"{shorten(path)} changed while it was read; ingest the prefix when nothing writes."

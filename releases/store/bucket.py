"""The store in a bucket that speaks S3. boto3 knows the protocol; its ordinary ways of finding
credentials apply (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or what the machine has).

Bytes go up in parts and appear when the last one is there; they are named when their digest is
known, by a copy inside the store. Memory holds one part.
"""

import hashlib
import io
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, BinaryIO, cast

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody
from django.conf import settings
from urllib3.exceptions import HTTPError

from common.storage_url import Bucket
from releases.store.objects import BLOCK, StoreAway, StoreError, Written, name_of

logger = logging.getLogger(__name__)

# S3 takes at most 10,000 parts of an object: files may have up to 320 GB.
PART = 32 * 1024 * 1024
_MOST_PARTS = 10_000
# One copy takes up to 5 GB; in parts it is quicker long before.
_COPY = TransferConfig(
    multipart_threshold=512 * 1024 * 1024, multipart_chunksize=512 * 1024 * 1024, max_concurrency=4
)
_GONE = {"404", "NoSuchKey", "NotFound"}
# Whatever is wrong with the account or the bucket, an operator can mend, and work waits for it.
_REFUSED_STATUSES = {401, 403, 404, 408, 429}


@lru_cache(maxsize=4)
def _client_at(bucket: Bucket, endpoint: str) -> BaseClient:
    return boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint,
        region_name=bucket.region,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=5,
            read_timeout=30,
            retries={"max_attempts": 3, "mode": "standard"},
            max_pool_connections=64,
            # Older servers know no checksums in trailers; every byte is read again and hashed.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def _bucket() -> Bucket:
    return cast(Bucket, settings.WEIGHTS_BUCKET)


def _client() -> BaseClient:
    return _client_at(_bucket(), _bucket().endpoint)


def _at(*parts: str) -> dict[str, str]:
    """Return where an object is, as boto3 wants it said."""
    prefix = _bucket().prefix
    return {"Bucket": _bucket().name, "Key": "/".join([prefix, *parts] if prefix else parts)}


def _object(sha256: str) -> dict[str, str]:
    return _at("objects", name_of(sha256))


@contextmanager
def _told() -> Iterator[None]:
    """Turn what boto3 raises into FileNotFoundError or a StoreError; its own words are logged."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _GONE:
            raise FileNotFoundError("The bucket does not hold this object.") from None
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        logger.warning("The weights bucket answered %s %s.", status, code)
        if status in _REFUSED_STATUSES:
            sentence = "The weights bucket is not there for the portal. Check its name and keys."
            raise StoreAway(sentence) from None
        if status < 500:
            raise StoreError(f"The weights bucket cannot do it: {code}.") from None
        raise StoreAway("The weights bucket does not work at the moment.") from None
    except (BotoCoreError, HTTPError, OSError) as error:
        # Not the text: it holds addresses, signed ones too.
        logger.warning("The weights bucket cannot be reached: %s.", type(error).__name__)
        raise StoreAway("The weights bucket does not answer at the moment.") from None


def check(*, filled: bool = False) -> None:
    """See whether the bucket answers and lets us in, and with `filled` whether it holds any object
    below its prefix. Raises StoreAway."""
    try:
        with _told():
            found = _client().list_objects_v2(**_under("objects/"), MaxKeys=1)
    except FileNotFoundError:
        raise StoreAway("The weights bucket is missing.") from None
    if filled and not found.get("Contents"):
        raise StoreAway("The weights bucket is empty, and should not be. Check name and prefix.")


def _under(prefix: str) -> dict[str, str]:
    at = _at(prefix)
    return {"Bucket": at["Bucket"], "Prefix": at["Key"]}


def size_of(sha256: str) -> int:
    """Return an object's size. Raises FileNotFoundError where there is none."""
    with _told():
        return int(_client().head_object(**_object(sha256))["ContentLength"])


def open_object(sha256: str) -> BinaryIO:
    """Open an object for reading from its start to its end."""
    return _open(sha256)


def open_range(sha256: str, start: int, stop: int) -> BinaryIO:
    """Open the bytes from `start` up to and excluding `stop`; there is at least one."""
    return _open(sha256, Range=f"bytes={start}-{stop - 1}")


def _open(sha256: str, **options: str) -> BinaryIO:
    with _told():
        answer = _client().get_object(**_object(sha256), **options)
    return cast(BinaryIO, _Body(answer["Body"]))


class _Body(io.RawIOBase):
    """An object's bytes as they come; boto3 counts them, and raises where some are missing."""

    def __init__(self, stream: StreamingBody) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read what there is, up to the buffer's length. Raises StoreAway."""
        with _told():
            data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Let the connection go; what was not read is not waited for."""
        if not self.closed:
            self._stream.close()
        super().close()


def read_object(sha256: str) -> Iterator[memoryview]:
    """Yield an object's bytes. Raises StoreError where it is gone."""
    try:
        body = _open(sha256)
    except FileNotFoundError:
        # Is it this object, or the whole store?
        check(filled=True)
        raise StoreError("The store has lost a file that was read into it.") from None
    with body:
        while data := body.read(BLOCK):
            yield memoryview(data)


def presigned(sha256: str, *, endpoint: str, seconds: int) -> str:
    """Return an address at `endpoint` that whoever knows it may GET for so long."""
    with _told():
        return str(
            _client_at(_bucket(), endpoint).generate_presigned_url(
                "get_object", Params=_object(sha256), ExpiresIn=seconds
            )
        )


def free_bytes() -> None:
    """Return nothing: a bucket does not say."""


def write(name: str, blocks: Iterable[memoryview], look: Callable[[memoryview], None]) -> Written:
    """Send the blocks up under a temporary name, hashing each and showing it to `look`."""
    sha256 = hashlib.sha256()
    size = 0
    upload = _Upload(_at("incoming", name))
    try:
        for block in blocks:
            sha256.update(block)
            look(block)
            upload.add(block)
            size += len(block)
        upload.finish()
    except BaseException:
        upload.give_up()
        raise
    return Written(name, sha256.hexdigest(), size)


class _Upload:
    """One object on its way up. Less than a part goes in one piece."""

    def __init__(self, at: dict[str, str]) -> None:
        self._at = at
        self._buffer = bytearray()
        self._upload: dict[str, str] = {}
        self._parts: list[dict[str, Any]] = []

    def add(self, block: memoryview) -> None:
        """Take bytes, and send a part whenever there are enough."""
        while block:
            taken = block[: PART - len(self._buffer)]
            self._buffer += taken
            block = block[len(taken) :]
            if len(self._buffer) == PART:
                self._send_part()

    def finish(self) -> None:
        """Send the rest and let the object appear."""
        if not self._parts:
            with _told():
                _client().put_object(**self._at, Body=bytes(self._buffer))
            return
        if self._buffer:
            self._send_part()
        with _told():
            _client().complete_multipart_upload(
                **self._at, **self._upload, MultipartUpload={"Parts": self._parts}
            )

    def give_up(self) -> None:
        """Leave nothing behind, as far as the store can be reached."""
        if self._upload:
            _quietly(lambda: _client().abort_multipart_upload(**self._at, **self._upload))

    def _send_part(self) -> None:
        number = len(self._parts) + 1
        if number > _MOST_PARTS:
            raise StoreError("A file is larger than the bucket takes (320 GB). Split it.")
        with _told():
            if not self._upload:
                answer = _client().create_multipart_upload(**self._at)
                self._upload = {"UploadId": answer["UploadId"]}
            answer = _client().upload_part(
                **self._at, **self._upload, PartNumber=number, Body=self._buffer
            )
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        self._buffer = bytearray()


def keep(written: Written) -> None:
    """Copy the temporary object to its name, inside the store, and drop it."""
    target = _object(written.sha256)
    try:
        with _told():
            _client().copy(_at("incoming", written.name), **target, Config=_COPY)
    except FileNotFoundError:
        raise StoreError("The store has lost a file while it was read in.") from None
    discard(written)


def discard(written: Written) -> None:
    """Drop a temporary object."""
    _quietly(lambda: _client().delete_object(**_at("incoming", written.name)))


def discard_incoming(prefix: str) -> None:
    """Drop temporary objects, and uploads that were not finished, whose names begin so."""
    _quietly(lambda: _discard_objects(prefix))
    _quietly(lambda: _abort_uploads(prefix))


def _discard_objects(prefix: str) -> None:
    pages = _client().get_paginator("list_objects_v2")
    for page in pages.paginate(**_under(f"incoming/{prefix}")):
        for found in page.get("Contents", []):
            _client().delete_object(Bucket=_bucket().name, Key=found["Key"])


def _abort_uploads(prefix: str) -> None:
    pages = _client().get_paginator("list_multipart_uploads")
    under = _under(f"incoming/{prefix}")
    for page in pages.paginate(**under):
        for found in page.get("Uploads", []):
            # Not every server heeds the prefix.
            if found["Key"].startswith(under["Prefix"]):
                _client().abort_multipart_upload(
                    Bucket=_bucket().name, Key=found["Key"], UploadId=found["UploadId"]
                )


def _quietly(act: Callable[[], object]) -> None:
    try:
        with _told():
            act()
    except (StoreError, FileNotFoundError):
        return


def remove(sha256: str) -> None:
    """Remove an object. Raises StoreError where the bucket does not answer."""
    with _told():
        _client().delete_object(**_object(sha256))

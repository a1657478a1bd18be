"""The store of documents: each once, named by its SHA-256, below objects/ as weights are.

In a directory or in a bucket, as DOCUMENTS_STORAGE_URL says; no web server reads from it. Documents
are small (tens of megabytes): each is hashed again whenever it is read.
"""

import contextlib
import hashlib
import logging
import os
import re
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings

from common.storage_url import Bucket

logger = logging.getLogger(__name__)

BLOCK = 1024 * 1024
_IN_MEMORY = 4 * BLOCK
_SHA256 = re.compile(r"[0-9a-f]{64}")


class DocumentStoreError(Exception):
    """The store cannot do it; the text is a sentence."""


def keep(file: BinaryIO) -> str:
    """Keep what the file holds from its beginning; return its SHA-256. Raises DocumentStoreError.

    A document that is there already is written again: the same bytes, or mended ones.
    """
    sha256 = hashlib.sha256()
    for block in _blocks(file):
        sha256.update(block)
    name = sha256.hexdigest()
    file.seek(0)
    if isinstance(settings.DOCUMENTS_STORAGE, Bucket):
        _put(name, file)
    else:
        _write(name, file)
    return name


def fetch(sha256: str) -> BinaryIO:
    """Open a document whose bytes are what its name says. Raises DocumentStoreError."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError("A document is named by 64 lower-case hex characters.")
    copy = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115
    try:
        _copy(sha256, copy)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return copy


def remove(sha256: str) -> None:
    """Remove a document that nothing refers to; nothing happens where it is gone already.

    The caller holds the lock that makes that true. Raises DocumentStoreError.
    """
    if not _SHA256.fullmatch(sha256):
        raise ValueError("A document is named by 64 lower-case hex characters.")
    if isinstance(settings.DOCUMENTS_STORAGE, Bucket):
        with _bucket(_object(sha256)) as (client, at):
            client.delete_object(**at)
        return
    try:
        (_root() / _object(sha256)).unlink(missing_ok=True)
    except OSError as error:
        raise DocumentStoreError(_unwritable(error)) from None


def check(*, filled: bool = False) -> None:
    """See whether documents can be kept and read. Raises DocumentStoreError for the operator.

    `filled` is for whoever knows that there must be some: a place with none is another place.
    """
    if isinstance(settings.DOCUMENTS_STORAGE, Bucket):
        with _bucket("objects/") as (client, at):
            found = client.list_objects_v2(Bucket=at["Bucket"], Prefix=at["Key"], MaxKeys=1)
        empty = not found.get("Contents")
    else:
        empty = _check_directory()
    if filled and empty:
        raise DocumentStoreError(
            "The place of documents is empty, and should not be. Is its disk mounted, its name "
            "right?"
        )


def is_bucket() -> bool:
    """Tell whether documents stand in a bucket; else they are files of this machine."""
    return isinstance(settings.DOCUMENTS_STORAGE, Bucket)


def _copy(sha256: str, copy: BinaryIO) -> None:
    found = hashlib.sha256()
    with _open(sha256) as stored:
        for block in _blocks(stored, rewind=False):
            found.update(block)
            copy.write(block)
    if found.hexdigest() != sha256:
        logger.error("The stored document %s is damaged.", sha256)
        raise DocumentStoreError("The stored file is damaged. The operator can restore it.")


def _blocks(file: BinaryIO, *, rewind: bool = True) -> Iterator[bytes]:
    if rewind:
        file.seek(0)
    while block := file.read(BLOCK):
        yield block


def _object(sha256: str) -> str:
    return f"objects/{sha256[:2]}/{sha256}"


# In a directory


def _root() -> Path:
    return cast(Path, settings.DOCUMENTS_STORAGE)


def _check_directory() -> bool:
    """Return whether nothing is in it. A directory is made with its first document."""
    root = _root()
    try:
        place = next(path for path in (root, *root.parents) if path.exists())
        if not place.is_dir() or not os.access(place, os.R_OK | os.W_OK | os.X_OK):
            raise DocumentStoreError("The portal may not write to the directory of documents.")
        objects = root / "objects"
        return not objects.is_dir() or not any(objects.iterdir())
    except OSError as error:
        raise DocumentStoreError(_unwritable(error)) from None


def _unwritable(error: OSError) -> str:
    return f"The store of documents cannot be written: {error.strerror or error}."


def _write(sha256: str, file: BinaryIO) -> None:
    target = _root() / _object(sha256)
    temporary = target.parent / f".{uuid.uuid4().hex}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with temporary.open("xb") as out:
            for block in _blocks(file):
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        temporary.chmod(0o400)
        temporary.rename(target)
        directory = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        logger.exception("A document cannot be written.")
        raise DocumentStoreError(_unwritable(error)) from None


@contextmanager
def _open(sha256: str) -> Iterator[BinaryIO]:
    if isinstance(settings.DOCUMENTS_STORAGE, Bucket):
        with _get(sha256) as body:
            yield body
        return
    try:
        with (_root() / _object(sha256)).open("rb") as file:
            yield file
    except OSError:
        logger.exception("The stored document %s cannot be read.", sha256)
        raise DocumentStoreError(
            "The stored file cannot be read at the moment. The operator can see why."
        ) from None


# In a bucket


@lru_cache(maxsize=2)
def _client(bucket: Bucket) -> Any:  # noqa: ANN401 - boto3 has no types
    # boto3 takes a third of a second to import, and most instances do without it.
    import boto3
    from botocore.config import Config

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


@contextmanager
def _bucket(name: str) -> Iterator[tuple[Any, dict[str, str]]]:
    from botocore.exceptions import BotoCoreError, ClientError

    bucket = cast(Bucket, settings.DOCUMENTS_STORAGE)
    key = f"{bucket.prefix}/{name}" if bucket.prefix else name
    try:
        yield _client(bucket), {"Bucket": bucket.name, "Key": key}
    except (BotoCoreError, ClientError, OSError) as error:
        # Not the text: it holds addresses, signed ones too.
        logger.error("The bucket of documents failed: %s.", type(error).__name__)
        raise DocumentStoreError(
            "The store of documents does not answer at the moment. Try again later."
        ) from None


def _put(sha256: str, file: BinaryIO) -> None:
    with _bucket(_object(sha256)) as (client, at):
        # One request: the object appears when the last byte is there.
        client.put_object(**at, Body=file)


@contextmanager
def _get(sha256: str) -> Iterator[BinaryIO]:
    with (
        _bucket(_object(sha256)) as (client, at),
        contextlib.closing(client.get_object(**at)["Body"]) as body,
    ):
        yield body

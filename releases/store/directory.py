"""The store in a directory. Objects are read-only files, which appear by rename and synced."""

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from releases.store.objects import BLOCK, StoreAway, StoreError, Written, name_of
from releases.store.unbuffered import UnbufferedFile

_EMPTY = "The weights directory is empty, and should not be. Is its disk mounted?"


def root() -> Path:
    """Return the directory. Raises StoreError where the weights are in a bucket."""
    if settings.WEIGHTS_DIR is None:
        raise StoreError("The weights are in a bucket, not in files of this machine.")
    return Path(settings.WEIGHTS_DIR)


def path_of(sha256: str) -> Path:
    """Return where an object stands. Raises ValueError for what is not a SHA-256."""
    return root() / "objects" / name_of(sha256)


def size_of(sha256: str) -> int:
    """Return an object's size. Raises FileNotFoundError where it is not in the store."""
    return path_of(sha256).stat().st_size


def open_object(sha256: str) -> BinaryIO:
    """Open an object's file for reading. Raises FileNotFoundError where there is none."""
    return path_of(sha256).open("rb")


def free_bytes() -> int:
    """Return how many bytes the store can still take."""
    check()
    try:
        return shutil.disk_usage(root()).free
    except OSError as error:
        raise StoreError(_trouble(error)) from None


def check(*, filled: bool = False) -> None:
    """See whether the directory is there and can be written, and with `filled` whether it holds
    any object: a mount-point without its disk is a directory like others. Raises StoreAway."""
    try:
        if not root().is_dir():
            raise StoreAway("The weights directory is missing. Is its disk mounted?")
        if not os.access(root(), os.R_OK | os.W_OK | os.X_OK):
            raise StoreAway("The portal may not write to the weights directory.")
        if filled and not any((root() / "objects").iterdir()):
            raise StoreAway(_EMPTY)
    except FileNotFoundError:
        raise StoreAway(_EMPTY) from None
    except OSError as error:
        raise StoreAway(_trouble(error)) from None


def write(name: str, blocks: Iterable[memoryview], look: Callable[[memoryview], None]) -> Written:
    """Write the blocks to a temporary file, hashing each and showing it to `look`, in one pass.

    Whatever goes wrong, nothing of it stays. Raises StoreError where the disk fails.
    """
    path = _incoming(name)
    sha256 = hashlib.sha256()
    size = 0
    # Never the directory itself: where its disk is missing, nothing is written in its place.
    check()
    try:
        path.parent.mkdir(exist_ok=True)
        with UnbufferedFile(path) as file:
            for block in blocks:
                sha256.update(block)
                look(block)
                file.write(block)
                size += len(block)
            file.finish(0o444)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise StoreError(_trouble(error)) from None
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Written(name, sha256.hexdigest(), size)


def _incoming(name: str) -> Path:
    return root() / "incoming" / name


def keep(written: Written) -> None:
    """Make the temporary file an object. One of this name already has the same bytes, or is
    damaged; either way it is replaced, and whoever reads it reads on."""
    target = path_of(written.sha256)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _incoming(written.name).rename(target)
        _sync_directory(target.parent)
    except OSError as error:
        discard(written)
        raise StoreError(_trouble(error)) from None


def discard(written: Written) -> None:
    """Drop a temporary file."""
    with contextlib.suppress(OSError):
        _incoming(written.name).unlink(missing_ok=True)


def discard_incoming(prefix: str) -> None:
    """Drop what a killed worker left behind under the names that begin so."""
    with contextlib.suppress(OSError):
        for path in (root() / "incoming").iterdir():
            if path.name.startswith(prefix):
                path.unlink(missing_ok=True)


def remove(sha256: str) -> None:
    """Remove an object that nothing refers to. The caller holds the lock that makes that true."""
    path_of(sha256).unlink(missing_ok=True)


def read_object(sha256: str) -> Iterator[memoryview]:
    """Yield an object's bytes. Raises StoreError where it is gone or unreadable."""
    view = memoryview(bytearray(BLOCK))
    try:
        with path_of(sha256).open("rb", buffering=0) as file:
            while count := file.readinto(view):
                yield view[:count]
    except FileNotFoundError:
        # Is it this object, or the whole store?
        check(filled=True)
        raise StoreError("The store has lost a file that was read into it.") from None
    except OSError as error:
        raise StoreError(_trouble(error)) from None


def _sync_directory(directory: Path) -> None:
    opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _trouble(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk of the weights store is full. Free some space and ingest again."
    return f"The weights store cannot be written or read: {error.strerror or error}."

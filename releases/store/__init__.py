"""The store of artifacts: each object once, named by its SHA-256.

    objects/ab/<sha256>     what is kept
    incoming/<name>         what is being written

in a directory (directory.py) or in a bucket (bucket.py), as WEIGHTS_STORAGE_URL says. Objects
appear complete or not at all. One that is there already has the same bytes, or is damaged; either
way it is replaced, so that an ingest of the same bytes mends it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Protocol

from django.conf import settings

from releases.store import directory
from releases.store.directory import path_of
from releases.store.objects import StoreAway, StoreError, Written, name_of

__all__ = [
    "StoreAway",
    "StoreError",
    "Written",
    "check",
    "discard",
    "discard_incoming",
    "free_bytes",
    "is_bucket",
    "keep",
    "name_of",
    "open_object",
    "open_range",
    "path_of",
    "presigned",
    "read_object",
    "remove",
    "size_of",
    "write",
]

Look = Callable[[memoryview], None]


class _Place(Protocol):
    """What a place must be able to do; directory.py and bucket.py are the two."""

    def size_of(self, sha256: str) -> int: ...
    def open_object(self, sha256: str) -> BinaryIO: ...
    def read_object(self, sha256: str) -> Iterator[memoryview]: ...
    def write(self, name: str, blocks: Iterable[memoryview], look: Look) -> Written: ...
    def keep(self, written: Written) -> None: ...
    def discard(self, written: Written) -> None: ...
    def discard_incoming(self, prefix: str) -> None: ...
    def remove(self, sha256: str) -> None: ...
    def free_bytes(self) -> int | None: ...
    def check(self, *, filled: bool = False) -> None: ...


def is_bucket() -> bool:
    """Tell whether objects stand in a bucket; else they are files of this machine."""
    return settings.WEIGHTS_BUCKET is not None


def _place() -> _Place:
    if not is_bucket():
        return directory
    # boto3 takes a third of a second to import, and most instances do without it.
    from releases.store import bucket

    return bucket


def size_of(sha256: str) -> int:
    """Return an object's size. Raises FileNotFoundError where it is not in the store."""
    return _place().size_of(sha256)


def open_object(sha256: str) -> BinaryIO:
    """Open an object for reading. Raises FileNotFoundError where it is not in the store."""
    return _place().open_object(sha256)


def read_object(sha256: str) -> Iterator[memoryview]:
    """Yield an object's bytes. Raises StoreError where it is gone or unreadable."""
    return _place().read_object(sha256)


def write(name: str, blocks: Iterable[memoryview], look: Look) -> Written:
    """Write the blocks to a temporary object, hashing each and showing it to `look`, in one pass.

    Whatever goes wrong, nothing of it stays. Raises StoreError where it cannot be written.
    """
    return _place().write(name, blocks, look)


def keep(written: Written) -> None:
    """Make the temporary object one of the store's. Raises StoreError."""
    _place().keep(written)


def discard(written: Written) -> None:
    """Drop a temporary object."""
    _place().discard(written)


def discard_incoming(prefix: str) -> None:
    """Drop what a killed worker left behind under the names that begin so."""
    _place().discard_incoming(prefix)


def remove(sha256: str) -> None:
    """Remove an object that nothing refers to. The caller holds the lock that makes that true."""
    _place().remove(sha256)


def free_bytes() -> int | None:
    """Return how many bytes the store can still take; None where nobody knows."""
    return _place().free_bytes()


def check(*, filled: bool = False) -> None:
    """See whether the store can be used. Raises StoreAway with a sentence for the operator.

    `filled` is for whoever knows that it must hold something: one that is empty is another.
    """
    _place().check(filled=filled)


def open_range(sha256: str, start: int, stop: int) -> BinaryIO:
    """Open some bytes of an object in a bucket. Raises FileNotFoundError, or StoreError."""
    from releases.store import bucket

    return bucket.open_range(sha256, start, stop)


def presigned(sha256: str, *, endpoint: str, seconds: int) -> str:
    """Return an address at `endpoint` that whoever knows it may GET for so long."""
    from releases.store import bucket

    return bucket.presigned(sha256, endpoint=endpoint, seconds=seconds)

"""What every store has in common: how objects are named, and how it says what went wrong."""

import re
from dataclasses import dataclass

BLOCK = 4 * 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


class StoreError(Exception):
    """The store cannot do it; the text is a sentence."""


class StoreAway(StoreError):
    """The store does not answer now, or lets nobody in: what is owed stays owed."""


@dataclass(frozen=True)
class Written:
    """A complete temporary object, waiting to be kept."""

    name: str
    sha256: str
    size: int


def name_of(sha256: str) -> str:
    """Return an object's path below objects/. Raises ValueError for what is not a SHA-256."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError("An object is named by 64 lower-case hex characters.")
    return f"{sha256[:2]}/{sha256}"

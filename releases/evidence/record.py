"""What a piece of evidence said, as one canonical value with a digest: votes bind to that."""

from collections.abc import Mapping, Sequence
from typing import Any

from common.canonical import canonical_json, digest


def exact(value: object) -> object:
    """Return JSON with each float as the shortest text that reads back to it.

    Canonical JSON has no floats: languages write them differently.
    """
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        return {str(key): exact(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [exact(item) for item in value]
    return value


def record_bytes(record: Mapping[str, Any]) -> bytes:
    """Return the bytes whose SHA-256 is the digest."""
    return canonical_json(exact(record))


def record_digest(record: Mapping[str, Any]) -> str:
    """Return the SHA-256 in hex."""
    return digest(exact(record))

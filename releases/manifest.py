"""The manifest of a release: what its digest is over."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from common.canonical import canonical_json, digest

FORMAT = "sluice-manifest-v1"


class Entry(NamedTuple):
    """One artifact, as the manifest names it."""

    path: str
    size: int
    sha256: str


def manifest(model: str, version: str, entries: Iterable[Entry]) -> dict[str, Any]:
    """Return the manifest as data, its artifacts sorted by path.

    The release's name is part of it: evidence that names the digest then names the release.
    """
    return {
        "format": FORMAT,
        "model": model,
        "version": version,
        "artifacts": [entry._asdict() for entry in sorted(entries)],
    }


def manifest_bytes(model: str, version: str, entries: Iterable[Entry]) -> bytes:
    """Return the manifest as the bytes that the digest is over."""
    return canonical_json(manifest(model, version, entries))


def manifest_digest(model: str, version: str, entries: Iterable[Entry]) -> str:
    """Return the release's digest: the SHA-256 over the canonical JSON of its manifest."""
    return digest(manifest(model, version, entries))

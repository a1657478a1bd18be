"""What a reference states, as canonical data with a digest. No database, no clock."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from common.canonical import digest
from releases.comparables.entry import ReferenceEntry, ResultEntry


def content(
    public_id: str, reference: ReferenceEntry, results: Iterable[ResultEntry]
) -> dict[str, Any]:
    """Return all that stands of a reference, its results in a fixed order."""
    return {
        "id": public_id,
        **reference.stated(),
        "results": [each.stated() for each in sorted(results, key=lambda each: each.key)],
    }


def content_digest(stated: dict[str, Any]) -> str:
    """Return what a verification is for: the SHA-256 of the canonical JSON."""
    return digest(stated)


def verified(stated: dict[str, Any], *, by: str, at: datetime, note: str) -> dict[str, Any]:
    """Return the reference as it stood when it was verified; `by` is a pseudonym."""
    return {"reference": stated, "verified": {"by": by, "at": at.isoformat(), "how": note}}

"""Sealed votes: a commitment that is published at once, and opened at close.

Whoever kept the commitment from the `vote.cast` event can check at close that the vote which
was opened is the vote that was cast. The nonce keeps anyone from guessing what stands behind it.
"""

import hmac
import secrets
from dataclasses import dataclass

from common.canonical import digest


@dataclass(frozen=True)
class Opening:
    """Everything a commitment was made over."""

    nonce: str
    choice: str
    reason: str
    dossier_digest: str
    conflict: str = ""


def new_nonce() -> str:
    """Return 32 random bytes as 64 hex characters."""
    return secrets.token_hex(32)


def commitment(opening: Opening) -> str:
    """Return the SHA-256 over the canonical JSON of the opening, as 64 hex characters.

    Where there is no conflict its key is left out, as it was before conflicts were kept.
    """
    parts = {
        "choice": opening.choice,
        "dossier_digest": opening.dossier_digest,
        "nonce": opening.nonce,
        "reason": opening.reason,
    }
    return digest({**parts, "conflict": opening.conflict} if opening.conflict else parts)


def opens(sealed: str, opening: Opening) -> bool:
    """Tell whether the opening is the one that was committed to."""
    return hmac.compare_digest(sealed, commitment(opening))

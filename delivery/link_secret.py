"""The secret in the address of a link: randomness only. No database here."""

import re
import secrets

_WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def new_secret() -> str:
    """Return a fresh secret of 256 bits, fit for an address."""
    return secrets.token_urlsafe(32)


def is_well_formed(secret: str) -> bool:
    """Tell whether this can be a secret of ours, without asking the database."""
    return _WELL_FORMED.fullmatch(secret) is not None

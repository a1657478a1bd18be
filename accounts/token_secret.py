"""The form of a secret: prefix, randomness, checksum. No database here.

The prefix lets secret scanners find a leaked one (`PATTERN`, for operators in
docs/operations.md), the checksum lets us refuse a mistyped or made-up one without a query.
"""

import hashlib
import re
import secrets
import string
import zlib
from enum import StrEnum


class Prefix(StrEnum):
    """What a secret is for."""

    PERSONAL = "slu_"
    DEVICE_ACCESS = "sla_"
    DEVICE_REFRESH = "slr_"
    # What a device polls with while its owner decides: of no use to anybody after that.
    DEVICE_CODE = "sld_"


# What opens something, as a regular expression that every scanner understands. No word boundary:
# in "\\nslu_…", "%20slu_…", "TOKEN_slu_…" and "slu_…_x" there is none, and the checksum decides.
PATTERN = r"sl[uar]_[0-9A-Za-z]{46}"
# Tried at every place, so that no look-alike swallows the beginning of a true one.
_ANYWHERE = re.compile(f"(?=({PATTERN}))")
_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_LENGTH = 40
_CHECKSUM_LENGTH = 6
_PREFIX_LENGTH = 4
_LENGTH = _PREFIX_LENGTH + _RANDOM_LENGTH + _CHECKSUM_LENGTH


def new_secret(prefix: Prefix = Prefix.PERSONAL) -> str:
    """Return a fresh secret: about 238 bits of randomness."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_LENGTH))
    return prefix + body + _checksum(body)


def prefix_of(secret: str) -> Prefix | None:
    """Return what a secret is for; None unless prefix, length, alphabet and checksum fit."""
    prefix = next((prefix for prefix in Prefix if secret.startswith(prefix)), None)
    if prefix is None or len(secret) != _LENGTH:
        return None
    body, checksum = secret[_PREFIX_LENGTH:-_CHECKSUM_LENGTH], secret[-_CHECKSUM_LENGTH:]
    if not set(body) <= set(_ALPHABET) or checksum != _checksum(body):
        return None
    return prefix


def secrets_in(text: str) -> list[str]:
    """Return every secret of ours that a text holds, each once."""
    found = dict.fromkeys(_ANYWHERE.findall(text))
    return [secret for secret in found if prefix_of(secret) is not None]


def secret_digest(secret: str) -> str:
    """Return what is stored: SHA-256 is enough for a secret that nobody can guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hint(secret: str) -> str:
    """Return the first characters, by which its owner recognises a token."""
    return secret[:8]


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    while number:
        number, rest = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[rest] + digits
    return digits.rjust(_CHECKSUM_LENGTH, _ALPHABET[0])

"""The form of a token's secret: prefix, randomness, checksum. No database here.

The prefix lets secret scanners find a leaked one, the checksum lets us refuse a mistyped or
made-up one without a query.
"""

import hashlib
import secrets
import string
import zlib

PREFIX = "slu_"
_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_LENGTH = 40
_CHECKSUM_LENGTH = 6
_LENGTH = len(PREFIX) + _RANDOM_LENGTH + _CHECKSUM_LENGTH


def new_secret() -> str:
    """Return a fresh secret: about 238 bits of randomness."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_LENGTH))
    return PREFIX + body + _checksum(body)


def is_well_formed(secret: str) -> bool:
    """Tell whether prefix, length, alphabet and checksum fit."""
    if len(secret) != _LENGTH or not secret.startswith(PREFIX):
        return False
    body, checksum = secret[len(PREFIX) : -_CHECKSUM_LENGTH], secret[-_CHECKSUM_LENGTH:]
    return set(body) <= set(_ALPHABET) and checksum == _checksum(body)


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

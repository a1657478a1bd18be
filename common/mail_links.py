"""Secrets in links that are mailed: random, signed for one purpose, kept as a digest only.

The signature lets a made-up or mistyped link be refused without a question to the database, and
keeps the link of one purpose from being tried at another. What it opens, until when, and whether
it was used, stands in a row that is found by the digest.
"""

import hashlib
import re
import secrets
from enum import StrEnum

from django.core.signing import BadSignature, Signer

_WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}", re.ASCII)
# Addresses that end in such a secret, wherever the rooms mount them.
PLACES = (
    "/account/invitations/open/",
    "/account/mail/stop/",
    "/account/mailbox/",
    "/licensing/references/open/",
)


class Purpose(StrEnum):
    """What a link is for."""

    INVITATION = "invitation"
    MAILBOX = "mailbox"
    REFERENCE = "reference"


def new_link(purpose: Purpose) -> tuple[str, str]:
    """Return a fresh secret for an address, and the digest to keep of it."""
    secret = secrets.token_urlsafe(32)
    return _signer(purpose).sign(secret), _digest(secret)


def digest_of(purpose: Purpose, secret: str) -> str | None:
    """Return the digest by which to look a link up; None for what never was one of this purpose."""
    if _WELL_FORMED.fullmatch(secret) is None:
        return None
    try:
        return _digest(_signer(purpose).unsign(secret))
    except BadSignature:
        return None


def _signer(purpose: Purpose) -> Signer:
    return Signer(sep=".", salt=f"common.mail_links.{purpose}")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

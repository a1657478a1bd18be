"""The signed address in a mail by which a mail program turns off one group (RFC 8058).

It names the person by the pseudonym and does nothing but turn mail off, so it does not expire.
"""

from dataclasses import dataclass
from uuid import UUID

from django.core.signing import BadSignature, Signer

from accounts.notices import OPTIONAL_GROUPS, Group

_SIGNER = Signer(sep=".", salt="accounts.stop_links")
# Turns off whatever the person gets by a daily summary.
STOPPABLE = (*OPTIONAL_GROUPS, Group.DIGEST)


@dataclass(frozen=True)
class StopLink:
    """Whose mail of which group ends."""

    pseudonym: UUID
    group: Group


def sign_stop(link: StopLink) -> str:
    """Return the last part of the address."""
    return _SIGNER.sign(f"{link.pseudonym.hex}.{link.group}")


def read_stop(signed: str) -> StopLink | None:
    """Return what an address says, None for one that was not made here."""
    try:
        pseudonym, _dot, group = _SIGNER.unsign(signed).partition(".")
        link = StopLink(UUID(hex=pseudonym), Group(group))
    except (BadSignature, ValueError):
        return None
    return link if link.group in STOPPABLE else None

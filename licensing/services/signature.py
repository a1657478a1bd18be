"""What somebody signs with: their typed name, and what the portal saw around it."""

import secrets
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from audit import personal
from audit.models import Subject
from common.canonical import digest
from common.errors import Refused
from common.request_id import current_request_id
from licensing.services.guards import line_of
from licensing.witness import Witness


@dataclass(frozen=True)
class Signature:
    """A name under something, whose evidence stays provable once the person is erased."""

    subject: Subject
    name: str
    nonce: str
    witness: Witness

    def seal(self, text: str) -> bytes:
        """Encrypt what else belongs to the evidence under the person's key."""
        return personal.seal_with(self.subject, text)

    def commitment(self, **what: object) -> str:
        """Return a digest that tells nothing of `what` to whoever lacks the nonce."""
        return digest({**what, "nonce": self.nonce})

    def columns(self) -> dict[str, Any]:
        """Return the columns that every row of evidence has, but for what was signed."""
        witness = self.witness
        return {
            "locale": witness.locale[:16],
            "host": witness.host[:255],
            "session_sha256": witness.session_sha256,
            "second_factor": witness.second_factor,
            "sealed_name": self.seal(self.name),
            "sealed_address": self.seal(witness.address[:64]),
            "sealed_agent": self.seal(witness.agent[:400]),
            "sealed_nonce": self.seal(self.nonce),
            "name_commitment": self.commitment(name=self.name),
            "request_id": current_request_id(),
        }


def sign_as(actor: User, typed_name: str, witness: Witness) -> Signature:
    """Return the signature of somebody under the name they typed. Raises Refused."""
    name = line_of(typed_name, _("Legal name"), max_length=200)
    if len(name) < 3:
        raise Refused(_("Legal name: write your full legal name."))
    subject = Subject.objects.filter(pk=actor.pseudonym).first()
    if subject is None:
        raise Refused(_("Your account is closed."))
    return Signature(subject, name, secrets.token_hex(16), witness)

"""Of evidence and references whose time runs out."""

from datetime import datetime

from django.utils import formats
from django.utils.translation import gettext as _

from accounts.notifications import notify
from releases.choices import Right
from releases.comparables.standing import VALID
from releases.models import ComparableVerification, Evidence
from releases.permissions import keepers_of_comparables, users_with_right


def evidence_expires(evidence: Evidence, days: int) -> None:
    """Remind the managers in time to run it again."""
    for manager in users_with_right(Right.MANAGE_RELEASE, evidence.release.model):
        notify(
            recipient=manager,
            kind="evidence_expires",
            about=evidence.release,
            subject=_("Evidence for %(release)s expires in %(days)d days")
            % {"release": evidence.release, "days": days},
            body=_(
                "Run it again, or add newer evidence, before %(day)s: “%(title)s” counts for no "
                "requirement of %(release)s after that."
            )
            % {
                "day": formats.date_format(evidence.expires_at, "j F Y"),
                "title": evidence.title,
                "release": evidence.release,
            },
            url=evidence.get_absolute_url(),
        )


def reference_lapses(verification: ComparableVerification, now: datetime) -> None:
    """Remind whoever keeps the register to verify a reference again."""
    comparable, lapses_at = verification.comparable, verification.verified_at + VALID
    words = {"model": comparable, "day": formats.date_format(lapses_at, "j F Y")}
    subject = (
        _("The reference %(model)s has lapsed")
        if lapses_at <= now
        else _("The reference %(model)s lapses on %(day)s")
    )
    for keeper in keepers_of_comparables().order_by("pk"):
        notify(
            recipient=keeper,
            kind="reference_lapses",
            subject=(subject % words)[:200],
            body=_(
                "Verify %(model)s again: six months after its last verification, on %(day)s, no "
                "dossier can rest on it any more, and moves whose dossier does are stopped. It "
                "takes somebody who entered none of what stands there."
            )
            % words,
            url=comparable.get_absolute_url(),
        )

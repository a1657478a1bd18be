"""Of terms: copies of what was agreed to, and versions that wait."""

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from accounts.services import notify
from licensing.models import Acceptance, Capacity, TermsVersion
from licensing.versions import Phase


def terms_accepted(acceptance: Acceptance) -> None:
    """Send the person a copy of what they agreed to, whole, so that they can keep it."""
    version = acceptance.version
    capacity = _("yourself")
    if acceptance.organization:
        official = acceptance.capacity == Capacity.SIGNATORY
        capacity = _("on behalf of %(organization)s") if official else "%(organization)s"
        capacity %= {"organization": acceptance.organization}
    notify(
        recipient=acceptance.user,
        kind="licensing.terms_accepted",
        subject=_("Your copy of “%(title)s”, version %(number)s")
        % {"title": version.title or version.terms.title, "number": version.number},
        body=_(
            "You agreed to the text below. The page that this leads to has the signed receipt.\n\n"
            "Accepted: %(when)s\nFor: %(capacity)s\nSHA-256 of the text: %(sha256)s\n\n%(text)s"
        )
        % {
            "when": formats.date_format(acceptance.accepted_at, "j M Y, H:i e"),
            "capacity": capacity,
            "sha256": acceptance.text_sha256,
            "text": version.text,
        },
        url=reverse("acceptance_detail", args=[acceptance.public_id]),
    )


def terms_changed(
    user: User, version: TermsVersion, organization: Organization | None, phase: Phase
) -> None:
    """Tell somebody that a version waits for them, or for their organisation's signature."""
    words = {
        "title": version.title,
        "number": version.number,
        "when": formats.date_format(version.binds_at, "j M Y, H:i e") if version.binds_at else "",
        "organization": organization,
    }
    subject = {
        Phase.PUBLISHED: _("“%(title)s” has changed: accept version %(number)s"),
        Phase.WEEK: _("Accept “%(title)s”, version %(number)s, by %(when)s"),
        Phase.DAY: _("Last day to accept “%(title)s”, version %(number)s"),
        Phase.BOUND: _("Your access waits until you accept “%(title)s”, version %(number)s"),
    }[phase]
    if phase == Phase.BOUND:
        left = _(
            "What you accepted before no longer counts. Your access works again as soon as "
            "the version in force is accepted."
        )
    else:
        left = (
            _(
                "What was accepted before counts until %(when)s; after that, access stops until "
                "the version in force is accepted."
            )
            % words
        )
    whose = (
        _("You may sign for %(organization)s: your colleagues' access hangs on it.") % words
        if organization
        else _("The page shows what changed, and then the whole text.")
    )
    notify(
        recipient=user,
        kind="licensing.terms_changed",
        subject=subject % words,
        body=f"{left}\n\n{whose}",
        url=terms_path(version.terms.slug, organization),
    )


def terms_path(slug: str, organization: Organization | None) -> str:
    """Return the page on which a text is accepted, or signed for an organisation."""
    address = reverse("terms_accept", args=[slug])
    return f"{address}?organization={organization.pk}&as=official" if organization else address

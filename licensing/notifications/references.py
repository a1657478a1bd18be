"""What referees, officials and those who wait for them are told; renewals and lists of users."""

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import mail_secret, notify
from licensing.models import Grant, ReferenceRequest, Renewal
from licensing.selectors import keepers_of
from licensing.selectors.references import Contact


def reference_asked(
    request: ReferenceRequest, contact: Contact, secret: str, *, again: bool = False
) -> None:
    """Owe the mail with the link to the form. It names nothing that the link does not show."""
    application = request.application
    words = {
        "who": application.applicant,
        "model": application.model,
        "instance": settings.INSTANCE_NAME,
    }
    if request.kind == ReferenceRequest.Kind.OFFICIAL:
        subject = _("%(who)s asks you to stand for an application for %(model)s") % words
    else:
        subject = _("%(who)s names you as a referee for %(model)s") % words
    if again:
        subject = _("Reminder: %(subject)s") % {"subject": subject}
    link = settings.BASE_URL.rstrip("/") + reverse("reference_open", args=[secret])
    mail_secret(
        address=contact.email,
        recipient=None,
        kind="licensing.reference",
        subject=subject,
        body=_(
            "%(who)s applies on %(instance)s for access to the AI model %(model)s and named you. "
            "Open this link to read what is asked and what your answer is used for. You need no "
            "account. The link is yours alone and can be used until %(day)s, once.\n\n%(link)s\n\n"
            "If you do not know %(who)s, you can say so there, or do nothing."
        )
        % {
            **words,
            "day": formats.date_format(request.expires_at, "j F Y"),
            "link": link,
        },
    )


def reference_answered(request: ReferenceRequest) -> None:
    """Tell the applicant that an answer came, never which; and the reviewer, where there is one."""
    application = request.application
    names = {"model": application.model, "kind": request.get_kind_display().lower()}
    notify(
        recipient=application.applicant,
        kind="licensing.reference_answered",
        about=application.model,
        subject=_("A %(kind)s answered for your application for %(model)s") % names,
        body=_("What they said is for the reviewers. There is nothing for you to do."),
        url=reverse("application_references", args=[application.public_id]),
    )
    if application.reviewer is not None:
        notify(
            recipient=application.reviewer,
            kind="licensing.reference_answered",
            about=application.model,
            subject=_("A %(kind)s answered: application for %(model)s") % names,
            body=_("Their answer stands with the application."),
            url=reverse("review_references", args=[application.public_id]),
        )


def renewal_asked(renewal: Renewal, reviewers: list[User]) -> None:
    """Tell reviewers that somebody asks for a clearance to be renewed."""
    for reviewer in reviewers:
        notify(
            recipient=reviewer,
            kind="licensing.renewal_asked",
            subject=_("A clearance of tier %(tier)d waits to be renewed")
            % {"tier": renewal.clearance.tier},
            body=_("Compare what is said now with what vetting stood on."),
            url=reverse("renewal_detail", args=[renewal.public_id]),
        )


def renewal_decided(renewal: Renewal) -> None:
    """Tell whoever asked how it ended."""
    approved = renewal.state == Renewal.State.APPROVED
    subject = _("Your clearance was renewed") if approved else _("Your clearance was not renewed")
    body = _("It counts again, for new applications as well.")
    if not approved:
        body = _("The reason given:\n\n%(reason)s") % {"reason": renewal.reason}
    notify(
        recipient=renewal.asked_by,
        kind="licensing.renewal_decided",
        subject=subject,
        body=body,
        url=reverse("account_clearances"),
    )


def place_ended(grant: Grant, user: User) -> None:
    """Tell a person, and who keeps the list, that a named user's place ended."""
    words = {"model": grant.model, "who": user, "name": grant.organization}
    url = reverse("grant_people", args=[grant.public_id])
    notify(
        recipient=user,
        kind="licensing.place_ended",
        about=grant.model,
        subject=_("You are off the grant for %(model)s") % words,
        body=_("Your membership of %(name)s ended, and with it your place on its grant.") % words,
        url=reverse("grant_list"),
    )
    for keeper in keepers_of(grant):
        if keeper.pk != user.pk:
            notify(
                recipient=keeper,
                kind="licensing.place_ended",
                about=grant.model,
                subject=_("%(who)s is off the grant for %(model)s") % words,
                body=_("Their membership of %(name)s ended. Name somebody else if you need to.")
                % words,
                url=url,
            )

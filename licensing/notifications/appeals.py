"""Of appeals, to both sides."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from licensing.models import Appeal, Application
from licensing.notifications.places import application_url


def application_appealed(application: Application, people: list[User]) -> None:
    """Tell the applicant that the appeal arrived, and those who may decide it."""
    notify(
        recipient=application.applicant,
        kind="licensing.appeal_received",
        about=application.model,
        subject=_("We have your appeal for %(model)s") % {"model": application.model},
        body=_("A reviewer who did not decide before reads it. Their decision is the last word."),
        url=application_url(application),
    )
    for person in people:
        notify(
            recipient=person,
            kind="licensing.application_appealed",
            about=application.model,
            subject=_("An appeal for %(model)s waits for a reviewer")
            % {"model": application.model},
            body=_("You did not decide on this application before, so it can be yours."),
            url=reverse("review_detail", args=[application.public_id]),
        )


def appeal_decided(application: Application, appeal: Appeal) -> None:
    """Tell the applicant and whoever had declined what came of the appeal, and why."""
    stands = appeal.outcome == Appeal.Outcome.UPHELD
    notify(
        recipient=application.applicant,
        kind="licensing.appeal_decided",
        about=application.model,
        subject=_("Your appeal for %(model)s: the decline stands") % {"model": application.model}
        if stands
        else _("Your appeal for %(model)s: the decline was overturned")
        % {"model": application.model},
        body=_("The reason given:\n\n%(reason)s") % {"reason": appeal.reason}
        if stands
        else _(
            "The reason given:\n\n%(reason)s\n\nYour application is in review again. You hear when "
            "it is approved, or if there are questions."
        )
        % {"reason": appeal.reason},
        url=application_url(application),
    )
    if appeal.declined_by is not None:
        notify(
            recipient=appeal.declined_by,
            kind="licensing.appeal_noted",
            about=application.model,
            subject=_("An appeal against your decline was decided: %(outcome)s")
            % {"outcome": appeal.get_outcome_display()},
            body=_("The reason given:\n\n%(reason)s") % {"reason": appeal.reason},
            url=reverse("review_detail", args=[application.public_id]),
        )

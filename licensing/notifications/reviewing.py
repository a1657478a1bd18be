"""Of applications, to those who review them."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from licensing.models import Application, Grant
from licensing.selectors import person_name


def application_submitted(application: Application, reviewers: list[User]) -> None:
    """Tell the reviewers of the model that something waits for them."""
    for reviewer in reviewers:
        notify(
            recipient=reviewer,
            kind="licensing.application_submitted",
            about=application.model,
            subject=_("An application for %(model)s waits for review")
            % {"model": application.model},
            body=_("Take it from the queue when you have time for it."),
            url=reverse("review_detail", args=[application.public_id]),
        )


def application_assigned(
    application: Application, actor: User, former: User | None, reason: str
) -> None:
    """Tell the reviewer who got it, and the one who had it."""
    url = reverse("review_detail", args=[application.public_id])
    if application.reviewer is not None and application.reviewer != actor:
        notify(
            recipient=application.reviewer,
            kind="licensing.application_assigned",
            about=application.model,
            subject=_("An application for %(model)s was given to you")
            % {"model": application.model},
            body=_("%(name)s asks you to review it.") % {"name": person_name(actor)},
            url=url,
        )
    if former is not None and former != actor:
        notify(
            recipient=former,
            kind="licensing.application_taken_over",
            about=application.model,
            subject=_("An application for %(model)s was taken over") % {"model": application.model},
            body=_("%(name)s gave it to another reviewer: %(reason)s")
            % {"name": person_name(actor), "reason": reason},
            url=url,
        )


def second_wanted(application: Application, people: list[User]) -> None:
    """Tell those who may confirm a proposed approval."""
    for person in people:
        notify(
            recipient=person,
            kind="licensing.second_wanted",
            about=application.model,
            subject=_("An approval for %(model)s waits for a second reviewer")
            % {"model": application.model},
            body=_("Read the application and what was proposed; confirm it or send it back."),
            url=reverse("review_detail", args=[application.public_id]),
        )


def approval_sent_back(application: Application, reason: str) -> None:
    """Tell the first reviewer what the second one says."""
    if application.reviewer is None:
        return
    notify(
        recipient=application.reviewer,
        kind="licensing.approval_sent_back",
        about=application.model,
        subject=_("Your approval for %(model)s was sent back") % {"model": application.model},
        body=_("The second reviewer did not confirm it:\n\n%(reason)s") % {"reason": reason},
        url=reverse("review_detail", args=[application.public_id]),
    )


def application_withdrawn(application: Application) -> None:
    """Tell whoever was reviewing it that there is nothing left to do."""
    if application.reviewer is None:
        return
    notify(
        recipient=application.reviewer,
        kind="licensing.application_withdrawn",
        about=application.model,
        subject=_("An application for %(model)s was withdrawn") % {"model": application.model},
        body=_("You need do nothing more about it."),
        url=reverse("review_detail", args=[application.public_id]),
    )


def referral_answered(application: Application, sentence: str) -> None:
    """Tell the reviewer what the board said, or that it said nothing."""
    if application.reviewer is None:
        return
    notify(
        recipient=application.reviewer,
        kind="licensing.referral_answered",
        about=application.model,
        subject=_("An application for %(model)s is back from the board")
        % {"model": application.model},
        body=sentence,
        url=reverse("review_detail", args=[application.public_id]),
    )


def suspension_asked(grant: Grant, leads: Iterable[User], url: str) -> None:
    """Ask leads to suspend a grant: a party to it has the very name of a listed one."""
    for lead in leads:
        notify(
            recipient=lead,
            kind="licensing.suspension_asked",
            about=grant.model,
            subject=_("Should a grant of %(model)s be suspended?") % {"model": grant.model},
            body=_(
                "A party to it has exactly a name that is on a list of restricted parties. Nothing "
                "is suspended by itself. Look at both, suspend the grant if in doubt, and do not "
                "tell those concerned why."
            ),
            url=url,
        )

"""Of applications, to the applicant."""

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.services import notify
from licensing import summary
from licensing.deadlines import APPEAL_PERIOD, DRAFT_LAPSES, DRAFT_NOTICE
from licensing.models import Application, Grant
from licensing.notifications.places import application_url, day, grant_url
from licensing.selectors import granted


def application_received(application: Application) -> None:
    """Tell the applicant that the application arrived, and what comes next."""
    notify(
        recipient=application.applicant,
        kind="licensing.application_received",
        about=application.model,
        subject=_("We have your application for %(model)s") % {"model": application.model},
        body=_("A reviewer will read it. You need do nothing until you hear from us."),
        url=application_url(application),
    )


def application_returned(application: Application) -> None:
    """Tell the applicant what the reviewer asks, and until when they can answer."""
    notify(
        recipient=application.applicant,
        kind="licensing.application_returned",
        about=application.model,
        subject=_("Your application for %(model)s came back with questions")
        % {"model": application.model},
        body=_("Answer these and send it again by %(day)s, after which it lapses:\n\n%(message)s")
        % {"message": application.message, "day": day(application.answer_by)},
        url=application_url(application),
    )


def answer_due(application: Application) -> None:
    """Remind the applicant of the questions before the application lapses."""
    notify(
        recipient=application.applicant,
        kind="licensing.answer_due",
        about=application.model,
        subject=_("Your application for %(model)s lapses on %(day)s")
        % {"model": application.model, "day": day(application.answer_by)},
        body=_("It came back with questions that you have not answered:\n\n%(message)s")
        % {"message": application.message},
        url=application_url(application),
    )


def draft_waits(application: Application) -> None:
    """Remind the applicant of a draft before it lapses."""
    notify(
        recipient=application.applicant,
        kind="licensing.draft_waits",
        about=application.model,
        subject=_("Your application for %(model)s is not sent yet") % {"model": application.model},
        body=_("Go on with it, or withdraw it. Left alone, it lapses on %(day)s.")
        % {"day": day(max(application.changed_at + DRAFT_LAPSES, timezone.now() + DRAFT_NOTICE))},
        url=application_url(application),
    )


def draft_lapsed(application: Application) -> None:
    """Tell the applicant that a draft lapsed, and how to go on from it."""
    notify(
        recipient=application.applicant,
        kind="licensing.draft_lapsed",
        about=application.model,
        subject=_("Your draft for %(model)s has lapsed") % {"model": application.model},
        body=_("To ask for the change again, begin on the page of the grant.")
        if application.amends_id is not None
        else _(
            "Nothing was decided. Your answers are kept: begin a new application with them from "
            "the page of this one."
        ),
        url=application_url(application),
    )


def application_lapsed(application: Application) -> None:
    """Tell the applicant that the time for an answer has passed."""
    notify(
        recipient=application.applicant,
        kind="licensing.application_lapsed",
        about=application.model,
        subject=_("Your application for %(model)s has lapsed") % {"model": application.model},
        body=_("The questions were not answered in time. You can apply again."),
        url=application_url(application),
    )


def application_referred(application: Application) -> None:
    """Tell the applicant that a board decides, and by when."""
    motion = application.referral
    closes = motion.voting_closes_at if motion else None
    notify(
        recipient=application.applicant,
        kind="licensing.application_referred",
        about=application.model,
        subject=_("Your application for %(model)s was referred to the board")
        % {"model": application.model},
        body=_(
            "You need do nothing. The reviewer asked the board of the model, which votes by "
            "%(when)s; then the reviewer writes to you."
        )
        % {"when": formats.date_format(closes, "j M Y, H:i e") if closes else _("its deadline")},
        url=application_url(application),
    )


def application_approved(application: Application, grant: Grant) -> None:
    """Tell the applicant what they got."""
    notify(
        recipient=application.applicant,
        kind="licensing.application_approved",
        about=application.model,
        subject=_("Your application for %(model)s is approved") % {"model": application.model},
        body="\n".join(
            [
                _("What it allows:"),
                "",
                *(f"- {sentence}" for sentence in summary.sentences(granted(grant))),
                "",
                _("The page of the grant says what comes next."),
            ]
        ),
        url=grant_url(grant),
    )


def application_declined(application: Application) -> None:
    """Tell the applicant why not."""
    notify(
        recipient=application.applicant,
        kind="licensing.application_declined",
        about=application.model,
        subject=_("Your application for %(model)s was declined") % {"model": application.model},
        body=_(
            "The reason given:\n\n%(reason)s\n\nYou may apply again when this has changed. If you "
            "find it wrong, you can appeal within %(days)d days, on the page of the application."
        )
        % {"reason": application.message, "days": APPEAL_PERIOD.days},
        url=application_url(application),
    )

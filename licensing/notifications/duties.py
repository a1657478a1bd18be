"""Of duties: to those who perform them, and to the leads whom an overdue one calls."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from licensing.duties import Consequence, DutyKind
from licensing.models import DutyStatement, OwedDuty
from licensing.selectors import holder_name, person_name


def duty_url(duty: OwedDuty) -> str:
    """Return the page of a duty."""
    return reverse("duty_detail", args=[duty.public_id])


def _words(duty: OwedDuty) -> dict[str, object]:
    return {
        "what": {
            DutyKind.ATTEST_USE: _("attest the use of %(model)s"),
            DutyKind.APPLY_UPDATES: _("apply the update of %(model)s"),
            DutyKind.CERTIFY_DESTRUCTION: _("certify the destruction of %(model)s"),
        }[DutyKind(duty.kind)]
        % {"model": duty.model},
        "day": formats.date_format(duty.due_on, "j M Y"),
        "holder": holder_name(duty.grant),
        "model": duty.model,
    }


def _consequence(duty: OwedDuty) -> str:
    return {
        Consequence.REMIND: "",
        Consequence.CALL: _("After that day a safety lead looks into it."),
        Consequence.STOP: _(
            "After that day access stops until it is done. Nothing is revoked by that."
        ),
    }[Consequence(duty.consequence)]


def _tell(duty: OwedDuty, people: Iterable[User], kind: str, subject: str, body: str) -> None:
    for person in people:
        notify(
            recipient=person,
            kind=f"licensing.{kind}",
            about=duty.model,
            subject=subject,
            body=body,
            url=duty_url(duty),
        )


def duty_due(duty: OwedDuty, people: Iterable[User]) -> None:
    """Remind those who perform a duty of its day."""
    _tell(
        duty,
        people,
        "duty_due",
        _("Until %(day)s: %(what)s") % _words(duty),
        _("%(holder)s agreed to this. The page says what is asked.") % _words(duty)
        + (f"\n\n{_consequence(duty)}" if _consequence(duty) else ""),
    )


def duty_overdue(duty: OwedDuty, people: Iterable[User]) -> None:
    """Tell those who perform a duty that its day has passed, and what follows."""
    stops = duty.consequence == Consequence.STOP
    after = (
        _("Access has stopped and works again as soon as it is done.")
        if stops
        else _("It can still be done, and counts as done late.")
    )
    _tell(
        duty,
        people,
        "duty_overdue",
        _("Overdue since %(day)s: %(what)s") % _words(duty),
        after,
    )


def duty_called(duty: OwedDuty, leads: Iterable[User]) -> None:
    """Call the leads to an overdue duty."""
    _tell(
        duty,
        leads,
        "duty_called",
        _("%(holder)s is overdue: %(what)s") % _words(duty),
        _("Nothing is revoked by the clock. Say what is done about it, or waive the duty."),
    )


def duty_waived(duty: OwedDuty, people: Iterable[User]) -> None:
    """Tell those who would have performed a duty that it was waived, and why."""
    _tell(
        duty,
        people,
        "duty_waived",
        _("No longer needed: %(what)s") % _words(duty),
        _("The duty was waived. The reason given:\n\n%(reason)s") % {"reason": duty.reason},
    )


def duty_done(statement: DutyStatement) -> None:
    """Send whoever made a statement their copy; the answers beside it stay on the page, sealed."""
    duty = statement.duty
    _tell(
        duty,
        [statement.user],
        "duty_done",
        _("Your copy: %(what)s") % _words(duty),
        _(
            "Your statement is kept. The page has your answers and the signed receipt.\n\n"
            "Stated: %(when)s\nBy: %(name)s\nSHA-256 of the statement: %(sha256)s\n\n%(text)s"
        )
        % {
            "when": formats.date_format(statement.stated_at, "j M Y, H:i e"),
            "name": person_name(statement.user),
            "sha256": statement.text_sha256,
            "text": statement.text,
        },
    )

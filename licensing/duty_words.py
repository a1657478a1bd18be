"""Duties in words, as pages and dashboards show them. Reads nothing."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from licensing.choices import OPEN_DUTY_STATES
from licensing.duties import Consequence, DutyKind, Performer
from licensing.models import OwedDuty
from licensing.selectors import holder_name
from licensing.shown import Data
from licensing.turns import Owed


def row(duty: OwedDuty) -> Data:
    """Return a duty as lists show it."""
    return {
        "duty": duty,
        "url": reverse("duty_detail", args=[duty.public_id]),
        "what": what(duty),
        "holder": holder_name(duty.grant),
        "state": duty.state_at(timezone.now()),
        "who": who(duty),
        "then": Consequence(duty.consequence).label,
    }


def owed(duties: Iterable[OwedDuty]) -> tuple[Owed, ...]:
    """Return those that are open, as the turn of their grant takes them."""
    now = timezone.now()
    return tuple(
        Owed(
            what=what(duty),
            who=who(duty),
            due_at=duty.due_at,
            overdue=duty.due_at <= now,
            url=reverse("duty_detail", args=[duty.public_id]),
        )
        for duty in duties
        if duty.state in OPEN_DUTY_STATES
    )


def what(duty: OwedDuty) -> str:
    """Return what is to be done, in words."""
    words = {"model": duty.model, "release": duty.release}
    return {
        DutyKind.ATTEST_USE: _("Attest how %(model)s is used"),
        DutyKind.APPLY_UPDATES: _("State that the update to %(release)s was applied")
        if duty.trigger.startswith("released")
        else _("State that %(release)s, which was withdrawn, is out of use"),
        DutyKind.CERTIFY_DESTRUCTION: _("Certify that the weights of %(model)s were destroyed"),
    }[DutyKind(duty.kind)] % words


def why(duty: OwedDuty) -> str:
    """Return what brought the duty about."""
    cause = duty.trigger.partition(":")[0]
    return {
        "period": _("It is due again and again, as the agreement says."),
        "released": _("A newer version of the model was released."),
        "withdrawn": _("A version of the model was withdrawn."),
        "ended": _("The grant has ended."),
        "declined": _("A later version of the agreement was declined."),
    }[cause]


def who(duty: OwedDuty) -> str:
    """Return who performs the duty."""
    if duty.grant.organization_id is None:
        return _("The holder")
    return str(Performer(duty.performer).label)

"""What leads do about duties: answer the call, or let one off."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.errors import Refused
from licensing import notifications, permissions
from licensing.actions import Action
from licensing.models import OPEN_DUTY_STATES, DutyState, OwedDuty
from licensing.selectors import duties as reading
from licensing.services.guards import require_active, text_of
from licensing.states import DUTY


@transaction.atomic
def waive_duty(*, actor: User, duty: OwedDuty, reason: str) -> OwedDuty:
    """Let the holder off one duty. The reason is shown to them and kept."""
    duty = _led(actor, duty)
    duty.reason = text_of(reason, _("Reason"))
    DUTY.move(duty, DutyState.WAIVED)
    duty.waived_by, duty.closed_at = actor, timezone.now()
    duty.save(update_fields=["reason", "state", "waived_by", "closed_at"])
    record(
        actor=actor,
        action=Action.DUTY_WAIVED,
        target=duty,
        also=(duty.grant, duty.model),
        data={"kind": duty.kind, "reason": duty.reason},
    )
    notifications.duty_waived(duty, reading.performers_of(duty))
    return duty


@transaction.atomic
def answer_call(*, actor: User, duty: OwedDuty, answer: str) -> OwedDuty:
    """Say what is done about a duty that is overdue. It stays owed; nobody is called again."""
    duty = _led(actor, duty)
    if not duty.is_overdue(timezone.now()):
        raise Refused(_("This duty is not overdue."))
    if duty.answered_at is not None:
        raise Refused(_("Somebody answered this call already."))
    duty.answer = text_of(answer, _("What is done"))
    duty.answered_by, duty.answered_at = actor, timezone.now()
    duty.save(update_fields=["answer", "answered_by", "answered_at"])
    record(
        actor=actor,
        action=Action.DUTY_ANSWERED,
        target=duty,
        # Not the grant, whose page its users read: staff say this among themselves.
        also=(duty.model,),
        data={"kind": duty.kind, "answer": duty.answer},
    )
    return duty


def _led(actor: User, duty: OwedDuty) -> OwedDuty:
    duty = reading.locked(duty.pk)
    require_active(actor)
    why_not = permissions.why_not_lead_duty(actor, duty)
    if why_not:
        raise Refused(why_not)
    if duty.state not in OPEN_DUTY_STATES:
        raise Refused(
            _("This duty is not owed any more: %(state)s.") % {"state": duty.get_state_display()}
        )
    return duty

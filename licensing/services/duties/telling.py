"""Reminding of duties in good time, and writing down which are overdue. The clock decides nothing.

What is overdue follows from the time; this notes it once, tells whoever performs it, and calls
the leads where the agreement says so.
"""

import logging

from django.db import transaction
from django.utils import timezone

from audit.services import record
from licensing import notifications
from licensing.actions import Action
from licensing.duties import Consequence
from licensing.duty_dates import OVERDUE, reminder
from licensing.models import OPEN_DUTY_STATES, DutyState
from licensing.selectors import duties as reading
from licensing.states import DUTY

logger = logging.getLogger(__name__)

# As many are told of in one run.
MOST_TOLD = 500


def tell_of_duties() -> int:
    """Send the reminders that are owed now; return how many duties were told of."""
    now = timezone.now()
    owed = reading.to_tell_of(now)
    told = 0
    for duty_id in list(owed.values_list("pk", flat=True)[:MOST_TOLD]):
        try:
            told += _tell(duty_id)
        except Exception:
            logger.exception("Duty %d could not be told of; the next sweep tries.", duty_id)
    return told


@transaction.atomic
def _tell(duty_id: int) -> int:
    duty = reading.locked(duty_id)
    now = timezone.now()
    if duty.state not in OPEN_DUTY_STATES:
        return 0
    step = reminder(duty.due_at, duty.reminded, now)
    if step is None:
        return 0
    duty.reminded = step
    if step == OVERDUE:
        DUTY.move(duty, DutyState.OVERDUE)
    duty.save(update_fields=["reminded", "state"])
    performers = reading.performers_of(duty)
    if step != OVERDUE:
        notifications.duty_due(duty, performers)
        return 1
    record(
        actor=None,
        action=Action.DUTY_OVERDUE,
        target=duty,
        also=(duty.grant, duty.model),
        data={"kind": duty.kind, "consequence": duty.consequence},
    )
    notifications.duty_overdue(duty, performers)
    if duty.consequence != Consequence.REMIND:
        notifications.duty_called(duty, reading.leads_of(duty))
    return 1

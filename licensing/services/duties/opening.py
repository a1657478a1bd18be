"""Opening what grants owe, and closing what they owe no more, as the plan of each says.

Level-triggered: it looks at the rows as they are, so that it may be called at any time, at the
moment of a trigger and by the sweep, and opens each duty once.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Q
from django.utils import timezone

from accounts.models import Organization, User
from audit.services import record
from common.queue import enqueue
from licensing import notifications
from licensing.actions import Action
from licensing.duty_dates import reminder
from licensing.duty_plan import Opening, Voiding, plan
from licensing.models import LIVE_GRANT_STATES, OPEN_DUTY_STATES, DutyState, Grant, OwedDuty
from licensing.selectors import duty_facts
from licensing.selectors.duties import performers_of
from licensing.states import DUTY

logger = logging.getLogger(__name__)

# So many grants are looked at in one run of the sweep: some seconds.
CHUNK = 1000
# What a grant that ended owes was opened at its end; a sweep that was down catches up.
MOST_AT_ONCE = 50
ENDED_LATELY = timedelta(days=90)


def sweep_duties(*, after: int = 0) -> int:
    """Settle a chunk of grants by their ids; return the last of them, 0 after the last chunk."""
    now = timezone.now()
    looked_at = duty_facts.grants_to_look_at(after=after, ended_since=now - ENDED_LATELY)
    grants = list(looked_at[:CHUNK])
    facts = duty_facts.facts_of(grants) if grants else {}
    zone = timezone.get_default_timezone()
    for grant in grants:
        if not plan(facts[grant.pk], now, zone):
            continue
        try:
            settle_duties(grant_id=grant.pk)
        except Exception:
            logger.exception("The duties of grant %d wait for the next sweep.", grant.pk)
    return grants[-1].pk if len(grants) == CHUNK else 0


def settle_duties_later(person: User, organization: Organization | None) -> None:
    """Have the duties settled of whoever answered an agreement, once that is committed."""
    holder = Q(organization=organization) if organization else Q(person=person)
    grants = Grant.objects.filter(
        holder, Exists(duty_facts.terms_with_duties()), state__in=LIVE_GRANT_STATES
    ).order_by("pk")
    for grant_id in grants.values_list("pk", flat=True)[:MOST_AT_ONCE]:
        enqueue("licensing.settle_duties", grant_id)


@transaction.atomic
def settle_duties(*, grant_id: int, now: datetime | None = None) -> int:
    """Open what one grant owes and void what it owes no more; return how many rows changed.

    `now` may be another moment, for a demo that shows what time brings.
    """
    grant = (
        Grant.objects.select_for_update(no_key=True, of=("self",))
        .select_related("model", "organization", "person")
        .get(pk=grant_id)
    )
    if not duty_facts.may_owe(grant):
        return 0
    facts = duty_facts.facts_of([grant])[grant.pk]
    now = now or timezone.now()
    found = plan(facts, now, timezone.get_default_timezone())
    changed = sum(_open(grant, each) for each in found.open)
    return changed + sum(_void(grant, each) for each in found.void)


def _open(grant: Grant, opening: Opening) -> int:
    duty = opening.held.duty
    row, made = OwedDuty.objects.get_or_create(
        grant=grant,
        terms_id=opening.held.terms,
        kind=duty.kind,
        trigger=opening.trigger,
        defaults={
            "model": grant.model,
            "version_id": opening.held.version,
            "release_id": opening.release,
            "performer": duty.performer,
            "consequence": duty.consequence,
            "anchor": opening.anchor,
            "due_at": opening.due_at,
            # Whoever is told of it now is reminded at the next step only.
            "reminded": reminder(opening.due_at, None, timezone.now()),
        },
    )
    if not made:
        return 0
    record(
        actor=None,
        action=Action.DUTY_OPENED,
        target=row,
        also=(grant, grant.model),
        data={
            "kind": row.kind,
            "trigger": row.trigger,
            "due_at": row.due_at.isoformat(),
            "consequence": row.consequence,
        },
    )
    notifications.duty_due(row, performers_of(row))
    return 1


def _void(grant: Grant, voiding: Voiding) -> int:
    row = OwedDuty.objects.select_for_update(no_key=True).get(pk=voiding.id)
    if row.state not in OPEN_DUTY_STATES:
        return 0
    DUTY.move(row, DutyState.VOID)
    row.reason, row.closed_at = voiding.reason, timezone.now()
    row.save(update_fields=["state", "reason", "closed_at"])
    record(
        actor=None,
        action=Action.DUTY_VOIDED,
        target=row,
        also=(grant, grant.model),
        data={"kind": row.kind, "reason": row.reason},
    )
    return 1


def carry_over(*, former: Grant, grant: Grant) -> None:
    """Move what is still owed to the grant that takes the place of a locked one.

    In the transaction of that: a change of scope lets nobody out of a duty.
    """
    rows = OwedDuty.objects.select_for_update(no_key=True).filter(
        grant=former, state__in=OPEN_DUTY_STATES
    )
    for row in rows.order_by("pk"):
        row.grant = grant
        row.save(update_fields=["grant"])
        record(
            actor=None,
            action=Action.DUTY_CARRIED_OVER,
            target=row,
            also=(former, grant, grant.model),
            data={"kind": row.kind},
        )

"""Suspensions of a selection: one person places one at once, a second lets single grants out."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.errors import Refused
from common.queue import enqueue
from licensing import notifications, permissions
from licensing.actions import Action
from licensing.models import Grant, LeftOut, Suspension
from licensing.selection import Criteria, in_short
from licensing.selectors import holder_name, suspensions
from licensing.services import admissions
from licensing.services.guards import require_active, require_right, text_of
from releases.choices import Right
from releases.models import Model

logger = logging.getLogger(__name__)

# So that one transaction stays short; the next chunk goes on where this one ended.
CHUNK = 200
LONGEST_REVIEW = timedelta(days=366)
MOST_LEFT_OUT = 500


@transaction.atomic
def suspend_selection(
    *,
    actor: User,
    model: Model,
    criteria: Criteria,
    reason: str,
    review_at: datetime,
    leave_out: Sequence[tuple[Grant, str]] = (),
) -> Suspension:
    """Stop every grant that meets the criteria, from the next check on, and those to come.

    It takes the right to place holds on `model`, whose board is the one that may lift it; the
    criteria name that model or none. `leave_out` names grants that go on, each with its reason.
    """
    _lock_models(criteria.model)
    why_not = _("Several grants are suspended by whoever may place holds on the model named.")
    require_right(actor, Right.PLACE_HOLD, model, why_not)
    if criteria.is_empty:
        raise Refused(_("Say which grants: at least one criterion is needed."))
    if criteria.model not in (None, model.pk):
        raise Refused(_("The selection names another model than the one you act for."))
    if criteria.all_other_countries and not criteria.countries:
        raise Refused(_("Name the countries whose holders are not meant."))
    reason = text_of(reason, _("Reason"))
    now = timezone.now()
    if not now < review_at <= now + LONGEST_REVIEW:
        raise Refused(_("The review is due at a time to come, within a year."))
    if len(leave_out) > MOST_LEFT_OUT:
        raise Refused(_("At most %(most)d grants can be left out.") % {"most": MOST_LEFT_OUT})
    suspension = Suspension.objects.create(
        board=model.board,
        model_id=criteria.model,
        organization_id=criteria.organization,
        access_modes=list(criteria.access_modes),
        countries=list(criteria.countries),
        all_other_countries=criteria.all_other_countries,
        unknown_country=criteria.unknown_country,
        holder_kind=criteria.holder_kind,
        origin=criteria.origin,
        track=criteria.track,
        reason=reason,
        placed_by=actor,
        review_at=review_at,
    )
    record(
        actor=actor,
        action=Action.SUSPENSION_PLACED,
        target=suspension,
        also=tuple(
            each for each in (model.board, suspension.model, suspension.organization) if each
        ),
        data={
            "reason": reason,
            "review_at": review_at.isoformat(),
            "criteria": {
                "access_modes": list(criteria.access_modes),
                "countries": list(criteria.countries),
                "all_other_countries": criteria.all_other_countries,
                "unknown_country": criteria.unknown_country,
                "holder_kind": criteria.holder_kind,
                "origin": criteria.origin,
                "track": criteria.track,
            },
        },
    )
    _leave_out(actor, suspension, criteria, leave_out)
    notifications.suspension_placed(suspension, in_short(criteria))
    enqueue("licensing.tell_of_selection", suspension.pk)
    return suspension


def _lock_models(model_id: int | None) -> None:
    """Lock what is admitted and downloaded under: it comes before the suspension, or not at all."""
    models = Model.objects.select_for_update(no_key=True).order_by("pk")
    list((models.filter(pk=model_id) if model_id else models).values_list("pk"))


def _leave_out(
    actor: User,
    suspension: Suspension,
    criteria: Criteria,
    leave_out: Sequence[tuple[Grant, str]],
) -> None:
    ids = {grant.pk for grant, _why in leave_out}
    meant = set(suspensions.selected(criteria).filter(pk__in=ids).values_list("pk", flat=True))
    governed = set(permissions.governed_models(actor).values_list("pk", flat=True))
    for grant, why in leave_out:
        if grant.pk not in meant or grant.model_id not in governed:
            raise Refused(
                _("The grant of %(holder)s is not among those that you select.")
                % {"holder": holder_name(grant)}
            )
        _write_left_out(actor, suspension, grant, why, from_the_start=True)


def _write_left_out(
    actor: User, suspension: Suspension, grant: Grant, why: str, *, from_the_start: bool = False
) -> LeftOut:
    why = text_of(why, _("Reason"))
    left_out, made = LeftOut.objects.get_or_create(
        suspension=suspension,
        grant=grant,
        defaults={"reason": why, "by": actor, "from_the_start": from_the_start},
    )
    if not made:
        raise Refused(
            _("The grant of %(holder)s is left out already.") % {"holder": holder_name(grant)}
        )
    record(
        actor=actor,
        action=Action.SUSPENSION_LEFT_OUT,
        target=suspension,
        also=(grant, grant.model),
        data={"reason": why, "from_the_start": from_the_start},
    )
    return left_out


@transaction.atomic
def let_out(*, actor: User, suspension: Suspension, grant: Grant, reason: str) -> LeftOut:
    """Let one grant go on although it is selected. Takes another than who placed the suspension."""
    grant = (
        Grant.objects.select_for_update(no_key=True, of=("self",))
        .select_related("model", "organization", "person")
        .get(pk=grant.pk)
    )
    suspension = _locked(suspension.pk)
    require_active(actor)
    if why := permissions.why_not_left_out(actor, suspension, grant):
        raise Refused(why)
    if not suspensions.affected(suspension).filter(pk=grant.pk).exists():
        raise Refused(_("This suspension does not stop the grant."))
    left_out = _write_left_out(actor, suspension, grant, reason)
    notifications.grant_left_out(left_out)
    admissions.activate_grant(actor=actor, grant=grant)
    return left_out


def _locked(suspension_id: int) -> Suspension:
    return (
        Suspension.objects.select_for_update(no_key=True, of=("self",))
        .select_related("board", "model", "organization", "placed_by")
        .get(pk=suspension_id)
    )


@transaction.atomic
def _tell_chunk(suspension_id: int) -> int:
    """Tell the users of the next grants in line of the suspension, or of its end."""
    suspension = _locked(suspension_id)
    grants = (
        suspensions.affected(suspension)
        .select_related("model", "organization", "person")
        .order_by("pk")
    )
    if suspension.lifted_at is None:
        chunk = list(grants.filter(pk__gt=suspension.told_to)[:CHUNK])
        for grant in chunk:
            notifications.grant_in_selection(grant, suspension)
        column = "told_to"
    else:
        told = grants.filter(pk__gt=suspension.ended_told_to, pk__lte=suspension.told_to)
        chunk = list(told[:CHUNK])
        for grant in chunk:
            notifications.grant_out_of_selection(grant)
        column = "ended_told_to"
    # Of a lift nothing is left once those told before are through, whoever of them still has it.
    done = suspension.told_to if column == "ended_told_to" and len(chunk) < CHUNK else 0
    reached = done or (chunk[-1].pk if chunk else 0)
    if reached > getattr(suspension, column):
        setattr(suspension, column, reached)
        suspension.save(update_fields=[column])
    return len(chunk)


def tell_of_selection(*, suspension_id: int, budget_seconds: float = 30) -> int:
    """Tell those affected, chunk by chunk, for a bounded time; return how many grants that was."""
    until = time.monotonic() + budget_seconds
    told = 0
    while told_now := _tell_chunk(suspension_id):
        told += told_now
        if told_now < CHUNK or time.monotonic() > until:
            break
    return told


def tell_of_selections(*, budget_seconds: float = 40) -> int:
    """Tell whoever is still to be told of any suspension; return how many grants that was."""
    until = time.monotonic() + budget_seconds
    told = 0
    for suspension_id in suspensions.to_tell().values_list("pk", flat=True):
        left = until - time.monotonic()
        if left <= 0:
            break
        try:
            told += tell_of_selection(suspension_id=suspension_id, budget_seconds=left)
        except Exception:
            logger.exception("Those affected by suspension %d were not told.", suspension_id)
    return told


def call_for_review_of_selections() -> int:
    """Ask for a review of each suspension that is due, once. Nothing ends by itself."""
    due = suspensions.review_due(timezone.now()).values_list("pk", flat=True)
    return sum(_call_for_review(pk) for pk in list(due))


@transaction.atomic
def _call_for_review(suspension_id: int) -> bool:
    suspension = _locked(suspension_id)
    if suspension.lifted_at is not None or suspension.review_told_at is not None:
        return False
    suspension.review_told_at = timezone.now()
    suspension.save(update_fields=["review_told_at"])
    record(actor=None, action=Action.SUSPENSION_REVIEW_DUE, target=suspension)
    notifications.suspension_review_due(suspension, in_short(suspensions.criteria_of(suspension)))
    return True

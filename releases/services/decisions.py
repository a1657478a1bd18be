"""What follows from a board's decisions: cool-off and effect of a transition, lifting a hold.

Everything here is asked for again and again by a sweep, does what is owed under the locks, and
does it once: the motion is marked applied in the transaction of its effect.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from boards import services as boards
from boards.models import Motion, MotionState
from releases import notifications
from releases.actions import Action
from releases.choices import EntryCause, HoldState, TransitionState
from releases.models import Hold, StageEntry, Transition
from releases.requirements import blocking
from releases.selectors.requirements import requirements_for
from releases.selectors.watch import kept_by
from releases.services.checks import lock_model, lock_motion, lock_transition
from releases.services.transitions import end_transition
from releases.states import HOLD, TRANSITION

LIFT_KIND = "lift_hold"
# How long an approved transition that fails its re-check waits before it lapses.
PATIENCE = timedelta(days=30)

_ENDS = {
    MotionState.REJECTED: TransitionState.REJECTED,
    MotionState.LAPSED: TransitionState.LAPSED,
    MotionState.WITHDRAWN: TransitionState.WITHDRAWN,
    MotionState.CANCELLED: TransitionState.CANCELLED,
}


@transaction.atomic
def take_effect(*, transition_id: int) -> bool:
    """Take the transition as far as its motion, its cool-off and its requirements allow.

    Returns whether anything changed. Safe to call at any time and any number of times.
    """
    transition = lock_transition(transition_id)
    motion = lock_motion(transition.motion_id)
    if motion.applied_at is not None or motion.decided_at is None:
        return False
    transition.motion = motion
    if transition.state not in (TransitionState.PROPOSED, TransitionState.APPROVED):
        boards.mark_applied(motion=motion)
        return False
    if motion.outcome in _ENDS:
        end_transition(
            actor=None,
            transition=transition,
            state=_ENDS[motion.outcome],
            reason=motion.closing_reason,
        )
        boards.mark_applied(motion=motion)
        return True
    if transition.state == TransitionState.PROPOSED:
        _start_cool_off(transition, motion.outcome_at or motion.decided_at)
        _advance(transition, timezone.now())
        return True
    return _advance(transition, timezone.now())


def _start_cool_off(transition: Transition, decided_at: datetime) -> None:
    """Count from the decision, or from a hold that was placed since: a hold restarts it."""
    release = transition.release
    holds = Hold.objects.filter(model=release.model, placed_at__gt=decided_at)
    since = [hold.placed_at for hold in holds if hold.release_id in (None, release.pk)]
    TRANSITION.move(transition, TransitionState.APPROVED)
    set_cool_off(transition, max([decided_at, *since]))
    record(
        actor=None,
        action=Action.TRANSITION_APPROVED,
        target=transition,
        also=(release, release.model, transition.motion),
        data={"to": transition.to_stage.slug, "effective_after": _iso(transition)},
    )


def set_cool_off(transition: Transition, start: datetime) -> None:
    """Let the cool-off of a locked, approved transition begin at `start`."""
    transition.effective_after = start + transition.to_stage.cool_off
    transition.expires_at = transition.effective_after + PATIENCE
    transition.waiting_for = ""
    transition.save(update_fields=["state", "effective_after", "expires_at", "waiting_for"])


def _iso(transition: Transition) -> str:
    return transition.effective_after.isoformat() if transition.effective_after else ""


def _advance(transition: Transition, now: datetime) -> bool:
    """Re-check an approved transition, and let it take effect, wait or lapse."""
    if transition.effective_after is None or transition.expires_at is None:
        return False
    if now < transition.effective_after:
        return False
    release = transition.release
    unmet = blocking(requirements_for(release, transition.to_stage, now=now, of=transition))
    if now >= transition.expires_at:
        _lapse(transition)
        return True
    if unmet:
        why = " ".join(requirement.sentence for requirement in unmet)
        if why == transition.waiting_for:
            return False
        transition.waiting_for = why
        transition.save(update_fields=["waiting_for"])
        return True
    _move(transition, now)
    return True


def _lapse(transition: Transition) -> None:
    reason = _("The time in which the approval could take effect is over.")
    if transition.waiting_for:
        reason = f"{reason} {transition.waiting_for}"
    end_transition(actor=None, transition=transition, state=TransitionState.LAPSED, reason=reason)
    boards.mark_applied(motion=transition.motion)
    notifications.transition_lapsed(transition, reason)


def _move(transition: Transition, now: datetime) -> None:
    release = transition.release
    release.stage = transition.to_stage
    release.staged_at = now
    release.save(update_fields=["stage", "staged_at"])
    StageEntry.objects.create(
        release=release,
        stage=transition.to_stage,
        cause=EntryCause.TRANSITION,
        motion=transition.motion,
    )
    TRANSITION.move(transition, TransitionState.EFFECTIVE)
    transition.waiting_for = ""
    transition.ended_at = now
    transition.save(update_fields=["state", "waiting_for", "ended_at"])
    boards.mark_applied(motion=transition.motion)
    record(
        actor=None,
        action=Action.TRANSITION_EFFECTIVE,
        target=transition,
        also=(release, release.model, transition.motion),
        data={
            "from": transition.from_stage.slug,
            "to": transition.to_stage.slug,
            "release_digest": release.digest,
            "dossier_digest": transition.motion.dossier_digest,
            "overridden": transition.motion.override is not None,
        },
    )
    notifications.transition_effective(transition)


@transaction.atomic
def apply_lift(*, motion_id: int) -> bool:
    """Lift the hold that an approved motion names; return whether that changed it.

    While an emergency decision that has fallen keeps admissions held, it waits.
    """
    public_id = Motion.objects.values_list("params__hold", flat=True).get(pk=motion_id)
    hold = Hold.objects.filter(public_id=public_id).first()
    if hold is not None:
        lock_model(hold.model_id)
        hold = (
            Hold.objects.select_for_update(no_key=True, of=("self",))
            .select_related("model", "model__board", "release__stage")
            .get(pk=hold.pk)
        )
    motion = lock_motion(motion_id)
    if motion.applied_at is not None or motion.decided_at is None:
        return False
    if motion.outcome == MotionState.APPROVED and hold and kept_by(hold):
        return False
    boards.mark_applied(motion=motion)
    if hold is None or motion.outcome != MotionState.APPROVED or hold.state == HoldState.LIFTED:
        return False
    HOLD.move(hold, HoldState.LIFTED)
    hold.lifted_at = timezone.now()
    hold.lifted_by = motion
    hold.save(update_fields=["state", "lifted_at", "lifted_by"])
    record(
        actor=None,
        action=Action.HOLD_LIFTED,
        target=hold,
        also=(hold.model, motion, *([hold.release] if hold.release else [])),
        data={"kind": hold.kind, "motion": str(motion.public_id)},
    )
    notifications.hold_lifted(hold)
    return True

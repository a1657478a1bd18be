"""Tightening, which one authorised person may do at once; and asking the board to loosen."""

import logging
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.selectors import ref
from audit.services import record
from boards import services as boards
from boards.models import Motion
from common.errors import Refused
from releases import notifications, permissions, selectors
from releases.actions import Action
from releases.choices import (
    EntryCause,
    HoldKind,
    HoldState,
    ReleaseState,
    Right,
    TransitionState,
)
from releases.dossier import check_lift_dossier
from releases.models import Hold, Model, Release, Stage, StageEntry, Transition
from releases.selectors.watch import kept_by, lasting
from releases.services.checks import (
    checked_reason,
    guard_right,
    lock_model,
    lock_release,
)
from releases.services.decisions import LIFT_KIND, set_cool_off
from releases.services.transitions import end_open_transition
from releases.states import HOLD, RELEASE

logger = logging.getLogger(__name__)


@transaction.atomic
def place_hold(
    *, actor: User, model: Model, release: Release | None, kind: str, reason: str
) -> Hold:
    """Stop what the kind says, at once, on a release or on the whole model.

    The cool-off of approved transitions starts again. It asks for a review after the time that
    the ladder says, and never opens by itself. While the lifting of one is before the board,
    whoever learns of more places another.
    """
    model = lock_model(model.pk)
    guard_right(actor, Right.PLACE_HOLD, model)
    if kind not in HoldKind.values:
        raise Refused(_("A hold stops admissions, or all; choose one of the two."))
    reason = checked_reason(reason)
    if release is not None:
        release = _guard_holdable(model, release)
    if lasting(Hold.objects.filter(model=model, release=release, kind=kind)).exists():
        raise Refused(
            _("This hold on %(scope)s is in force already.") % {"scope": release or model}
        )
    hold = Hold.objects.create(
        model=model,
        release=release,
        kind=kind,
        reason=reason,
        placed_by=actor,
        # Then it asks for a review. It never opens by itself.
        review_at=timezone.now() + model.ladder.hold_review,
    )
    restarted = restart_cool_off(hold)
    record(
        actor=actor,
        action=Action.HOLD_PLACED,
        target=hold,
        also=(model, *([release] if release else [])),
        data={"kind": kind, "reason": reason, "cool_offs_restarted": restarted},
    )
    notifications.hold_placed(hold)
    return hold


def _guard_holdable(model: Model, release: Release) -> Release:
    release = lock_release(release.pk)
    if release.model_id != model.pk:
        raise Refused(_("The release is not one of this model's."))
    if release.state in (ReleaseState.REFUSED, ReleaseState.WITHDRAWN):
        raise Refused(
            _("%(release)s is %(state)s; there is nothing to hold.")
            % {"release": release, "state": release.get_state_display().lower()}
        )
    return release


def restart_cool_off(hold: Hold) -> int:
    """Let the cool-off of what a hold stops begin anew; return of how many moves."""
    cooling = (
        Transition.objects.select_for_update(no_key=True, of=("self",))
        .filter(release__model=hold.model, state=TransitionState.APPROVED)
        .select_related("to_stage")
        .order_by("id")
    )
    if hold.release_id is not None:
        cooling = cooling.filter(release=hold.release_id)
    found = list(cooling)
    for transition in found:
        set_cool_off(transition, hold.placed_at)
    return len(found)


@transaction.atomic
def propose_lift(*, actor: User, hold: Hold, dossier: Mapping[str, str]) -> Motion:
    """Ask the board to lift a hold, and open the vote at once.

    The rule is that of the stage the release stands at; for a model, that of its ladder's last
    stage, which is the strictest.
    """
    model = lock_model(hold.model_id)
    if not permissions.can_propose_lift(actor, model):
        raise Refused(
            _("Lifting a hold is proposed by whoever may place holds or manage releases here.")
        )
    hold = Hold.objects.select_for_update(no_key=True).get(pk=hold.pk)
    if hold.state == HoldState.LIFTED:
        raise Refused(_("The hold is lifted already."))
    release = (
        Release.objects.select_related("model", "stage").get(pk=hold.release_id)
        if hold.release_id
        else None
    )
    if (decided := kept_by(hold)) is not None:
        raise Refused(
            _("It stays until a full review has confirmed the emergency decision: %(motion)s.")
            % {"motion": decided.title}
        )
    try:
        texts = check_lift_dossier(dossier)
    except ValueError as error:
        raise Refused(str(error)) from None
    scope = release or model
    stage = lift_stage(model, release)
    motion = boards.propose_motion(
        actor=actor,
        board=model.board,
        kind=LIFT_KIND,
        title=(_("Lift the hold on %(scope)s") % {"scope": scope})[:200],
        subject_ref=ref(hold),
        subject_label=str(hold),
        subject_url=scope.get_absolute_url(),
        params={"hold": str(hold.public_id), "kind": hold.kind, "scope": str(scope)},
        dossier=texts,
        rule=stage.decision_rule,
        voting_seconds=int(stage.voting_period.total_seconds()),
        also=(hold, model, *([release] if release else [])),
    )
    return boards.open_vote(actor=actor, motion=motion)


def lift_stage(model: Model, release: Release | None) -> Stage:
    """Return the stage whose rule decides on lifting a hold."""
    if release is not None and release.stage is not None:
        return release.stage
    return selectors.ladder_stages(model.ladder)[-1]


@transaction.atomic
def demote_release(*, actor: User, release: Release, to_stage: Stage, reason: str) -> Release:
    """Move a release to a lower stage, at once. Open transitions of it lapse."""
    release = lock_release(release.pk)
    guard_right(actor, Right.PLACE_HOLD, release.model)
    reason = checked_reason(reason)
    present = release.stage
    if release.state != ReleaseState.SEALED or present is None:
        raise Refused(_("%(release)s is at no stage.") % {"release": release})
    if to_stage.ladder_id != present.ladder_id or to_stage.position >= present.position:
        raise Refused(
            _("%(target)s is not below %(present)s. Moving up takes a motion.")
            % {"target": to_stage, "present": present}
        )
    release.stage = to_stage
    release.staged_at = timezone.now()
    release.save(update_fields=["stage", "staged_at"])
    StageEntry.objects.create(
        release=release, stage=to_stage, cause=EntryCause.DEMOTION, reason=reason
    )
    ended = end_open_transition(
        actor=actor,
        release=release,
        reason=_("%(release)s was demoted: %(reason)s") % {"release": release, "reason": reason},
    )
    record(
        actor=actor,
        action=Action.RELEASE_DEMOTED,
        target=release,
        also=(release.model,),
        data={"from": present.slug, "to": to_stage.slug, "reason": reason},
    )
    notifications.release_demoted(release, present, reason, actor)
    if ended is not None:
        notifications.transition_lapsed(ended, _("The release was demoted: ") + reason)
    return release


@transaction.atomic
def withdraw_release(*, actor: User, release: Release, reason: str) -> Release:
    """End a release for good. Only while it is held, so that it takes two deliberate acts."""
    release = lock_release(release.pk)
    guard_right(actor, Right.PLACE_HOLD, release.model)
    reason = checked_reason(reason)
    if release.state != ReleaseState.SEALED:
        raise Refused(
            _("%(release)s is %(state)s; only a sealed release is withdrawn.")
            % {"release": release, "state": release.get_state_display().lower()}
        )
    if not selectors.holds_in_force(release):
        raise Refused(_("Place a hold on %(release)s first.") % {"release": release})
    RELEASE.move(release, ReleaseState.WITHDRAWN)
    release.save(update_fields=["state"])
    end_open_transition(
        actor=actor,
        release=release,
        reason=_("%(release)s was withdrawn: %(reason)s") % {"release": release, "reason": reason},
    )
    record(
        actor=actor,
        action=Action.RELEASE_WITHDRAWN,
        target=release,
        also=(release.model,),
        data={"reason": reason},
    )
    notifications.release_withdrawn(release, reason, actor)
    return release


def call_for_review() -> int:
    """Mark the holds that are due for review; return how many.

    Each in a transaction of its own, so that one that fails does not hold up the others.
    """
    due = Hold.objects.filter(state=HoldState.PLACED, review_at__lte=timezone.now())
    count = 0
    for hold_id in due.order_by("id").values_list("pk", flat=True):
        try:
            count += _call_for_review(hold_id)
        except Exception:
            logger.exception("The review of hold %s could not be called for.", hold_id)
    return count


@transaction.atomic
def _call_for_review(hold_id: int) -> bool:
    hold = (
        Hold.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(pk=hold_id, state=HoldState.PLACED)
        .select_related("model", "model__board", "release", "placed_by")
        .first()
    )
    if hold is None:
        return False
    HOLD.move(hold, HoldState.REVIEW_DUE)
    hold.save(update_fields=["state"])
    record(
        actor=None,
        action=Action.HOLD_REVIEW_DUE,
        target=hold,
        also=(hold.model, *([hold.release] if hold.release else [])),
    )
    notifications.hold_review_due(hold)
    return True

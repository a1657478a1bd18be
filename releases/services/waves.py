"""How many are let in at a stage: raised by the board, lowered by one authorised person."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.selectors import ref
from audit.services import record
from boards import services as boards
from boards.models import OPEN_STATES, Motion, MotionState
from common.errors import Refused
from releases import notifications, selectors
from releases.actions import Action
from releases.choices import ReleaseState, Right
from releases.dossier import check_cap_dossier
from releases.models import CohortCap, Release, Stage
from releases.selectors.gates import open_blockers
from releases.services.checks import checked_reason, guard_right, lock_motion, lock_release
from releases.services.decisions import PATIENCE

RAISE_KIND = "raise_cap"
MOST_PLACES = 1_000_000


@transaction.atomic
def propose_raise(*, actor: User, release: Release, cap: int, dossier: Mapping[str, str]) -> Motion:
    """Ask the board to let more organisations in at the release's stage, and open the vote.

    The rule is that of the stage.
    """
    release = lock_release(release.pk)
    model = release.model
    guard_right(actor, Right.MANAGE_RELEASE, model)
    stage = _guard_capped(release)
    present = selectors.cohort_cap(release)
    if present is None:
        raise Refused(_("%(release)s has no cap at %(stage)s.") % _words(release, stage))
    if not present < cap <= MOST_PLACES:
        raise Refused(
            _("The cap is %(cap)d; a higher one is at most %(most)d.")
            % {"cap": present, "most": MOST_PLACES}
        )
    if selectors.holds_in_force(release):
        raise Refused(_("A hold is in force. Have it lifted before you ask for more places."))
    if open_blockers(release):
        raise Refused(_("A blocker is open. Have it closed before you ask for more places."))
    try:
        texts = check_cap_dossier(dossier)
    except ValueError as error:
        raise Refused(str(error)) from None
    motion = boards.propose_motion(
        actor=actor,
        board=model.board,
        kind=RAISE_KIND,
        title=(
            _("%(release)s: from %(present)d to %(cap)d organisations at %(stage)s")
            % {**_words(release, stage), "present": present, "cap": cap}
        )[:200],
        subject_ref=ref(release),
        subject_label=str(release),
        subject_url=release.get_absolute_url(),
        params={
            "release": str(release),
            "release_digest": release.digest,
            "stage": stage.slug,
            "from": present,
            "to": cap,
        },
        dossier=texts,
        rule=stage.decision_rule,
        voting_seconds=int(stage.voting_period.total_seconds()),
        also=(release, model),
    )
    return boards.open_vote(actor=actor, motion=motion)


def _guard_capped(release: Release) -> Stage:
    if release.state != ReleaseState.SEALED or release.stage is None:
        raise Refused(_("%(release)s is at no stage.") % {"release": release})
    if not release.stage.has_cohort:
        raise Refused(
            _("%(stage)s admits nobody by name, so there is no cap.") % {"stage": release.stage}
        )
    return release.stage


def _words(release: Release, stage: Stage) -> dict[str, object]:
    return {"release": release, "stage": stage}


@transaction.atomic
def apply_raise(*, motion_id: int) -> bool:
    """Raise the cap that an approved motion names; return whether anything changed.

    While a hold is in force or a blocker is open it waits, and lapses after its time.
    """
    release = _release_of(motion_id)
    motion = lock_motion(motion_id)
    if motion.applied_at is not None or motion.decided_at is None:
        return False
    if motion.outcome != MotionState.APPROVED:
        boards.mark_applied(motion=motion)
        return False
    overdue = timezone.now() >= (motion.outcome_at or motion.decided_at) + PATIENCE
    kept_back = bool(selectors.holds_in_force(release) or open_blockers(release))
    if kept_back and not overdue:
        return False
    outlasted = _("A hold or a blocker outlasted the approval.")
    why = _why_void(release, motion) or (outlasted if overdue else "")
    boards.mark_applied(motion=motion)
    if why or release.stage is None:
        _keep(release, motion, why)
        return True
    present, cap = motion.params["from"], motion.params["to"]
    CohortCap.objects.create(
        release=release,
        stage=release.stage,
        cap=cap,
        motion=motion,
        reason=motion.dossier["rationale"],
    )
    record(
        actor=None,
        action=Action.CAP_RAISED,
        target=release,
        also=(release.model, motion),
        data={"stage": release.stage.slug, "from": present, "to": cap},
    )
    notifications.cap_raised(release, release.stage, present, cap)
    return True


def _release_of(motion_id: int) -> Release:
    subject = Motion.objects.values_list("subject_ref", flat=True).get(pk=motion_id)
    return lock_release(int(subject.rpartition(":")[2]))


def _why_void(release: Release, motion: Motion) -> str:
    """Say why the approval does not fit the release any more; empty where it does."""
    if release.state != ReleaseState.SEALED or release.stage is None:
        return _("The release is %(state)s.") % {"state": release.get_state_display().lower()}
    if release.stage.slug != motion.params["stage"]:
        return _("The release is at %(stage)s now.") % {"stage": release.stage}
    if selectors.cohort_cap(release) != motion.params["from"]:
        return _("The cap was changed since the board was asked.")
    return ""


def _keep(release: Release, motion: Motion, why: str) -> None:
    record(
        actor=None,
        action=Action.CAP_KEPT,
        target=release,
        also=(release.model, motion),
        data={"reason": why},
    )
    notifications.cap_kept(release, motion, why)


@transaction.atomic
def lower_cap(*, actor: User, release: Release, cap: int, reason: str) -> CohortCap:
    """Let fewer organisations in from now on. Whoever is in stays; a motion to raise it lapses."""
    release = lock_release(release.pk)
    guard_right(actor, Right.PLACE_HOLD, release.model)
    reason = checked_reason(reason)
    stage = _guard_capped(release)
    present = selectors.cohort_cap(release)
    if cap < 1:
        raise Refused(_("The lowest cap is 1. To let nobody in, place a hold on admissions."))
    if cap > MOST_PLACES or (present is not None and cap >= present):
        raise Refused(
            _("The cap is %(cap)s. Lowering it takes a smaller one; raising it takes the board.")
            % {"cap": present if present is not None else _("not set")}
        )
    lowered = CohortCap.objects.create(
        release=release, stage=stage, cap=cap, lowered_by=actor, reason=reason
    )
    record(
        actor=actor,
        action=Action.CAP_LOWERED,
        target=release,
        also=(release.model,),
        data={"stage": stage.slug, "from": present, "to": cap, "reason": reason},
    )
    _end_raises(actor, release, reason)
    notifications.cap_lowered(release, stage, cap, reason, actor)
    return lowered


def _end_raises(actor: User, release: Release, reason: str) -> None:
    """Lapse what the board was asked before: it did not know why the cap was lowered."""
    asked = Motion.objects.select_for_update(no_key=True).filter(
        kind=RAISE_KIND, subject_ref=ref(release), state__in=OPEN_STATES
    )
    for motion in asked.order_by("pk"):
        why = _("The cap was lowered: %(reason)s") % {"reason": reason}
        boards.mark_applied(motion=boards.lapse_motion(actor=actor, motion=motion, reason=why))

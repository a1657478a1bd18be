"""Judging a release again: the calls for it, the motion to keep it, and what its approval does."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.selectors import ref
from audit.services import record
from boards import services as boards
from boards.models import Motion, MotionState
from common.errors import Refused
from releases import notifications
from releases.actions import Action
from releases.choices import HoldCause, ReleaseState, ReviewStep, Right
from releases.conditions import Rule
from releases.dossier import check_re_review_dossier
from releases.models import Release, ReviewCall, Stage, StageReview
from releases.selectors.watch import review_due_at, reviews_due
from releases.services.checks import guard_right, lock_motion, lock_release
from releases.services.standing_holds import hold_admissions
from releases.services.transitions import checked_conditions

logger = logging.getLogger(__name__)

RE_REVIEW_KIND = "re_review"
NOTICE = timedelta(days=30)


@transaction.atomic
def propose_re_review(
    *,
    actor: User,
    release: Release,
    dossier: Mapping[str, str],
    conditions: Sequence[Rule] = (),
) -> Motion:
    """Ask the board to let a release stay where it is, and open the vote.

    The rule is that of the stage. `conditions` are watched once it is approved, beside those of
    the move. What should not stay is demoted, which takes one authorised person and no motion.
    """
    release = lock_release(release.pk)
    model = release.model
    guard_right(actor, Right.MANAGE_RELEASE, model)
    stage = _guard_reviewed(release)
    try:
        texts = check_re_review_dossier(dossier)
    except ValueError as error:
        raise Refused(str(error)) from None
    motion = boards.propose_motion(
        actor=actor,
        board=model.board,
        kind=RE_REVIEW_KIND,
        title=(_("%(release)s: stay at %(stage)s") % {"release": release, "stage": stage})[:200],
        subject_ref=ref(release),
        subject_label=str(release),
        subject_url=release.get_absolute_url(),
        params={
            "release": str(release),
            "release_digest": release.digest,
            "stage": stage.slug,
            "outcome": "keep",
        },
        dossier={**texts, **checked_conditions(release, conditions)},
        rule=stage.rule,
        voting_seconds=int(stage.voting_period.total_seconds()),
        also=(release, model),
    )
    return boards.open_vote(actor=actor, motion=motion)


def _guard_reviewed(release: Release) -> Stage:
    if release.state != ReleaseState.SEALED or release.stage is None:
        raise Refused(_("%(release)s is at no stage.") % {"release": release})
    if release.stage.re_review is None:
        raise Refused(_("At %(stage)s releases are not judged again.") % {"stage": release.stage})
    return release.stage


@transaction.atomic
def apply_re_review(*, motion_id: int) -> bool:
    """Let the time to the next review begin anew; return whether it did.

    A release that has left its stage meanwhile is not judged by it. No hold ends by this.
    """
    subject = Motion.objects.values_list("subject_ref", flat=True).get(pk=motion_id)
    release = lock_release(int(subject.rpartition(":")[2]))
    motion = lock_motion(motion_id)
    if motion.applied_at is not None or motion.decided_at is None:
        return False
    boards.mark_applied(motion=motion)
    stays = (
        release.state == ReleaseState.SEALED
        and release.stage is not None
        and release.stage.slug == motion.params["stage"]
    )
    if motion.outcome != MotionState.APPROVED or not stays or release.stage is None:
        return False
    StageReview.objects.create(
        release=release, stage=release.stage, motion=motion, reviewed_at=motion.decided_at
    )
    record(
        actor=None,
        action=Action.RELEASE_REVIEWED,
        target=release,
        also=(release.model, motion),
        data={"stage": release.stage.slug, "dossier_digest": motion.dossier_digest},
    )
    return True


def call_re_reviews() -> int:
    """Say of every release that its review is due soon, and hold what is overdue; count both."""
    now = timezone.now()
    count = 0
    for release in reviews_due(now, within=NOTICE):
        try:
            count += _call(release.pk)
        except Exception:
            logger.exception("The review of release %s could not be called for.", release.pk)
    return count


@transaction.atomic
def _call(release_id: int) -> bool:
    release = lock_release(release_id)
    due_at = review_due_at(release)
    if release.state != ReleaseState.SEALED or due_at is None:
        return False
    now = timezone.now()
    if now < due_at - NOTICE:
        return False
    step = ReviewStep.SOON if now < due_at else ReviewStep.OVERDUE
    if ReviewCall.objects.filter(release=release, due_at=due_at, step=step).exists():
        return False
    hold = None
    if step == ReviewStep.OVERDUE:
        reason = _("%(release)s was to be judged again at %(stage)s by %(day)s, and was not.") % {
            "release": release,
            "stage": release.stage,
            "day": due_at.date().isoformat(),
        }
        hold = hold_admissions(release=release, cause=HoldCause.RE_REVIEW, reason=reason)
    call = ReviewCall.objects.create(release=release, step=step, due_at=due_at, hold=hold)
    record(
        actor=None,
        action=Action.REVIEW_CALLED,
        target=release,
        also=(release.model, *([hold] if hold else [])),
        data={"step": step.value, "due_at": due_at.isoformat()},
    )
    notifications.review_called(call)
    return True

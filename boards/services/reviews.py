"""The full review that an emergency decision owes."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from boards import notifications, permissions, selectors
from boards.actions import Action
from boards.choices import REVIEW_KIND, ReviewResult
from boards.models import Motion, MotionState
from boards.services.guards import clean_reason, live_actor, locked
from boards.services.motions import mark_applied, propose_motion
from boards.services.records import owe_record
from common.errors import Refused


@transaction.atomic
def propose_full_review(*, actor: User | None, motion: Motion, dossier: dict[str, Any]) -> Motion:
    """Put an emergency decision before its board again, under the full rule.

    Approving confirms the decision. Refusing undoes nothing by itself: the room that owns the
    kind stops what the decision opened (`selectors.overdue_reviews`).
    """
    proposer = live_actor(actor)
    decided = locked(motion)
    if why := permissions.why_no_full_review(proposer, decided):
        raise Refused(why)
    plan = decided.emergency or {}
    return propose_motion(
        actor=proposer,
        board=decided.board,
        kind=REVIEW_KIND,
        title=_("Full review: %(title)s") % {"title": decided.title[:170]},
        subject_ref=f"boards.motion:{decided.pk}",
        subject_label=decided.subject_label,
        subject_url=decided.subject_url,
        params={
            "motion": str(decided.public_id),
            "dossier_digest": decided.dossier_digest,
            "due_at": decided.full_review_due_at.isoformat() if decided.full_review_due_at else "",
        },
        dossier=dossier,
        rule=plan["rule"],
        voting_seconds=plan["voting_seconds"],
        reviews=decided,
    )


@transaction.atomic
def apply_full_review(motion: Motion) -> bool:
    """End the review that was owed, where its motion was decided; say whether that changed it."""
    review = locked(motion)
    if review.reviews_id is None or review.applied_at is not None:
        return False
    result = {
        MotionState.APPROVED: ReviewResult.CONFIRMED,
        MotionState.REJECTED: ReviewResult.REFUSED,
    }.get(review.outcome)
    mark_applied(motion=review)
    decided = locked(Motion(pk=review.reviews_id))
    if result is None or decided.full_review_due_at is None:
        return False
    decided.full_review_result = result
    decided.full_review_ended_at = timezone.now()
    owe_record(decided)
    decided.save(update_fields=["full_review_result", "full_review_ended_at", "record_owed"])
    record(
        actor=None,
        action=Action.REVIEW_ENDED,
        target=decided,
        also=(decided.board, review),
        data={"result": result.value, "motion": str(review.public_id)},
    )
    notifications.review_ended(decided, selectors.members_of(decided.board_id))
    return True


@transaction.atomic
def drop_full_review(*, actor: User | None, motion: Motion, reason: str) -> Motion:
    """Owe no full review of a decision that came to nothing: the room that owns its kind says so.

    Nothing is written where none is owed, or where one has ended.
    """
    decided = locked(motion)
    if decided.full_review_due_at is None or decided.full_review_ended_at is not None:
        return decided
    reason = clean_reason(reason)
    due_at, decided.full_review_due_at = decided.full_review_due_at, None
    owe_record(decided)
    decided.save(update_fields=["full_review_due_at", "record_owed"])
    record(
        actor=actor,
        action=Action.REVIEW_DROPPED,
        target=decided,
        also=(decided.board,),
        data={"reason": reason, "due_at": due_at.isoformat()},
    )
    return decided

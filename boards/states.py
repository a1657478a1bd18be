"""How a motion moves. An executive override changes what a motion counts as, not its state."""

from boards.choices import MotionState
from common.states import Machine, Move

_REVIEW, _VOTING = MotionState.IN_REVIEW.value, MotionState.VOTING.value
_CANCELLED = MotionState.CANCELLED.value

MOTION = Machine(
    "motion",
    (
        Move("", _REVIEW, "proposed"),
        Move(_REVIEW, _REVIEW, "the dossier changes"),
        Move(_REVIEW, _VOTING, "voting opens"),
        Move(_VOTING, _REVIEW, "the dossier changes, votes become stale"),
        Move(_VOTING, MotionState.APPROVED.value, "closed, the rule is met"),
        Move(_VOTING, MotionState.REJECTED.value, "closed, outvoted or vetoed"),
        Move(_VOTING, MotionState.LAPSED.value, "closed without a quorum, or its subject is gone"),
        Move(_REVIEW, MotionState.LAPSED.value, "its subject is gone, or nobody opened the vote"),
        Move(_REVIEW, MotionState.WITHDRAWN.value, "withdrawn by the proposer"),
        Move(_VOTING, MotionState.WITHDRAWN.value, "withdrawn by the proposer"),
        Move(MotionState.APPROVED.value, _CANCELLED, "cancelled in time"),
        Move(MotionState.REJECTED.value, _CANCELLED, "cancelled after an override to approve"),
        Move(MotionState.LAPSED.value, _CANCELLED, "cancelled after an override to approve"),
    ),
)

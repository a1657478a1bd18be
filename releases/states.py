"""How releases, transitions and holds move."""

from common.states import Machine, Move
from releases.choices import HoldState, ReleaseState, TransitionState

_INGESTING, _VERIFYING = ReleaseState.INGESTING.value, ReleaseState.VERIFYING.value
_SEALED, _REFUSED = ReleaseState.SEALED.value, ReleaseState.REFUSED.value

RELEASE = Machine(
    "release",
    (
        Move("", _INGESTING, "ingest begins"),
        Move(_INGESTING, _VERIFYING, "every file is in the store"),
        Move(_INGESTING, _REFUSED, "a file is refused"),
        Move(_VERIFYING, _SEALED, "every stored byte is verified"),
        Move(_VERIFYING, _REFUSED, "stored bytes are not what was read"),
        Move(_SEALED, ReleaseState.WITHDRAWN.value, "withdrawn while held"),
    ),
)

_PROPOSED, _APPROVED = TransitionState.PROPOSED.value, TransitionState.APPROVED.value
_REJECTED, _LAPSED = TransitionState.REJECTED.value, TransitionState.LAPSED.value
_CANCELLED = TransitionState.CANCELLED.value

TRANSITION = Machine(
    "transition",
    (
        Move("", _PROPOSED, "proposed with its motion"),
        Move(_PROPOSED, _APPROVED, "the motion is approved, the cool-off begins"),
        Move(_PROPOSED, _REJECTED, "the motion is rejected"),
        Move(_PROPOSED, _LAPSED, "the motion lapsed, or the release was demoted or withdrawn"),
        Move(_PROPOSED, TransitionState.WITHDRAWN.value, "the motion is withdrawn"),
        Move(_PROPOSED, _CANCELLED, "the motion is cancelled at once"),
        Move(_APPROVED, TransitionState.EFFECTIVE.value, "cooled off, requirements met again"),
        Move(_APPROVED, _CANCELLED, "the motion is cancelled"),
        Move(_APPROVED, _REJECTED, "an executive overrode the approval"),
        Move(_APPROVED, _LAPSED, "its time is over, or the release was demoted or withdrawn"),
    ),
)

_LIFTED = HoldState.LIFTED.value

HOLD = Machine(
    "hold",
    (
        Move("", HoldState.PLACED.value, "placed by one person"),
        Move(HoldState.PLACED.value, HoldState.REVIEW_DUE.value, "its review is due"),
        Move(HoldState.PLACED.value, _LIFTED, "lifted by a motion"),
        Move(HoldState.REVIEW_DUE.value, _LIFTED, "lifted by a motion"),
    ),
)

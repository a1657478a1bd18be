"""The only writers of boards, motions and votes."""

from boards.services.applying import apply_decided
from boards.services.founding import found_board
from boards.services.motions import (
    cancel_motion,
    lapse_motion,
    mark_applied,
    propose_motion,
    revise_dossier,
    withdraw_motion,
)
from boards.services.voting import cast_vote, close_voting, exclude_voter, open_voting

__all__ = [
    "apply_decided",
    "cancel_motion",
    "cast_vote",
    "close_voting",
    "exclude_voter",
    "found_board",
    "lapse_motion",
    "mark_applied",
    "open_voting",
    "propose_motion",
    "revise_dossier",
    "withdraw_motion",
]

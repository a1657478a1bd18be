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
from boards.services.records import (
    add_summary,
    draft_public_summary,
    owe_record,
    release_summary,
    renew_record,
    sign_owed,
    sign_record,
)
from boards.services.voting import cast_vote, close_voting, exclude_voter, open_voting

__all__ = [
    "add_summary",
    "apply_decided",
    "cancel_motion",
    "cast_vote",
    "close_voting",
    "draft_public_summary",
    "exclude_voter",
    "found_board",
    "lapse_motion",
    "mark_applied",
    "open_voting",
    "owe_record",
    "propose_motion",
    "release_summary",
    "renew_record",
    "revise_dossier",
    "sign_owed",
    "sign_record",
    "withdraw_motion",
]

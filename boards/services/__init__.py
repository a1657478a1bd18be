"""The only writers of boards, motions and votes."""

from boards.services.applying import apply_decided
from boards.services.founding import found_board
from boards.services.motions import (
    cancel_motion,
    lapse_idle,
    lapse_motion,
    mark_applied,
    propose_motion,
    revise_dossier,
    revise_texts,
    withdraw_motion,
)
from boards.services.opening import open_vote
from boards.services.overrides import override_result
from boards.services.own_rule import (
    apply_rule_change,
    changes_to,
    describe_rule_change,
    propose_rule_change,
    rule_digest,
    tighten_board_rule,
    why_for_oneself,
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
from boards.services.reminding import send_reminders
from boards.services.rescue import fill_seat
from boards.services.reviews import apply_full_review, drop_full_review, propose_full_review
from boards.services.seats import (
    SeatChange,
    apply_seat_change,
    describe_change,
    propose_seat_change,
    resign_seat,
)
from boards.services.tightening import tighten_rule
from boards.services.voting import cast_vote, close_voting, exclude_voter, open_voting

__all__ = [
    "SeatChange",
    "add_summary",
    "apply_decided",
    "apply_full_review",
    "apply_rule_change",
    "apply_seat_change",
    "cancel_motion",
    "cast_vote",
    "changes_to",
    "close_voting",
    "describe_change",
    "describe_rule_change",
    "draft_public_summary",
    "drop_full_review",
    "exclude_voter",
    "fill_seat",
    "found_board",
    "lapse_idle",
    "lapse_motion",
    "mark_applied",
    "open_vote",
    "open_voting",
    "override_result",
    "owe_record",
    "propose_full_review",
    "propose_motion",
    "propose_rule_change",
    "propose_seat_change",
    "release_summary",
    "renew_record",
    "resign_seat",
    "revise_dossier",
    "revise_texts",
    "rule_digest",
    "send_reminders",
    "sign_owed",
    "sign_record",
    "tighten_board_rule",
    "tighten_rule",
    "why_for_oneself",
    "withdraw_motion",
]

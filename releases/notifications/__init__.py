"""What this room has to say, one function a message."""

from releases.notifications.evidence import evidence_expires, reference_lapses
from releases.notifications.gates import (
    blocker_closed,
    blocker_opened,
    condition_fired,
    decision_unconfirmed,
    hold_lifted,
    hold_placed,
    hold_review_due,
    requirement_overridden,
    review_called,
)
from releases.notifications.ingest import artifact_damaged, release_refused, release_sealed
from releases.notifications.ladders import ladder_adopted, ladder_kept, ladder_waits
from releases.notifications.moves import (
    cap_kept,
    cap_lowered,
    cap_raised,
    exhibit_fell,
    release_demoted,
    release_withdrawn,
    transition_effective,
    transition_lapsed,
)

__all__ = [
    "artifact_damaged",
    "blocker_closed",
    "blocker_opened",
    "cap_kept",
    "cap_lowered",
    "cap_raised",
    "condition_fired",
    "decision_unconfirmed",
    "evidence_expires",
    "exhibit_fell",
    "hold_lifted",
    "hold_placed",
    "hold_review_due",
    "ladder_adopted",
    "ladder_kept",
    "ladder_waits",
    "reference_lapses",
    "release_demoted",
    "release_refused",
    "release_sealed",
    "release_withdrawn",
    "requirement_overridden",
    "review_called",
    "transition_effective",
    "transition_lapsed",
]

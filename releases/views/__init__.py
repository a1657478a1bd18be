"""Staff acts on models and releases, and the public page of a ladder."""

from releases.views.holds import hold_lift, hold_place, release_demote, release_withdraw
from releases.views.ingest import format_override, ingest_progress, release_ingest
from releases.views.ladders import ladder_detail, ladder_list
from releases.views.transitions import transition_open, transition_propose, transition_revise

__all__ = [
    "format_override",
    "hold_lift",
    "hold_place",
    "ingest_progress",
    "ladder_detail",
    "ladder_list",
    "release_demote",
    "release_ingest",
    "release_withdraw",
    "transition_open",
    "transition_propose",
    "transition_revise",
]

"""Staff acts on models and releases, and the public page of a ladder."""

from releases.views.blockers import blocker_close, blocker_detail, blocker_open
from releases.views.comparable_imports import comparable_import
from releases.views.comparables import (
    comparable_add,
    comparable_detail,
    comparable_edit,
    comparable_export,
    comparable_list,
    comparable_verify,
    result_add,
    result_correct,
    result_withdraw,
    verification_record,
)
from releases.views.conditions import motion_conditions
from releases.views.documents import document, evidence_record
from releases.views.evidence import (
    evidence_add,
    evidence_detail,
    evidence_import,
    evidence_list,
    evidence_supersede,
    evidence_withdraw,
)
from releases.views.holds import hold_lift, hold_place, release_demote, release_withdraw
from releases.views.ingest import format_override, ingest_progress, release_ingest
from releases.views.ladders import ladder_change, ladder_detail, ladder_list
from releases.views.requirement_overrides import requirement_override
from releases.views.transitions import transition_open, transition_propose, transition_revise
from releases.views.watch import re_review_propose, release_watch
from releases.views.waves import cap_lower, cap_raise

__all__ = [
    "blocker_close",
    "blocker_detail",
    "blocker_open",
    "cap_lower",
    "cap_raise",
    "comparable_add",
    "comparable_detail",
    "comparable_edit",
    "comparable_export",
    "comparable_import",
    "comparable_list",
    "comparable_verify",
    "document",
    "evidence_add",
    "evidence_detail",
    "evidence_import",
    "evidence_list",
    "evidence_record",
    "evidence_supersede",
    "evidence_withdraw",
    "format_override",
    "hold_lift",
    "hold_place",
    "ingest_progress",
    "ladder_change",
    "ladder_detail",
    "ladder_list",
    "motion_conditions",
    "re_review_propose",
    "release_demote",
    "release_ingest",
    "release_watch",
    "release_withdraw",
    "requirement_override",
    "result_add",
    "result_correct",
    "result_withdraw",
    "transition_open",
    "transition_propose",
    "transition_revise",
    "verification_record",
]

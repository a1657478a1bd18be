"""Committees and what they decide. Nothing here knows what a motion is about."""

from boards.choices import OPEN_STATES, MotionState, SeatRole, VoteChoice
from boards.models.motions import RESULTS, Dossier, Motion
from boards.models.overrides import ExecutiveOverride, Reminder
from boards.models.records import DecisionRecord, IssueSummary, PublicSummary, SummaryRelease
from boards.models.seats import Board, Seat, default_rule, in_office
from boards.models.voting import Ballot, Vote

__all__ = [
    "OPEN_STATES",
    "RESULTS",
    "Ballot",
    "Board",
    "DecisionRecord",
    "Dossier",
    "ExecutiveOverride",
    "IssueSummary",
    "Motion",
    "MotionState",
    "PublicSummary",
    "Reminder",
    "Seat",
    "SeatRole",
    "SummaryRelease",
    "Vote",
    "VoteChoice",
    "default_rule",
    "in_office",
]

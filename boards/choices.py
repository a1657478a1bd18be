"""The closed sets of this room: roles of seats, states of motions, choices of voters."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class SeatRole(models.TextChoices):
    """What a seat stands for."""

    CHAIR = "chair", _("Chair")
    SAFETY = "safety", _("Safety")
    SECURITY = "security", _("Security")
    LEGAL = "legal", _("Legal")
    INDEPENDENT = "independent", _("Independent")


class MotionState(models.TextChoices):
    """`draft -> in_review -> voting -> approved | rejected | lapsed`; see the design, section 4."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    VOTING = "voting", _("Voting")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    LAPSED = "lapsed", _("Lapsed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CANCELLED = "cancelled", _("Cancelled")


# A board that is founded with no rule of its own decides about itself by this one.
DEFAULT_RULE = {
    "quorum": {"more_than": "1/2"},
    "required_present": ["independent"],
    "approval": {"more_than": "1/2"},
}
MOST_SEATS = 50
# A term is a year unless something else is said, and three at most.
TERM = timedelta(days=365)
LONGEST_TERM = timedelta(days=3 * 366)
VOTING_SECONDS = 7 * 24 * 3600

# The kinds of motions that this room itself proposes and applies.
SEAT_KIND = "seat_member"
REVIEW_KIND = "full_review"
OWN_RULE_KIND = "board_rule"

OPEN_STATES = ("draft", "in_review", "voting")


class SeatAction(models.TextChoices):
    """What a motion about a seat would do."""

    APPOINT = "appoint", _("Appoint somebody to a vacant seat")
    EXTEND = "extend", _("Extend the term of a seat's holder")
    ADD = "add", _("Add a seat")
    VACATE = "vacate", _("Remove the holder of a seat")


class ReviewResult(models.TextChoices):
    """How the full review of an emergency decision ended."""

    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Refused")


class ReminderKind(models.TextChoices):
    """What is said once, and of what: a vote, a term, a full review, a motion in review."""

    VOTE_HALF = "vote_half", _("Half of the time for voting is over")
    VOTE_DAY = "vote_day", _("A day is left for voting")
    NO_QUORUM = "no_quorum", _("The quorum is not reached")
    TERM_MONTH = "term_month", _("A month is left of the term")
    TERM_WEEK = "term_week", _("A week is left of the term")
    TERM_OVER = "term_over", _("The term has ended")
    REVIEW_WEEK = "review_week", _("A week is left for the full review")
    REVIEW_DAY = "review_day", _("A day is left for the full review")
    REVIEW_OVER = "review_over", _("The full review is overdue")
    IDLE_MONTH = "idle_month", _("A month in review without a vote")
    IDLE_WEEK = "idle_week", _("A week is left to open the vote")


class VoteChoice(models.TextChoices):
    """What a seat may say. All but a recusal count as taking part."""

    APPROVE = "approve", _("Approve")
    REJECT = "reject", _("Reject")
    ABSTAIN = "abstain", _("Abstain")
    RECUSE = "recuse", _("Recuse")

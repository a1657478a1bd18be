"""The closed sets of this room: roles of seats, states of motions, choices of voters."""

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
VOTING_SECONDS = 7 * 24 * 3600

OPEN_STATES = ("draft", "in_review", "voting")


class VoteChoice(models.TextChoices):
    """What a seat may say. All but a recusal count as taking part."""

    APPROVE = "approve", _("Approve")
    REJECT = "reject", _("Reject")
    ABSTAIN = "abstain", _("Abstain")
    RECUSE = "recuse", _("Recuse")

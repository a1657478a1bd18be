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


OPEN_STATES = ("draft", "in_review", "voting")


class VoteChoice(models.TextChoices):
    """What a seat may say. All but a recusal count as taking part."""

    APPROVE = "approve", _("Approve")
    REJECT = "reject", _("Reject")
    ABSTAIN = "abstain", _("Abstain")
    RECUSE = "recuse", _("Recuse")

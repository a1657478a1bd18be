"""The states of an application."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ApplicationState(models.TextChoices):
    """What an application is in; licensing.states holds the moves between them."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("In review")
    RETURNED = "returned", _("Returned to you")
    REFERRED = "referred", _("Referred to the board")
    AWAITING_SECOND = "awaiting_second", _("Awaiting a second reviewer")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    APPEALED = "appealed", _("Appealed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Lapsed")


OPEN_APPLICATION_STATES = (
    "draft",
    "submitted",
    "in_review",
    "returned",
    "referred",
    "awaiting_second",
    "appealed",
)
# What waits for a reviewer, whoever has it.
WAITING_APPLICATION_STATES = ("submitted", "in_review", "awaiting_second", "appealed")
# Decided by a reviewer or a board; who withdraws decides nothing.
REVIEWED_APPLICATION_STATES = ("approved", "declined")

"""The states of an application, and of a duty that is owed."""

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


class DutyState(models.TextChoices):
    """What a duty is in; licensing.states holds the moves between them."""

    DUE = "due", _("Due")
    OVERDUE = "overdue", _("Overdue")
    DONE = "done", _("Done")
    DONE_LATE = "done_late", _("Done late")
    WAIVED = "waived", _("Waived")
    VOID = "void", _("Not owed any more")


OPEN_DUTY_STATES = ("due", "overdue")
DONE_DUTY_STATES = ("done", "done_late")


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

"""The closed sets of this room: how a file was asked for, and how its sending ended."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Way(models.TextChoices):
    """How a download was asked for."""

    SESSION = "session", _("Browser")
    TOKEN = "token", _("Token")
    HUB = "hub", _("Hub client")
    LINK = "link", _("Link")


class Outcome(models.TextChoices):
    """How a download ended, as far as the server that sent it could tell."""

    UNKNOWN = "unknown", _("Not known")
    COMPLETE = "complete", _("Complete")
    CUT = "cut", _("Cut off")

"""What this room records in the event log."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    """Labels are the words that follow the actor's name in a timeline."""

    DOWNLOAD_AUTHORISED = "artifact.download_authorised", _("was handed a file")
    LINK_CREATED = "link.created", _("made a link to a file")
    LINK_REVOKED = "link.revoked", _("revoked a link to a file")
    DOWNLOADS_EXPORTED = "downloads.exported", _("exported the record of downloads")

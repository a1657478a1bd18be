"""Where messages lead, and how they write a day."""

from datetime import datetime

from django.urls import reverse
from django.utils import formats, timezone

from licensing.models import Application, Grant


def application_url(application: Application) -> str:
    """Return the applicant's page of an application."""
    return reverse("application_detail", args=[application.public_id])


def grant_url(grant: Grant) -> str:
    """Return the page of a grant."""
    return reverse("grant_detail", args=[grant.public_id])


def day(moment: datetime | None) -> str:
    """Return the day of a moment in words, nothing for none."""
    return formats.date_format(timezone.localtime(moment), "j M Y") if moment else ""

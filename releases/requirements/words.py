"""Words that several gates use."""

from datetime import UTC, datetime, timedelta

from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _


def span(length: timedelta) -> str:
    """Return a length of time in words, in its two largest units."""
    seconds = int(length.total_seconds())
    if seconds < 60:
        return _("%(count)d seconds") % {"count": seconds}
    start = datetime(2001, 1, 1)  # noqa: DTZ001 - only the distance is used
    return timesince(start, start + length, depth=2).replace("\N{NO-BREAK SPACE}", " ")


def moment(at: datetime) -> str:
    """Return a time to the minute, in UTC."""
    return date_format(at.astimezone(UTC), "j M Y, H:i") + " UTC"


def day(at: datetime) -> str:
    """Return a day, in UTC."""
    return date_format(at.astimezone(UTC), "j M Y")


def evidence_adders() -> str:
    """Say who may add evidence."""
    return _("release managers, by adding evidence")

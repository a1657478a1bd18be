"""Where a page of the queue ends, as text in an address."""

from datetime import UTC, datetime, timedelta

from licensing.models import Application
from licensing.selectors.queue import Place

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Beyond these a time or an id is none of ours.
_LATEST, _HIGHEST = 10**16, 2**63


def text_of(application: Application) -> str:
    """Return the place behind an application of the queue."""
    return text_of_place(Place(application.due_at or _EPOCH, application.pk))


def text_of_place(place: Place) -> str:
    """Return a place in an order by what is due first."""
    return f"{(place.due_at - _EPOCH) // _MICROSECOND}-{place.pk}"


def place_of(text: str) -> Place | None:
    """Return the place that a text names, or None for one that names none."""
    first, _dash, second = text[:40].partition("-")
    if not all(part.isascii() and part.isdigit() for part in (first, second)):
        return None
    microseconds, pk = int(first), int(second)
    if microseconds > _LATEST or pk >= _HIGHEST:
        return None
    return Place(_EPOCH + microseconds * _MICROSECOND, pk)

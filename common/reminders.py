"""Reminders some days before an end, each once: what is due is told by the row itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q


def step(end: datetime, steps: Sequence[int], now: datetime) -> int | None:
    """Return the reminder that belongs to this moment, in days before `end`, if any."""
    if not now < end:
        return None
    reached = [days for days in steps if end - now <= timedelta(days=days)]
    return min(reached, default=None)


def due(end: str, reminded: str, steps: Sequence[int], now: datetime) -> Q:
    """Return the condition on rows to remind of: in time, and not reminded of at this step yet.

    `end` and `reminded` name the columns of the end and of the last step that was told. Whoever
    comes late gets the latest reminder and not all that were missed.
    """
    owed = Q(pk__in=())
    for days in steps:
        told = Q(**{f"{reminded}__isnull": True}) | Q(**{f"{reminded}__gt": days})
        owed |= Q(told, **{f"{end}__lte": now + timedelta(days=days)})
    return Q(owed, **{f"{end}__gt": now})

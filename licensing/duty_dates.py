"""When duties are owed, opened and told of. Pure: moments and the zone of the portal are given.

A deadline is the end of a day: the moment at which the next one begins in the portal's zone.
"""

import calendar
from datetime import date, datetime, time, timedelta, tzinfo

# What is owed again and again can be done from so long before its date.
LEAD_DAYS = 30
# Whoever performs a duty is told so many days before its end, and on the day it is overdue (0).
REMINDERS = (30, 7, 1)
OVERDUE = 0


def add_months(day: date, months: int) -> date:
    """Return the same day of the month that many months later, or the last day of that month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def next_day_of_series(anchor: date, months: int, after: date) -> date:
    """Return the first day of `anchor` plus a multiple of `months` that is later than `after`.

    Counted from the anchor each time, so that the 31st comes back after a shorter month.
    """
    apart = (after.year - anchor.year) * 12 + after.month - anchor.month
    step = max(1, apart // months)
    while add_months(anchor, step * months) <= after:
        step += 1
    return add_months(anchor, step * months)


def end_of(day: date, zone: tzinfo) -> datetime:
    """Return the moment at which a day has ended."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)


def last_day(due_at: datetime, zone: tzinfo) -> date:
    """Return the last day on which a deadline is still kept."""
    return due_at.astimezone(zone).date() - timedelta(days=1)


def within(moment: datetime, days: int, zone: tzinfo) -> datetime:
    """Return the end of the day that many days after a moment."""
    return end_of(moment.astimezone(zone).date() + timedelta(days=days), zone)


def reminder(due_at: datetime, told: int | None, now: datetime) -> int | None:
    """Return the reminder that is owed now, in days before the end, 0 for the day it is overdue.

    `told` is the last one that was told; whoever comes late gets the latest one only.
    """
    if now >= due_at:
        owed = OVERDUE
    else:
        reached = [days for days in REMINDERS if due_at - now <= timedelta(days=days)]
        if not reached:
            return None
        owed = min(reached)
    return owed if told is None or owed < told else None

"""When a person's daily summary is due. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones


@cache
def zone_names() -> tuple[str, ...]:
    """Return the names that a person can choose from, those of places only and UTC."""
    return ("UTC", *sorted(name for name in available_timezones() if _is_place(name)))


def _is_place(name: str) -> bool:
    return "/" in name and not name.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))


def zone_of(name: str, default: str) -> ZoneInfo:
    """Return the zone of a name; the default where the name says nothing to this machine."""
    try:
        return ZoneInfo(name or default)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(default)


def last_due(now: datetime, zone: ZoneInfo, hour: int) -> tuple[date, datetime]:
    """Return the day of the summary that was due last, and the moment at which it was (in UTC).

    Due is `hour` o'clock of the person's own clock, an hour later on a day that has no such hour.
    What was said before that moment goes into it.
    """
    local = now.astimezone(zone)
    day = local.date()
    moment = _at(day, zone, hour)
    if moment > now:
        day -= timedelta(days=1)
        moment = _at(day, zone, hour)
    return day, moment


def _at(day: date, zone: ZoneInfo, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)

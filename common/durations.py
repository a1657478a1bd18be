"""Durations as people write them in files: "30d", "12h", "5m" or "10s"."""

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(0|[1-9][0-9]{0,8})([smhd])")
LONGEST = timedelta(days=3650)


def parse_duration(text: str) -> timedelta:
    """Read "30d", "12h", "5m" or "10s". Raises ValueError with a sentence."""
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a duration; write for example 30d, 12h, 5m or 10s")
    seconds = int(found[1]) * int(timedelta(**{_UNITS[found[2]]: 1}).total_seconds())
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"{text!r} is longer than ten years")
    return timedelta(seconds=seconds)


def duration_text(length: timedelta) -> str:
    """Write a whole number of seconds as `parse_duration` reads it, in the largest unit."""
    seconds = int(length.total_seconds())
    for unit, name in reversed(_UNITS.items()):
        count, left = divmod(seconds, int(timedelta(**{name: 1}).total_seconds()))
        if not left:
            return f"{count}{unit}"
    raise ValueError("A length of time has whole seconds.")

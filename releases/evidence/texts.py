"""Values out of a file that is not trusted, as what a report may hold."""

import math
from datetime import UTC, datetime

LONGEST_LINE = 300
LONGEST_TEXT = 4000
MOST_ITEMS = 50
DEEPEST = 5


def as_dict(value: object) -> dict[str, object]:
    """Return an object's keys and values; of anything else none."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """Return an array's elements; of anything else none."""
    return value if isinstance(value, list) else []


def as_count(value: object) -> int | None:
    """Return a whole number from 0; of anything else nothing."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def as_number(value: object) -> float | None:
    """Return a number, be it infinite or none at all (NaN); of anything else nothing."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def as_time(value: object) -> datetime | None:
    """Return a time written as ISO 8601 or in seconds since 1970; with a zone, or nothing."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        seconds = as_number(value)
        return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
    except (ValueError, OverflowError, OSError):
        return None


def as_line(value: object, most: int = LONGEST_LINE) -> str:
    """Return one line of text that can be seen and stored, cut to `most` characters."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    return " ".join(_visible(text[: most * 2], "").split())[:most]


def as_text(value: object, most: int = LONGEST_TEXT) -> str:
    """Return a text that can be seen and stored, its end cut off behind `most` characters."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    shown = _visible(text[: most + 1], "\n\t")
    return shown if len(text) <= most else f"{shown[:most]}…"


def storable(value: object, depth: int = 0) -> object:
    """Return JSON that any database stores: few items, cut texts, no NaN."""
    if depth > DEEPEST:
        return "…"
    if isinstance(value, dict):
        items = list(value.items())[:MOST_ITEMS]
        return {as_line(key): storable(item, depth + 1) for key, item in items}
    if isinstance(value, list):
        return [storable(item, depth + 1) for item in value[:MOST_ITEMS]]
    if isinstance(value, str):
        return as_text(value, LONGEST_LINE)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def listed(names: list[str], count: int) -> str:
    """Return the first few of `count` names as they stand in a sentence."""
    shown = [as_line(name, 60) for name in names[:3]]
    more = count - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _visible(text: str, allowed: str) -> str:
    """Replace what cannot be stored (NUL, halves of surrogates) or seen."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() or each in allowed else " " if each.isspace() else "\ufffd"
        for each in text
    )

"""One line of the access log that deploy/nginx.conf has nginx write: what was really sent.

The portal writes down what it allows before the first byte; how many bytes then left only the
server that sent them knows. Its log names each download by the id of the portal's answer.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# Paths are at most a few kilobytes; anything longer is not a line of ours.
LONGEST_LINE = 64 * 1024
# A UUID with or without hyphens, in lower case.
_DOWNLOAD = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_LARGEST = 2**63 - 1
_YEAR_2000, _YEAR_2200 = 946_684_800, 7_258_118_400


class DamagedLine(ValueError):
    """The line is torn or is not of this log; the text says what is wrong with it."""


@dataclass(frozen=True)
class Sent:
    """What nginx did with one download.

    `download` is the id that the portal gave it, 32 hex characters; `sent` counts bytes of the
    body; `ended_at` is when it ended.
    """

    download: str
    status: int
    sent: int
    ended_at: datetime


def parse_line(line: bytes) -> Sent | None:
    """Return what a line says, or None for a request that handed out no file.

    Raises DamagedLine. Only what nginx and the portal wrote is believed: `download` is a header of
    the portal's answer, and what a client chose (the path) is not looked at.
    """
    entry = _entry(line)
    download = entry.get("download")
    if download == "":
        return None
    if not isinstance(download, str) or not _DOWNLOAD.fullmatch(download):
        raise DamagedLine("download is not an id of ours")
    status = _whole_number(entry, "status", least=100, most=599)
    sent = _whole_number(entry, "sent", most=_LARGEST)
    return Sent(
        download=download.replace("-", ""),
        status=status,
        sent=sent,
        ended_at=_time(entry),
    )


def _entry(line: bytes) -> dict[str, Any]:
    if len(line) > LONGEST_LINE:
        raise DamagedLine("the line is too long")
    # nginx ends a line after it has written all of it: without an end it is still being written.
    if not line.endswith(b"\n"):
        raise DamagedLine("the line has no end")
    try:
        # A client's path need not be UTF-8.
        entry = json.loads(line.decode(errors="replace"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise DamagedLine("it is not JSON") from None
    if not isinstance(entry, dict) or "download" not in entry:
        raise DamagedLine("it is not a line of this log")
    return entry


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _whole_number(entry: dict[str, Any], name: str, *, least: int = 0, most: int) -> int:
    value = entry.get(name)
    if type(value) is not int or not least <= value <= most:
        raise DamagedLine(f"{name} is not a number from {least} to {most}")
    return value


def _time(entry: dict[str, Any]) -> datetime:
    value: Any = entry.get("time")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not _YEAR_2000 <= value < _YEAR_2200:
        raise DamagedLine("time is not a time")
    return datetime.fromtimestamp(value, UTC)

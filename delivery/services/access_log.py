"""Reading nginx's log: how many bytes of each download were really sent."""

import logging
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from delivery.choices import Outcome
from delivery.models import Download, LogPosition
from delivery.nginx_log import LONGEST_LINE, DamagedLine, Sent, parse_line

logger = logging.getLogger(__name__)

# Lines read and written down in one transaction.
BATCH = 500
_FORMER = "former "


@dataclass
class LogRead:
    """What one reading came to. `ended` tells whether the end of the log was reached."""

    lines: int = 0
    noted: int = 0
    damaged: int = 0
    ended: bool = False


def read_access_log(*, path: Path, budget_seconds: float | None = None) -> LogRead:
    """Note what nginx sent since the last reading, for so many seconds at most.

    The place reached is kept with what was noted, by the file's inode. After a rotation nginx
    writes to the former file (`<path>.1`) until it opens its log again: until the next rotation
    the former one is read first, each time. Reading a line twice changes nothing. Raises OSError
    where the log cannot be read.
    """
    until = time.monotonic() + budget_seconds if budget_seconds is not None else None
    result = LogRead()
    names = [f"{prefix}{socket.gethostname()}:{path}"[:300] for prefix in ("", _FORMER)]
    for name in names:
        LogPosition.objects.get_or_create(log=name)
    while True:
        with transaction.atomic():
            # Two readers of one log take turns, and none goes back.
            position, former = (
                LogPosition.objects.select_for_update().get(log=name) for name in names
            )
            more = _read_batch(path, position, former, result)
            position.save()
            former.save()
        if not more:
            result.ended = True
            return result
        if until is not None and time.monotonic() > until:
            return result


def _read_batch(path: Path, position: LogPosition, former: LogPosition, result: LogRead) -> bool:
    """Read on from the positions and move them; tell whether there may be more."""
    with path.open("rb") as log:
        inode = _inode(log)
        if position.inode not in ("", inode):
            former.inode, former.offset = position.inode, position.offset
            position.offset = 0
        elif os.fstat(log.fileno()).st_size < position.offset:
            # It was emptied in place.
            position.offset = 0
        position.inode = inode
        rest = _former(path, former.inode)
        if rest is not None:
            with rest:
                if _read_from(rest, former, result):
                    return True
        return _read_from(log, position, result)


def _inode(file: BinaryIO) -> str:
    # As text: an inode may be larger than the database's numbers.
    return str(os.fstat(file.fileno()).st_ino)


def _former(path: Path, inode: str) -> BinaryIO | None:
    try:
        file = path.with_name(f"{path.name}.1").open("rb")
    except OSError:
        return None
    if _inode(file) == inode:
        return file
    file.close()
    return None


def _read_from(file: BinaryIO, position: LogPosition, result: LogRead) -> bool:
    """Read a batch from the position on; tell whether it was a full one."""
    file.seek(position.offset)
    sent: dict[str, Sent] = {}
    count = 0
    for line in _lines(file):
        count += 1
        try:
            entry = parse_line(line)
        except DamagedLine as damage:
            result.damaged += 1
            logger.warning("A line of the access log is left out: %s.", damage)
        else:
            if entry is not None:
                sent.setdefault(entry.download, entry)
        position.offset += len(line)
    result.lines += count
    result.noted += _note(sent)
    return count == BATCH


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield at most a batch of whole lines; one that is still being written is left for later."""
    for _number in range(BATCH):
        line = file.readline(LONGEST_LINE + 1)
        if not line.endswith(b"\n") and len(line) <= LONGEST_LINE:
            return
        yield line


def _note(sent: dict[str, Sent]) -> int:
    """Write the bytes sent into the downloads of which nobody has said anything."""
    rows = list(
        Download.objects.select_for_update(no_key=True)
        .filter(public_id__in=list(sent), outcome=Outcome.UNKNOWN)
        .order_by("pk")
    )
    for row in rows:
        _apply(row, sent[row.public_id.hex])
    Download.objects.bulk_update(rows, ["bytes_sent", "finished_at", "outcome"])
    return len(rows)


def _apply(row: Download, entry: Sent) -> None:
    # Of an error page that nginx sent in place of the file, nothing was the file's.
    got = min(entry.sent, row.length) if entry.status in (200, 206) else 0
    row.bytes_sent = got
    row.finished_at = _not_before(row, entry.ended_at)
    row.outcome = Outcome.COMPLETE if got == row.length else Outcome.CUT


def _not_before(row: Download, ended_at: datetime) -> datetime:
    # nginx's clock may be another machine's.
    return max(ended_at, row.started_at)

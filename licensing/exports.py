"""The queue and a model's grants as tables, read in pieces so that memory stays flat.

Each piece begins behind the last row of the one before, in the order of an index: the first row is
there at once, no transaction stays open however slowly a table is fetched, and nothing is sorted.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import QuerySet

from licensing.models import Application, Grant
from licensing.selectors import holder_name, mode_names, person_name
from licensing.selectors.queue import Place, after

PIECE = 1000
QUEUE_HEADER = (
    "id",
    "model",
    "state",
    "track",
    "applicant",
    "email",
    "organisation",
    "country",
    "tier_asked",
    "signals",
    "sent_at",
    "answer_promised_by",
    "reviewer",
)
GRANT_HEADER = ("id", "holder", "email", "access", "state", "made_at", "ends_at")


def queue_rows(rows: QuerySet[Application]) -> Iterator[list[object]]:
    """Return the rows of (a part of) the queue, in its order."""
    piece = rows
    while found := list(piece[:PIECE]):
        for each in found:
            yield _application(each)
        last = found[-1]
        if len(found) < PIECE or last.due_at is None:
            return
        piece = after(rows, Place(last.due_at, last.pk))


def _application(each: Application) -> list[object]:
    return [
        str(each.public_id),
        str(each.model),
        each.state,
        each.track,
        person_name(each.applicant),
        each.applicant.email,
        str(each.organization or ""),
        each.country,
        each.tier_asked,
        " ".join(each.flags),
        _time(each.submitted_at),
        _time(each.due_at),
        person_name(each.reviewer),
    ]


def grant_rows(rows: QuerySet[Grant]) -> Iterator[list[object]]:
    """Return the rows of a model's grants, the newest first."""
    piece: Iterable[Grant] = rows[:PIECE]
    while found := list(piece):
        for each in found:
            yield [
                str(each.public_id),
                holder_name(each),
                each.person.email if each.person else "",
                mode_names(each),
                each.state,
                _time(each.created_at),
                _time(each.ends_at),
            ]
        if len(found) < PIECE:
            return
        piece = rows.filter(pk__lt=found[-1].pk)[:PIECE]


def _time(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""

"""What a reviewer's page shows beside an application, in as few queries as it can be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable
from django.db.models.functions import JSONArray

from audit import personal
from licensing.application_form import Answers
from licensing.models import Application, Look, Proposal, Tick
from licensing.selectors import opened_answers
from licensing.selectors.reviews import ReadNote, checklist_of


class Glance(NamedTuple):
    """Somebody read the application on a day."""

    person_id: int
    person: str
    day: date


class Mark(NamedTuple):
    """An item of the checklist that is ticked."""

    ticked_by: str
    ticked_at: datetime


@dataclass(frozen=True)
class Kept:
    """What reviewers kept with an application, besides their notes."""

    looks: list[Glance]
    ticks: dict[str, Mark]
    was_proposed: bool


def kept_told() -> dict[str, Combinable]:
    """Return what a query for applications can be annotated with, for `kept_with` to read."""
    looks = Look.objects.filter(application=OuterRef("pk")).order_by("-day", "-pk")
    ticks = Tick.objects.filter(application=OuterRef("pk")).order_by("pk")
    return {
        "looks_told": ArraySubquery(
            looks.values(said=JSONArray("person_id", "person__full_name", "person__email", "day"))[
                :20
            ]
        ),
        "ticks_told": ArraySubquery(
            ticks.values(
                said=JSONArray(
                    *("submission", "checklist", "item", "done"),
                    *("ticked_by__full_name", "ticked_by__email", "ticked_at"),
                )
            )
        ),
        "was_proposed": Exists(Proposal.objects.filter(application=OuterRef("pk"))),
    }


def kept_with(application: Any, submission: int) -> Kept:  # noqa: ANN401 - an annotated row
    """Return who read it, newest first, and what is ticked for a submission, as was read with it.

    `application` was annotated with `kept_told`.
    """
    checklist = checklist_of(application).key
    # The newest row of an item says how it is.
    newest = {
        item: Mark(name or email, datetime.fromisoformat(when)) if done else None
        for number, key, item, done, name, email, when in application.ticks_told or []
        if (number, key) == (submission, checklist)
    }
    return Kept(
        looks=[
            Glance(person, name or email, date.fromisoformat(day))
            for person, name, email, day in application.looks_told or []
        ],
        ticks={item: mark for item, mark in newest.items() if mark is not None},
        was_proposed=application.was_proposed,
    )


@dataclass(frozen=True)
class Opened:
    """What is sealed under the applicant's key, opened: the answers now and as sent, the notes."""

    now: Answers
    # Of the last two submissions by their numbers, the newest first.
    sent: dict[int, Answers]
    notes: list[ReadNote]


def opened_for(application: Application) -> Opened:
    """Return the answers and the reviewers' notes, oldest first, with one look for their key."""
    submissions = list(application.submissions.select_related("questionnaire")[:2])
    notes = list(application.notes.select_related("author").order_by("pk")[:200])
    own = application.sealed_answers
    texts = iter(
        _unsealed(
            application,
            [
                *([own] if own is not None else []),
                *(each.sealed_answers for each in submissions),
                *(note.sealed_text for note in notes),
            ],
        )
    )
    now = dict(application.answers)
    if own is not None:
        now |= opened_answers(next(texts), application.questionnaire)
    sent = {
        each.number: each.answers | opened_answers(next(texts), each.questionnaire)
        for each in submissions
    }
    return Opened(now, sent, [ReadNote(n.author, n.created_at, next(texts)) for n in notes])


def _unsealed(application: Application, tokens: Iterable[personal.Token]) -> list[str]:
    return personal.unseal_many((application.applicant.pseudonym, token) for token in tokens)

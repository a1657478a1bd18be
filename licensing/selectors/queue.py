"""The reviewers' queue: what waits, in the order of the dates that were promised.

However long it is, a page of it reads an index in that order, and counts stop at a hundred.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, QuerySet, Value

from accounts.models import User
from accounts.selectors import matching_organizations, matching_people
from licensing.models import WAITING_APPLICATION_STATES, Application, ApplicationState

COUNTED = 100
# More people or organisations than this are not looked through for one search.
MOST_MATCHES = 200
SHOWN = {
    "submitted": (ApplicationState.SUBMITTED,),
    "in_review": (ApplicationState.IN_REVIEW,),
    "awaiting_second": (ApplicationState.AWAITING_SECOND,),
    "appealed": (ApplicationState.APPEALED,),
    "referred": (ApplicationState.REFERRED,),
    "returned": (ApplicationState.RETURNED,),
}


@dataclass(frozen=True)
class Wanted:
    """What a reviewer wants to see of the queue; empty for all that waits."""

    show: str = ""
    model: int | None = None
    track: str = ""
    organization: int | None = None
    country: str = ""
    tier: int | None = None
    flag: str = ""
    overdue: bool = False
    sent_before: datetime | None = None
    search: str = ""


class Place(NamedTuple):
    """Where a page of the queue ends."""

    due_at: datetime
    pk: int


class TooMany(Exception):
    """A search fits more people or organisations than can be looked through."""


def waiting(models: Sequence[int]) -> QuerySet[Application]:
    """Return what waits for a review of these models, what is due first coming first."""
    return _in_order(models, Q(state__in=WAITING_APPLICATION_STATES))


def _in_order(models: Sequence[int], states: Q) -> QuerySet[Application]:
    return (
        Application.objects.filter(states, model__in=list(models))
        .select_related("model", "organization", "applicant", "reviewer", "questionnaire")
        .order_by("due_at", "pk")
    )


def found(
    models: Sequence[int], wanted: Wanted, user: User, now: datetime
) -> QuerySet[Application]:
    """Return the part of the queue that is wanted. Raises TooMany for a search too wide."""
    if wanted.model is not None:
        models = [pk for pk in models if pk == wanted.model]
    rows = waiting(models)
    if wanted.show in SHOWN:
        rows = _in_order(models, Q(state__in=SHOWN[wanted.show]))
    elif wanted.show == "unclaimed":
        rows = rows.filter(_UNCLAIMED)
    elif wanted.show == "mine":
        rows = rows.filter(_MINE, reviewer=user)
    given = {
        "organization": wanted.organization,
        "track": wanted.track or None,
        "country": wanted.country or None,
        "tier_asked": wanted.tier,
        "flags__contains": [wanted.flag] if wanted.flag else None,
        "due_at__lt": now if wanted.overdue else None,
        "submitted_at__lt": wanted.sent_before,
    }
    rows = rows.filter(**{key: value for key, value in given.items() if value is not None})
    return rows.filter(_searched(wanted.search)) if wanted.search.strip() else rows


_UNCLAIMED = Q(state=ApplicationState.SUBMITTED) | Q(
    state=ApplicationState.APPEALED, reviewer__isnull=True
)
_MINE = Q(state__in=[ApplicationState.IN_REVIEW, ApplicationState.APPEALED])


def _searched(text: str) -> Q:
    """Match a public id, or words that the person's or the organisation's name begins with."""
    try:
        return Q(public_id=UUID(text.strip()))
    except ValueError:
        people, organizations = parties(text)
    return Q(applicant__in=people) | Q(organization__in=organizations)


def parties(text: str) -> tuple[list[int], list[int]]:
    """Return the people and the organisations that a search fits. Raises TooMany."""
    people = list(matching_people(text)[: MOST_MATCHES + 1])
    organizations = list(matching_organizations(text)[: MOST_MATCHES + 1])
    if max(len(people), len(organizations)) > MOST_MATCHES:
        raise TooMany
    return people, organizations


def after(rows: QuerySet[Application], place: Place) -> QuerySet[Application]:
    """Go on behind the end of a page, whatever has left the queue meanwhile."""
    # The first condition is what the index is entered by.
    return rows.filter(Q(due_at__gt=place.due_at) | Q(pk__gt=place.pk), due_at__gte=place.due_at)


def counted(rows: QuerySet[Application]) -> int:
    """Return how many there are, up to `COUNTED` and one more for "more than that"."""
    return len(rows.order_by().values_list("pk", flat=True)[: COUNTED + 1])


def _parts(models: Sequence[int], now: datetime) -> dict[str, QuerySet[Application]]:
    rows = waiting(models)
    return {
        "free": rows.filter(_UNCLAIMED),
        "in_hand": rows.exclude(_UNCLAIMED),
        "overdue": rows.filter(due_at__lt=now),
    }


class Load(NamedTuple):
    """The queue in a few numbers, each up to `COUNTED` and one more."""

    free: int
    in_hand: int
    overdue: int


def load(models: Sequence[int], now: datetime) -> Load:
    """Return how much waits for the reviewers of these models, in one query."""
    parts = _parts(models, now)
    bounded = [
        each.order_by().values_list(Value(name))[: COUNTED + 1] for name, each in parts.items()
    ]
    counts = Counter(name for (name,) in bounded[0].union(*bounded[1:], all=True))
    return Load(**{name: counts[name] for name in parts})


class Desk(NamedTuple):
    """What a reviewer has in hand, and how much waits besides."""

    mine: list[Application]
    load: Load


def desk(models: Sequence[int], user: User, now: datetime, most: int) -> Desk:
    """Return what the person has in review, what is due first coming first, and the load.

    The load comes with the rows; only where there are none it takes a query of its own.
    """
    counted_too = {
        f"{name}_ids": ArraySubquery(rows.order_by().values("pk")[: COUNTED + 1])
        for name, rows in _parts(models, now).items()
    }
    mine = list(waiting(models).filter(_MINE, reviewer=user).annotate(**counted_too)[:most])
    if not mine:
        return Desk([], load(models, now))
    ids = [getattr(mine[0], f"{name}_ids") for name in Load._fields]
    return Desk(mine, Load(*(len(each or ()) for each in ids)))

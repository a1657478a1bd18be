"""The grants on a model as a list: in the order of their making, by state, access and holder."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from licensing.models import Grant
from licensing.selectors import grants_of_model
from licensing.selectors.queue import parties
from releases.models import Model


@dataclass(frozen=True)
class WantedGrants:
    """What somebody wants to see of a model's grants; empty for all."""

    state: str = ""
    mode: str = ""
    search: str = ""


def found(model: Model, wanted: WantedGrants) -> QuerySet[Grant]:
    """Return the grants that are wanted, newest first. Raises TooMany for a search too wide."""
    rows = grants_of_model(model)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.mode:
        rows = rows.filter(modes__contains=[wanted.mode])
    return rows.filter(_searched(wanted.search)) if wanted.search.strip() else rows


def _searched(text: str) -> Q:
    try:
        return Q(public_id=UUID(text.strip()))
    except ValueError:
        people, organizations = parties(text)
    return Q(person__in=people) | Q(organization__in=organizations)

"""References of the register for tests, made by the services that make them."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from releases import services
from releases.comparables.entry import ReferenceEntry, ResultEntry, check_reference, check_result
from releases.models import Comparable
from releases.selectors.comparables import Reference, references_of
from tests.factories import make_user
from tests.releases.factories import make_model

_numbers = itertools.count(1)
TODAY = date(2026, 11, 21)


def reference_fields(**changed: str) -> dict[str, str]:
    """Return what is stated of a model, as text."""
    return {
        "developer": "Borealis",
        "name": f"Gale {next(_numbers)}",
        "level": "weights_open",
        "licence": "Apache-2.0",
        "licence_url": "https://example.org/licence",
        "links": "https://example.org/card https://example.org/weights",
        "visibility": "full_weights",
        "visibility_note": "We ran it ourselves.",
        **changed,
    }


def result_fields(**changed: str) -> dict[str, str]:
    """Return a result as text."""
    return {
        "task": "wmdp_bio",
        "metric": "acc",
        "value": "0.71",
        "stderr": "0.013",
        "higher_is_better": "yes",
        "source_url": "https://example.org/report",
        "measured_on": "2026-03-31",
        **changed,
    }


def reference_entry(**changed: str) -> ReferenceEntry:
    """Return a statement."""
    return check_reference(reference_fields(**changed))


def result_entry(**changed: str) -> ResultEntry:
    """Return a result."""
    return check_result(result_fields(**changed), today=TODAY)


def make_keeper() -> User:
    """Make somebody who manages the releases of some model."""
    keeper = make_user()
    make_model(manager=keeper)
    return keeper


def make_comparable(
    keeper: User | None = None, *, results: int = 1, verifier: User | None = None, **stated: str
) -> Comparable:
    """Enter a model with results; `verifier`, another keeper, vouches for it."""
    keeper = keeper or make_keeper()
    comparable = services.add_comparable(actor=keeper, entry=reference_entry(**stated))
    for number in range(results):
        services.add_result(
            actor=keeper, comparable=comparable, entry=result_entry(task=f"task_{number}")
        )
    if verifier is not None:
        verify(comparable, verifier)
    return comparable


def verify(comparable: Comparable, verifier: User | None = None, **given: Any) -> None:
    """Let a keeper vouch for what stands."""
    services.verify_comparable(
        actor=verifier or make_keeper(),
        comparable=comparable,
        content_digest=given.get("content_digest", stands(comparable).digest),
        note=given.get("note", "Ran the same harness on the weights."),
    )


def stands(comparable: Comparable, *, after: timedelta = timedelta(0)) -> Reference:
    """Return a reference as it stands, or will after some time."""
    comparable.refresh_from_db()
    [reference] = references_of([comparable], timezone.now() + after)
    return reference


def statement_id(comparable: Comparable) -> str:
    """Return what names the statement that stands, for whoever corrects it."""
    return str(comparable.statements.get(successor=None).pk)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the clock show another time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: moment)
        yield

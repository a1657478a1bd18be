"""Grants whose agreements declare duties, and time that passes, for the tests of duties."""

from typing import Any

from accounts.models import Organization, User
from licensing import services
from licensing.models import DutyStatement, Grant, OwedDuty
from licensing.services.duties import FileGiven
from releases.models import Model, Release, StageEntry
from tests.licensing.factories import (
    WITNESS,
    make_grant,
    make_model,
    make_release,
    make_terms,
    stage_of,
)

TEXT = "For the holder, I state that this is true. [State this]"


def duty(kind: str = "attest_use", **more: Any) -> dict[str, Any]:
    """Return a declared duty as JSON."""
    numbers = {"attest_use": 1, "apply_updates": 14, "certify_destruction": 30}
    given: dict[str, Any] = {
        "kind": kind,
        "number": numbers[kind],
        "performer": "keeper",
        "consequence": "stop",
    }
    return given | more


def make_bound_model(*duties: dict[str, Any]) -> Model:
    """Make a model with gated weights, whose terms declare these duties."""
    make_terms("api-terms")
    make_terms("weights-terms", duties=duties)
    model = make_model()
    enter(make_release(model, "gated"))
    return model


def enter(release: Release, stage: str = "gated") -> Release:
    """Note that a release came to a stage, as a decision of the board would."""
    StageEntry.objects.create(
        release=release, stage=stage_of(release.model, stage), cause="transition"
    )
    return release


def make_bound_grant(
    *duties: dict[str, Any],
    holder: User | None = None,
    organization: Organization | None = None,
) -> Grant:
    """Make a grant whose holder accepted these duties."""
    return make_grant(make_bound_model(*duties), holder, organization)


def answers(kind: str, **changes: str) -> dict[str, str]:
    """Return what the page of a duty asks for."""
    given = {
        "attest_use": {"within_scope": "yes", "use": "Four people, for one paper."},
        "apply_updates": {"done": "taken_up", "where": "On our one rack."},
        "certify_destruction": {
            "done": "destroyed",
            "what": "Two copies: the server and its backup.",
            "how": "Overwritten, then looked for.",
            "by_whom": "Charles Babbage, yesterday",
        },
    }[kind]
    return given | {"position": "Head of engines"} | changes


def perform(
    user: User, owed: OwedDuty, file: FileGiven | None = None, **changes: str
) -> DutyStatement:
    """Perform a duty as its page would."""
    return services.perform_duty(
        actor=user,
        duty=owed,
        typed_name="Ada Lovelace",
        text=TEXT,
        answers=answers(owed.kind, **changes),
        witness=WITNESS,
        file=file,
    )

"""Explanations of one application or one grant, for programs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status

from accounts.authentication import bearer_token
from accounts.models import PersonalToken, User
from licensing import approval_rules, foresight, permissions
from licensing.api import ExplainedAction, ExplainedRule, ExplainProblem
from licensing.circumstances import context_of
from licensing.explained_grant import explained
from licensing.fact_lines import fact_lines
from licensing.facts import Check
from licensing.selectors import explaining
from licensing.turns import Turn
from licensing.verdict import Context

_SIGN_IN = {"error": "Sign in, or send a personal token."}
_UNKNOWN = {"error": "There is no such thing, or you may not know of it."}
_PROBLEMS = dict.fromkeys((401, 404), ExplainProblem)


class ExplainedTurn(Schema):
    """Whose turn it is, since when, and how long it usually takes."""

    waits_for: str = Field(description="Empty where it waits for nobody")
    sentence: str
    since: datetime | None
    usually: str
    by: datetime | None = Field(description="When it is promised, lapses or ends, by its state")
    late: bool
    rules: list[ExplainedRule] = Field(description="What is missing, and what others still owe")


class ExplainedApplication(Schema):
    """Where an application stands; for reviewers also what an approval needs."""

    id: UUID
    model: str
    state: str
    turn: ExplainedTurn
    approval: list[ExplainedRule] | None = Field(description="For reviewers only, else null")


class ExplainedRelease(Schema):
    """What a grant gives on one release."""

    release: str
    actions: list[ExplainedAction]
    facts: dict[str, str] | None = Field(description="For staff only, else null")


class ExplainedGrant(Schema):
    """Where a grant stands and what it alone gives a person."""

    id: UUID
    model: str
    state: str
    turn: ExplainedTurn
    releases: list[ExplainedRelease]


router = Router(tags=["verdict"])


def _caller(request: HttpRequest) -> tuple[User | None, PersonalToken | None]:
    token = bearer_token(request)
    person = request.user if token is None else token.user
    return (person if isinstance(person, User) and person.is_active else None), token


def _acts_as_staff(token: PersonalToken | None) -> bool:
    """Tell whether the request may see what is for staff: a token must carry the right."""
    return token is None or PersonalToken.Right.REVIEW in token.rights


def _rules(checks: Iterable[Check]) -> list[dict[str, str]]:
    return [
        {
            "rule": check.rule,
            "state": check.state.value,
            "sentence": check.sentence,
            "remedy": check.remedy,
            "url": check.remedy_url,
        }
        for check in checks
    ]


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "waits_for": turn.who,
        "sentence": turn.sentence,
        "since": turn.since,
        "usually": turn.usual,
        "by": turn.by,
        "late": turn.late,
        "rules": _rules(turn.checks),
    }


@router.get(
    "/applications/{public_id}/explain",
    response={200: ExplainedApplication, **_PROBLEMS},
    url_name="explain_application",
)
def explain_application(request: HttpRequest, public_id: UUID) -> Status[dict[str, Any]]:
    """Say where one's own application stands, or as its reviewer what an approval needs."""
    user, token = _caller(request)
    if user is None:
        return Status(401, _SIGN_IN)
    try:
        application, reviews = permissions.get_sent_or_404(user, public_id)
    except Http404:
        return Status(404, _UNKNOWN)
    if reviews and not _acts_as_staff(token):
        return Status(404, _UNKNOWN)
    rules = approval_rules.evaluate(explaining.approval_facts(application)) if reviews else None
    return Status(
        200,
        {
            "id": application.public_id,
            "model": str(application.model),
            "state": application.state,
            "turn": _turn(explaining.turn_of_application(application)),
            "approval": _rules(rules) if rules is not None else None,
        },
    )


@router.get(
    "/grants/{public_id}/explain",
    response={200: ExplainedGrant, **_PROBLEMS},
    url_name="explain_grant",
)
def explain_one_grant(
    request: HttpRequest, public_id: UUID, person: UUID | None = None
) -> Status[dict[str, Any]]:
    """Say what a grant alone gives the caller; as staff, `person` on it, by their pseudonym."""
    user, token = _caller(request)
    if user is None:
        return Status(401, _SIGN_IN)
    try:
        grant, standing = permissions.get_grant_or_404(user, public_id)
        about = permissions.explained_person(user, standing, str(person or ""))
    except Http404:
        return Status(404, _UNKNOWN)
    staff = standing.governs and _acts_as_staff(token)
    if not staff and (about != user or not (standing.uses or standing.keeps or standing.holds)):
        return Status(404, _UNKNOWN)
    context = context_of(request, token) if about == user else Context(for_another=True)
    found = explained(grant, about, context)
    return Status(
        200,
        {
            "id": grant.public_id,
            "model": str(grant.model),
            "state": grant.state,
            "turn": _turn(found.turn),
            "releases": [
                {
                    "release": release.version,
                    "actions": [
                        {
                            "action": action.value,
                            "allowed": verdict.allowed,
                            "sentence": verdict.sentence,
                            "rules": _rules(verdict.checks),
                        }
                        for action, verdict in foresight.foreseen(
                            each.verdicts, context.now
                        ).items()
                    ],
                    "facts": dict(fact_lines(each.facts)) if staff else None,
                }
                for release, each in found.releases
            ],
        },
    )

"""The verdict for programs: every rule and its result."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from accounts.authentication import bearer_token
from licensing import foresight
from licensing.circumstances import context_of
from licensing.facts import VerdictAction
from licensing.verdict import Subject, decide_all
from releases.selectors import release_by_name


class ExplainedRule(Schema):
    """One rule: ok, denied, waiting or not_applicable."""

    rule: str
    state: str
    sentence: str
    remedy: str
    url: str


class ExplainedAction(Schema):
    """One action with all its rules."""

    action: str
    allowed: bool
    sentence: str
    rules: list[ExplainedRule]


class Explanation(Schema):
    """What the caller may do with a release, and why."""

    model: str
    release: str
    actions: list[ExplainedAction]


class ExplainProblem(Schema):
    """Why there is no answer."""

    error: str


router = Router(tags=["verdict"])


@router.get(
    "/explain/{namespace}/{name}/{version}",
    response={200: Explanation, 401: ExplainProblem, 404: ExplainProblem},
    url_name="explain",
)
def explain(
    request: HttpRequest, namespace: str, name: str, version: str
) -> Status[dict[str, Any]]:
    """Say what the caller may do with a release, and every reason why not."""
    token = bearer_token(request)
    subject: Subject = request.user if token is None else token.user
    unknown = {"error": "There is no such release, or you may not know of it."}
    if "\x00" in namespace + name + version:
        return Status(404, unknown)
    release = release_by_name(namespace, name, version)
    if release is None:
        return Status(404, unknown)
    context = context_of(request, token)
    verdicts = decide_all(subject, [release], context=context)[release.pk]
    if not verdicts[VerdictAction.SEE].allowed:
        return Status(404, unknown)
    verdicts = foresight.foreseen(verdicts, context.now)
    explanation = {
        "model": str(release.model),
        "release": release.version,
        "actions": [
            {
                "action": action.value,
                "allowed": verdict.allowed,
                "sentence": verdict.sentence,
                "rules": [
                    {
                        "rule": check.rule,
                        "state": check.state.value,
                        "sentence": check.sentence,
                        "remedy": check.remedy,
                        "url": check.remedy_url,
                    }
                    for check in verdict.checks
                ],
            }
            for action, verdict in verdicts.items()
        ],
    }
    return Status(200, explanation)

"""The check that a forwarding proxy makes before it passes a call to a hosted model."""

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status
from ninja.security import HttpBearer

from delivery import refusals
from delivery.callers import Caller, identify
from licensing.facts import VerdictAction
from licensing.verdict import decide
from releases.selectors import release_by_name


class Bearer(HttpBearer):
    """A personal token in the Authorization header."""

    def authenticate(self, request: HttpRequest, _token: str) -> Caller | None:
        """Return who calls, or None, which answers 401. The token is read as everywhere."""
        caller = identify(request)
        return caller if caller.token else None


class Denial(Schema):
    """One reason why not, and what to do about it."""

    rule: str
    sentence: str
    remedy: str
    url: str


class GatewayVerdict(Schema):
    """The answer: yes, or every reason why not."""

    allowed: bool
    model: str
    release: str
    denials: list[Denial] = []


class Problem(Schema):
    """Why the question could not be answered."""

    error: str


class GatewayQuestion(Schema):
    """Which release is called."""

    model: str = Field(max_length=160, examples=["demo/heron"])
    release: str = Field(max_length=64, examples=["v1.0"])


router = Router(tags=["gateway"])


@router.get(
    "/check",
    auth=Bearer(),
    response={200: GatewayVerdict, 403: GatewayVerdict, 401: Problem, 404: Problem},
    url_name="gateway_check",
)
def gateway_check(
    request: HttpRequest, question: Query[GatewayQuestion]
) -> Status[dict[str, object]]:
    """May the bearer of this token call this hosted release now?"""
    caller: Caller = request.auth  # type: ignore[attr-defined] # set by ninja
    namespace, _, name = question.model.partition("/")
    release = release_by_name(namespace, name, question.release)
    if release is None:
        return Status(404, {"error": refusals.UNKNOWN_RELEASE})
    verdict = decide(caller.subject, release, VerdictAction.USE_API, caller.context)
    answer = {"allowed": verdict.allowed, "model": str(release.model), "release": release.version}
    if verdict.allowed:
        return Status(200, answer)
    if not decide(caller.subject, release, VerdictAction.SEE, caller.context).allowed:
        return Status(404, {"error": refusals.UNKNOWN_RELEASE})
    return Status(403, {**answer, "denials": refusals.denials(verdict)})

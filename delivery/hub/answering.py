"""What every address of the Hub's API has in common: who asks, and how all errors are told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from accounts.authentication import InvalidCredentials
from common.errors import Refused
from delivery.callers import Caller, identify
from delivery.hub.problems import Problem, header_line, invalid_token, malformed
from delivery.refusals import absolute
from releases.models import Model


@dataclass
class Visit:
    """One request: who asks, and what they are to be told whatever the answer is."""

    caller: Caller
    farewell: str = ""

    def note_end(self, model: Model, ended: datetime | None) -> None:
        """Remember that the caller's access to the model has ended, if it has.

        A client that has the files already reads nothing else of it: it goes on with its cache.
        """
        if ended is not None and ended <= self.caller.context.now:
            self.farewell = (
                f"Your access to {model} ended on {ended:%Y-%m-%d}. Delete local copies of its "
                f"files unless your terms say otherwise: {absolute(model.get_absolute_url())}"
            )


View = Callable[..., HttpResponseBase]


def hub_view(*methods: str) -> Callable[[View], View]:
    """Make a view of a function that takes the request, the visit and the address's parts.

    Only a token counts here, never a session's cookie: so there is nothing that another site
    could make a browser do.
    """

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, **parts: str) -> HttpResponseBase:
            visit = None
            try:
                visit = Visit(_caller(request))
                if request.method not in methods:
                    raise _wrong_method(methods)
                response = view(request, visit, **parts)
            except Problem as problem:
                response = _told(problem, visit)
            except Refused as refused:
                response = Problem(409, refused.sentence).response()
            except SuspiciousOperation as error:
                response = malformed(f"The request is too large or malformed: {error}").response()
            return _finished(response, visit)

        return answer

    return decorate


def _caller(request: HttpRequest) -> Caller:
    request.user = AnonymousUser()
    try:
        return identify(request)
    except InvalidCredentials as invalid:
        raise invalid_token(str(invalid.sentence)) from None


def _wrong_method(methods: tuple[str, ...]) -> Problem:
    allowed = ", ".join(methods)
    return Problem(405, f"This address answers {allowed} only.", headers={"Allow": allowed})


def _told(problem: Problem, visit: Visit | None) -> HttpResponseBase:
    response = problem.response()
    if problem.warning:
        farewell = visit.farewell if visit is not None else ""
        text = " ".join(part for part in (farewell, problem.warning) if part)
        response["X-HF-Warning"] = _warning("access", text)
    return response


def _finished(response: HttpResponseBase, visit: Visit | None) -> HttpResponseBase:
    if visit is not None and visit.farewell and "X-HF-Warning" not in response:
        # Clients show one warning of each topic: this one must not keep a refusal from view.
        response["X-HF-Warning"] = _warning("access-ended", visit.farewell)
    response.setdefault("Cache-Control", "private, no-store")
    return response


def _warning(topic: str, text: str) -> str:
    return f"{topic}; {header_line(text)}"

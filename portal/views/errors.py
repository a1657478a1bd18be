"""Pages for what went wrong; JSON where a program asked."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from common.request_id import current_request_id


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """400: the request itself was malformed."""
    return _answer(request, 400, _("The request was malformed."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the person may know of the place, and may not act there."""
    return _answer(request, 403, str(exception) or _("You may not do this."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """404: there is nothing here, or nothing that the person may know of."""
    return _answer(request, 404, _("There is no such page, or you may not know of it."))


def too_many(request: HttpRequest) -> HttpResponse:
    """429: too many attempts from one address or for one account (ACCOUNT_RATE_LIMITS)."""
    answer = _answer(
        request, 429, _("There were too many attempts. Wait a few minutes, then try again.")
    )
    answer.headers["Retry-After"] = "60"
    return answer


def failed(request: HttpRequest) -> HttpResponse:
    """500: our own fault. Rendered without the context processors, which may be what failed."""
    if _wants_json(request):
        return JsonResponse({"error": _("Something went wrong here."), **_id()}, status=500)
    return render(None, "500.html", _id(), status=500)


def _answer(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"error": sentence, **_id()}, status=status)
    return render(request, f"{status}.html", {"reason": sentence, **_id()}, status=status)


def _wants_json(request: HttpRequest) -> bool:
    """Programs ask for anything (*/*) or show a token; browsers always name text/html."""
    accepted = request.headers.get("Accept", "text/html")
    return "Authorization" in request.headers or "text/html" not in accepted


def _id() -> dict[str, str]:
    return {"request_id": current_request_id()}

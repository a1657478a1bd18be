"""Staff act with a second factor only: everybody with a right on a model, a seat, or the operation.

Until they have set one up they reach their account and nothing else (STAFF_MFA). What their tokens
may do is judged in accounts.authentication.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.proofs import second_factor_at
from accounts.selectors import has_second_factor
from portal.viewer import Viewer, viewer

# One's own way in, and what says nothing of anybody's models.
_OPEN_PREFIXES = ("account_", "mfa_", "usersessions_", "socialaccount_", "openid_connect_")
_OPEN = {
    "github_login", "github_callback", "orcid_login", "orcid_callback", "home", "health_live",
    "health_ready", "robots", "key_list", "public_key", "record_schema", "taxonomy", "demo_mail",
    "demo_mail_message", "demo_mail_html",
}  # fmt: skip
_GOVERNED = {"account_token_create", "account_device", "account_device_answer"}


def is_staff(person: Viewer) -> bool:
    """Tell whether the person has a say here: a right, a seat, or the operation."""
    user = person.user
    return user is not None and bool(
        person.rights or person.boards or user.is_staff or user.is_superuser
    )


def lacks_second_factor(request: HttpRequest) -> bool:
    """Tell whether staff is at work here without a second factor. No query once one was shown."""
    user = request.user
    if not isinstance(user, User) or second_factor_at(request) is not None:
        return False
    return is_staff(viewer(request)) and not has_second_factor(user)


class StaffSecondFactorMiddleware:
    """Lead staff without a second factor to where one is set up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],  # noqa: ARG002 - as Django calls it
        args: list[Any],  # noqa: ARG002
        kwargs: dict[str, Any],  # noqa: ARG002
    ) -> HttpResponse | None:
        """Stop at every address that is not about one's own way in."""
        # Whoever shows a token is judged by the token.
        if not settings.STAFF_MFA or "Authorization" in request.headers or _is_open(request):
            return None
        if not lacks_second_factor(request):
            return None
        sentence = _("Your role needs a second factor. Set one up, then go on.")
        if "text/html" not in request.headers.get("Accept", "text/html"):
            return JsonResponse({"error": sentence}, status=403)
        messages.warning(request, sentence)
        return redirect("mfa_index")


def _is_open(request: HttpRequest) -> bool:
    match = request.resolver_match
    name = (match.url_name or "") if match and not match.namespaces else ""
    return name not in _GOVERNED and (name in _OPEN or name.startswith(_OPEN_PREFIXES))

"""What a device asks by itself: OAuth 2.0 for clients without a browser (RFC 8628, RFC 6749)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from accounts import services
from accounts.oauth import DEVICE_CODE_GRANT, REFRESH_TOKEN_GRANT, DeviceTokens, OAuthError
from common.client_address import client_address

View = Callable[[HttpRequest], dict[str, Any]]


def _endpoint(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Make a view of a function that answers with data or raises OAuthError."""

    @csrf_exempt  # no cookie says anything here
    @never_cache
    @sensitive_post_parameters()
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            if request.method != "POST":
                raise OAuthError("invalid_request", "Send a form by POST.", status=405)
            response = JsonResponse(view(request))
        except OAuthError as error:
            response = _refusal(error)
        response["Pragma"] = "no-cache"
        return response

    return answer


def _refusal(error: OAuthError) -> JsonResponse:
    body = {"error": error.code, "error_description": error.sentence}
    response = JsonResponse(body, status=error.status)
    if error.status == 405:
        response["Allow"] = "POST"
    if error.status == 429:
        response["Retry-After"] = "900"
    if error.sentence.isascii() and error.code not in {"authorization_pending", "slow_down"}:
        # The one thing of a refusal that the hub's client shows.
        response["X-Error-Message"] = error.sentence
    return response


def _given(request: HttpRequest, name: str) -> str:
    values = request.POST.getlist(name)
    if len(values) != 1 or not values[0]:
        raise OAuthError("invalid_request", f"Give {name} once, in a form.")
    return values[0]


@_endpoint
def oauth_device(request: HttpRequest) -> dict[str, Any]:
    """Give a device its codes (RFC 8628, section 3.1)."""
    codes = services.start_device_sign_in(
        client_id=_given(request, "client_id"),
        address=client_address(request),
        user_agent=request.headers.get("User-Agent", ""),
    )
    page = settings.BASE_URL.rstrip("/") + reverse("account_device")
    return {
        "device_code": codes.device_code,
        "user_code": codes.user_code,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?{urlencode({'code': codes.user_code})}",
        "expires_in": codes.expires_in,
        "interval": codes.interval,
    }


@_endpoint
def oauth_token(request: HttpRequest) -> dict[str, Any]:
    """Give a device its tokens, or the next ones (RFC 8628, section 3.4; RFC 6749, section 6)."""
    grant = _given(request, "grant_type")
    client_id = _given(request, "client_id")
    if grant == DEVICE_CODE_GRANT:
        return _shown(
            services.redeem_device_code(
                device_code=_given(request, "device_code"),
                client_id=client_id,
                address=client_address(request),
            )
        )
    if grant == REFRESH_TOKEN_GRANT:
        return _shown(
            services.refresh_device_tokens(
                refresh_token=_given(request, "refresh_token"), client_id=client_id
            )
        )
    raise OAuthError("unsupported_grant_type", "Only device codes and refresh tokens are taken.")


def _shown(tokens: DeviceTokens) -> dict[str, Any]:
    return {
        "access_token": tokens.access_token,
        "token_type": "bearer",
        "expires_in": tokens.expires_in,
        "refresh_token": tokens.refresh_token,
        "scope": " ".join(tokens.rights),
    }

"""Who calls with a personal token."""

from django.http import HttpRequest

from accounts.models import PersonalToken
from accounts.selectors import token_for_secret
from accounts.services import touch_token


def bearer_token(request: HttpRequest) -> PersonalToken | None:
    """Return the live token of `Authorization: Bearer …`, and note that it was used.

    None for no header, another scheme, or a token that is malformed, unknown, expired, revoked
    or of a closed account: callers answer all of them with the same 401.
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    token = token_for_secret(secret.strip())
    if token is not None:
        touch_token(token)
    return token

"""Who calls with a personal token or as a signed-in device."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import services
from accounts.models import PersonalToken
from accounts.networks import is_within
from accounts.selectors import token_for_secret
from common.client_address import client_address

INVALID_CREDENTIALS = (
    "This token is unknown, expired or revoked. Make a new one on your account page."
)


class InvalidCredentials(Exception):
    """The request shows credentials that are not valid; it is not treated as anonymous.

    `sentence` says why, as far as whoever holds the token may know.
    """

    def __init__(self, sentence: str = INVALID_CREDENTIALS) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def bearer_token(request: HttpRequest) -> PersonalToken | None:
    """Return the live token of `Authorization: Bearer …`, and note that it was used.

    None without the header. Raises InvalidCredentials for another scheme, a token that is
    malformed, unknown, expired, revoked or of a closed account, and for a live one that is shown
    outside its networks: callers answer all of them with 401.
    """
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _space, secret = header.partition(" ")
    token = token_for_secret(secret.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        raise InvalidCredentials
    if (
        settings.STAFF_MFA
        and PersonalToken.STAFF_RIGHTS.intersection(token.rights)
        and not token.owner_has_second_factor
    ):
        raise InvalidCredentials(
            _(
                "The token “%(name)s” carries rights of staff, and its owner has no second factor. "
                "Set one up on your account page; the token then works."
            )
            % {"name": token.name}
        )
    address = client_address(request)
    if token.networks and not is_within(address, token.networks):
        services.note_foreign_use(token=token)
        raise InvalidCredentials(
            _("The token “%(name)s” may not be used from the network that this request came from.")
            % {"name": token.name}
        )
    if not services.note_first_use(token=token):
        raise InvalidCredentials
    services.touch_token(token, address)
    return token

"""Who asks: a personal token where one is shown, else the browser's session."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone

from accounts.authentication import InvalidCredentials, bearer_token
from accounts.models import PersonalToken, User
from common.client_address import client_address
from delivery.choices import Way
from delivery.models import Link
from licensing.circumstances import context_of
from licensing.verdict import Context

__all__ = ["Caller", "InvalidCredentials", "identify"]


@dataclass(frozen=True)
class Caller:
    """The person behind a request, and how they came."""

    subject: User | AnonymousUser
    token: PersonalToken | None
    context: Context
    link: Link | None = None

    @property
    def is_script(self) -> bool:
        """Tell whether a token was shown, as programs do."""
        return self.token is not None

    @property
    def way(self) -> Way:
        """Return what the caller came with."""
        if self.link is not None:
            return Way.LINK
        return Way.TOKEN if self.token is not None else Way.SESSION


def identify(request: HttpRequest) -> Caller:
    """Return who asks. Raises InvalidCredentials."""
    token = bearer_token(request)
    subject = request.user if token is None else token.user
    context = context_of(request, token)
    return Caller(subject=subject, token=token, context=context)


def bearer_of(link: Link, request: HttpRequest) -> Caller:
    """Return whoever made the link: what is done with it is done in their name."""
    context = Context(
        now=timezone.now(),
        address=client_address(request),
        second_factor_at=link.second_factor_at,
    )
    return Caller(subject=link.user, token=None, context=context, link=link)

"""Asking who somebody is once more, before what matters: one place for every room.

A view calls `ask_again`, or is wrapped by
`proven_again`. What was typed into a form is kept while its sender proves who
they are, and the form is then carried out as it was sent.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows import reauthentication
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.models import User

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


def ask_again(request: HttpRequest, *, when_sent: bool = False) -> HttpResponse | None:
    """Return where to prove who one is; None for whoever did within the last ten minutes.

    To be called after the guards, which say who may know of the place. Asked before a form is
    shown, and again if it is sent too late. With `when_sent` only as it is sent: for what must be
    quick, such as a hold, where whoever is in a hurry writes the reason first.
    """
    user = request.user
    if not isinstance(user, User) or _lately(request, user):
        return None
    ways = get_adapter().get_reauthentication_methods(user)
    if not ways:
        # Before anything is typed: whoever signs in elsewhere only could not go on.
        if not SocialAccount.objects.filter(user=user).exists():
            return None
        messages.warning(
            request,
            _("This asks who you are once more. Choose a password or set up a passkey first."),
        )
        return redirect("mfa_index")
    if when_sent and request.method in {"GET", "HEAD"}:
        return None
    return _ask(request, ways[0]["url"])


def _lately(request: HttpRequest, user: User) -> bool:
    """Tell it by the session alone, without a query."""
    records = get_authentication_records(request, user)
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(each.get("reauthenticated") and each["at"] > since for each in records)


def proven_again(view: View[Rest], *, when_sent: bool = False) -> View[Rest]:
    """Let nobody through who has not proven who they are, as `ask_again` asks it.

    For views that need no other guard than `login_required`, and inner functions behind guards.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        asking = ask_again(request, when_sent=when_sent)
        return view(request, *args, **kwargs) if asking is None else asking

    return cast("View[Rest]", wrapped)


def proven_again_when_sent(view: View[Rest]) -> View[Rest]:
    """Let a form be read by whoever may, and sent by whoever proves again who they are."""
    return proven_again(view, when_sent=True)


def _ask(request: HttpRequest, url: str) -> HttpResponse:
    answer = reauthentication.suspend_request(request, url)
    if request.method != "POST":
        return answer
    # allauth finds what it kept by the path alone; the rest of the address is kept with it.
    return redirect(f"{url}?{urlencode({REDIRECT_FIELD_NAME: request.path})}")

"""Asking who somebody is once more, before what matters: one place for every room.

A view is wrapped by `proven_again`. What was typed into a form is kept while its sender proves who
they are, and the form is then carried out as it was sent.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows import reauthentication
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.models import User

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


def proven_again(view: View[Rest], *, when_sent: bool = False) -> View[Rest]:
    """Let nobody through who has not proven who they are within the last ten minutes.

    Asked before the form is shown, and again if it is sent too late. With `when_sent` only as it
    is sent: for what must be quick, such as a hold, where whoever is in a hurry writes the reason
    first. To be used behind `login_required`.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return view(request, *args, **kwargs)
        ways = get_adapter().get_reauthentication_methods(user)
        # Before anything is typed: without a password or a second factor they could not go on.
        if not ways and SocialAccount.objects.filter(user=user).exists():
            messages.warning(
                request,
                _("This asks who you are once more. Choose a password or set up a passkey first."),
            )
            return redirect("mfa_index")
        reading = request.method in {"GET", "HEAD"}
        if (when_sent and reading) or reauthentication.did_recently_reauthenticate(request):
            return view(request, *args, **kwargs)
        return _ask(request, ways[0]["url"])

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

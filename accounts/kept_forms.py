"""A form that waits for its sender's proof: sealed under their key, and for a quarter of an hour.

allauth keeps the whole request in the session, with everything that was typed and the headers.
It stays its work to carry the form out; here it is only sealed before the session is written, and
opened where the proof is given.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import User
from audit import personal
from audit.models import Subject

KEPT_SECONDS = 15 * 60
_PROOFS = {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}


class KeptFormMiddleware:
    """Let no session be written with a form in it that anybody can read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Seal what this request kept, and drop what waited too long."""
        response = self.get_response(request)
        # Whoever has not looked into the session has kept nothing, and shall not load it now.
        if request.session.accessed:
            _seal(request)
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],  # noqa: ARG002 - as Django calls it
        args: list[Any],  # noqa: ARG002
        kwargs: dict[str, Any],  # noqa: ARG002
    ) -> None:
        """Open it for the view that takes the proof; it is sealed again unless it was used."""
        match = request.resolver_match
        if request.method == "POST" and match is not None and match.url_name in _PROOFS:
            _open(request)


def _seal(request: HttpRequest) -> None:
    kept = request.session.get(STATE_SESSION_KEY)
    if kept is None:
        return
    if "sealed" in kept:
        if _is_late(kept["at"]):
            del request.session[STATE_SESSION_KEY]
        return
    at = kept.pop("at", time.time())
    user = request.user
    try:
        if not isinstance(user, User):
            raise Subject.DoesNotExist
        sealed = personal.seal(user.pseudonym, json.dumps(kept)).decode()
    except Subject.DoesNotExist:
        del request.session[STATE_SESSION_KEY]
    else:
        request.session[STATE_SESSION_KEY] = {"sealed": sealed, "at": at}


def _open(request: HttpRequest) -> None:
    kept = request.session.get(STATE_SESSION_KEY)
    if kept is None or "sealed" not in kept:
        return
    del request.session[STATE_SESSION_KEY]
    if _is_late(kept["at"]):
        messages.warning(
            request,
            _("What you sent waited longer than 15 minutes and was dropped. Please send it again."),
        )
        return
    user = request.user
    if not isinstance(user, User):
        return
    opened = personal.unseal(user.pseudonym, kept["sealed"].encode())
    if opened != personal.ERASED:
        request.session[STATE_SESSION_KEY] = {**json.loads(opened), "at": kept["at"]}


def _is_late(at: float) -> bool:
    return time.time() - at > KEPT_SECONDS

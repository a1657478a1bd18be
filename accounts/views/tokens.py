"""One's own tokens."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import permissions, selectors, services
from accounts.forms import TokenForm
from accounts.models import PersonalToken, User
from accounts.permissions import signed_in
from accounts.proofs import second_factor_at
from accounts.reauthentication import proven_again
from common.errors import Refused


@login_required
@require_safe
def account_tokens(request: HttpRequest) -> HttpResponse:
    """List my tokens and the devices that I signed in."""
    user = signed_in(request)
    now = timezone.now()
    context = {
        "tokens": list(selectors.tokens_of(user)[:100]),
        "devices": list(selectors.devices_of(user, now)[:100]),
        "approved_count": selectors.approved_devices_of(user, now).count(),
        "hub": settings.BASE_URL.rstrip("/") + "/hf",
        "now": now,
    }
    return render(request, "accounts/token_list.html", context)


@login_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@proven_again
def account_token_create(request: HttpRequest) -> HttpResponse:
    """Create a token and show its secret.

    The secret is part of the answer to the POST and is kept nowhere, not even in the session;
    loading the page again cannot show it.
    """
    user = signed_in(request)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = services.create_token(
                actor=user,
                user=user,
                name=form.cleaned_data["name"],
                rights=form.cleaned_data["rights"],
                networks=form.cleaned_data["networks"],
                expires_at=form.cleaned_data["expires_at"],
                second_factor_at=second_factor_at(request),
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            context = {"token": token, "secret": secret}
            return render(request, "accounts/token_created.html", context)
    return render(request, "accounts/token_create.html", {"form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Ask, then revoke one of my tokens, or sign one of my devices out."""
    user = signed_in(request)
    token = permissions.get_token_or_404(user, token_id)
    is_device = token.kind == PersonalToken.Kind.DEVICE
    if request.method == "POST":
        services.revoke_token(actor=user, token=token)
        done = _("The device is signed out: %s.") if is_device else _("The token %s was revoked.")
        messages.success(request, done % token.name)
        return redirect("account_tokens")
    question = _device_question(token) if is_device else _token_question(token)
    context = {"token": token, "confirm": question | {"cancel_url": reverse("account_tokens")}}
    return render(request, "accounts/token_revoke.html", context)


def _token_question(token: PersonalToken) -> dict[str, Any]:
    return {
        "title": _("Revoke the token %(name)s?") % {"name": token.name},
        "effects": [
            _("Every script that uses it is refused from the next request on."),
            _("It cannot be brought back; you can create another token."),
        ],
        "submit": _("Revoke the token"),
    }


def _device_question(token: PersonalToken) -> dict[str, Any]:
    return {
        "title": _("Sign the device out? %(name)s") % {"name": token.name},
        "effects": [
            _("The device is refused from the next request on."),
            _("You can sign it in again with a new code."),
        ],
        "submit": _("Sign the device out"),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_tokens_revoke(request: HttpRequest) -> HttpResponse:
    """Ask, then revoke all my tokens and devices at once."""
    user = signed_in(request)
    if request.method == "POST":
        count = services.revoke_all_tokens(actor=user, user=user)
        sentence = ngettext(
            "%(count)d token or device was revoked.",
            "%(count)d tokens and devices were revoked.",
            count,
        )
        messages.success(request, sentence % {"count": count})
        return redirect("account_tokens")
    return render(
        request,
        "accounts/token_revoke_all.html",
        {
            "confirm": {
                "title": _("Revoke all your tokens and devices?"),
                "lede": _("For when you do not know what has leaked, or leave a place of work."),
                "effects": [
                    _("Every script and every device is refused from the next request on."),
                    _("The links to files that you made end too."),
                    _("Downloads that have begun may finish."),
                    _("You stay signed in here, in the browser."),
                ],
                "affected_title": _("What is revoked"),
                "affected": _what_works(user) or [_("Nothing: you have no live token or device.")],
                "warning": _("This cannot be undone: what is revoked cannot be brought back."),
                "submit": _("Revoke everything"),
                "cancel_url": reverse("account_tokens"),
            },
        },
    )


def _what_works(user: User) -> list[str]:
    now = timezone.now()
    names = selectors.live_tokens_of(user, now).values_list("name", flat=True)
    waiting = selectors.approved_devices_of(user, now).values_list("client_name", flat=True)
    return [
        *names[:100],
        *(_("%(name)s (approved, not signed in yet)") % {"name": name} for name in waiting[:100]),
    ]

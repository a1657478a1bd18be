"""Signing a device in: the code, the question, the answer."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import permissions, services
from accounts.forms import ApproveDeviceForm, DeviceCodeForm
from accounts.networks import shortened
from accounts.permissions import signed_in
from accounts.proofs import second_factor_at
from accounts.reauthentication import proven_again_when_sent
from common.client_address import client_address
from common.errors import Refused


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_device(request: HttpRequest) -> HttpResponse:
    """Enter the code that a device shows. A link may bring it along; it is still to be sent."""
    user = signed_in(request)
    brought = request.GET.get("code", "")[:20]
    form = DeviceCodeForm(request.POST or None, initial={"code": brought})
    if request.method == "POST" and form.is_valid():
        try:
            sign_in = services.look_up_device_code(actor=user, typed=form.cleaned_data["code"])
        except Refused as refused:
            form.add_error("code", refused.sentence)
        else:
            return redirect("account_device_answer", public_id=sign_in.public_id)
    return render(request, "accounts/device_code.html", {"form": form})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_device_answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say who asks for what, and approve; to approve takes the password again."""
    services.require_waiting(permissions.get_device_sign_in_or_404(signed_in(request), public_id))
    return proven_again_when_sent(_answer)(request, public_id)


def _answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = signed_in(request)
    sign_in = permissions.get_device_sign_in_or_404(user, public_id)
    sent = request.POST if request.method == "POST" else None
    form = ApproveDeviceForm(sent, initial={"rights": ["weights"]})
    if request.method == "POST" and form.is_valid():
        try:
            services.approve_device(
                actor=user,
                sign_in=sign_in,
                rights=form.cleaned_data["rights"],
                second_factor_at=second_factor_at(request),
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(
                request,
                _(
                    "“%(name)s” may sign in. Go back to your device: it goes on by itself within "
                    "seconds, and then stands in the list below. You are told by mail."
                )
                % {"name": sign_in.client_name},
            )
            return redirect("account_tokens")
    here = shortened(client_address(request))
    return render(
        request,
        "accounts/device_answer.html",
        {
            "form": form,
            "sign_in": sign_in,
            "person": user,
            "days": settings.DEVICE_SIGN_IN_DAYS,
            "here": here,
            "same_network": bool(here) and here == sign_in.asked_from,
        },
    )


@login_required
@require_POST
def account_device_deny(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Refuse a device, at once and without the password: it takes nothing to be careful."""
    user = signed_in(request)
    sign_in = permissions.get_device_sign_in_or_404(user, public_id)
    services.deny_device(actor=user, sign_in=sign_in)
    messages.success(
        request,
        _(
            "The sign-in was denied: the device got nothing. If somebody sent you the code, tell "
            "the operator of this portal."
        ),
    )
    return redirect("account_tokens")

"""Showing a second factor because something asks for one."""

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import signed_in
from accounts.selectors import has_second_factor


@login_required
@require_safe
def account_second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the passkey, key or code; lead whoever has none to where one is set up.

    `next` is where to go on to, a path of this portal.
    """
    user = signed_in(request)
    if not has_second_factor(user):
        messages.info(request, _("You have no second factor yet. Set one up here."))
        return redirect("mfa_index")
    ways = get_adapter().get_reauthentication_methods(user)
    way = next(each["url"] for each in ways if each["id"].startswith("mfa"))
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        wanted = reverse("account_home")
    return redirect(f"{way}?{urlencode({'next': wanted})}")

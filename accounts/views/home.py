"""One's own account and profile."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import selectors, services
from accounts.forms import ProfileForm
from accounts.models import Clearance, User
from accounts.permissions import signed_in
from common.errors import Refused


@login_required
@require_safe
def account_home(request: HttpRequest) -> HttpResponse:
    """Who the portal takes me for, and how well I am known."""
    user = signed_in(request)
    now = timezone.now()
    return render(
        request,
        "accounts/account_home.html",
        {
            "person": user,
            "security": selectors.security_of(user),
            "verified": selectors.is_email_verified(user),
            "clearances": _clearances_of(user),
            "tier": selectors.tier_of_user(user, now),
            "now": now,
            "memberships": list(selectors.memberships_of(user)[:100]),
            "token_count": selectors.live_tokens_of(user, now).count(),
        },
    )


def _clearances_of(user: User) -> list[Clearance]:
    own = Clearance.objects.filter(user=user)
    shared = Clearance.objects.filter(organization__in=selectors.organizations_of(user))
    found = (own | shared).select_related("organization")
    live_first = F("revoked_at").desc(nulls_first=True)
    return list(found.order_by(live_first, "-expires_at")[:20])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_profile(request: HttpRequest) -> HttpResponse:
    """Change my name."""
    user = signed_in(request)
    form = ProfileForm(request.POST or None, initial={"full_name": user.full_name})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_profile(actor=user, user=user, full_name=form.cleaned_data["full_name"])
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Your profile was saved."))
            return redirect("account_home")
    return render(request, "accounts/profile_edit.html", {"form": form})

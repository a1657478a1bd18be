"""How well I and my organisations are known, until when, and what reopens it."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import permissions, renewing, selectors, services
from accounts.models import Clearance, Organization, User
from accounts.organization_forms import ChangeForm
from accounts.permissions import signed_in
from common.errors import Refused

SHOWN = 20


@login_required
@require_safe
def account_clearances(request: HttpRequest) -> HttpResponse:
    """My clearances and those of my organisations, with what to do about each."""
    user = signed_in(request)
    holders: list[dict[str, Any]] = [_holder(user, _("You"), may_renew=True)]
    for membership in selectors.memberships_of(user)[:SHOWN]:
        organization = membership.organization
        may_renew = permissions.is_owner(user, organization)
        holders.append(_holder(organization, organization.name, may_renew=may_renew))
    return render(request, "accounts/clearance_list.html", {"holders": holders})


def _holder(holder: User | Organization, name: str, *, may_renew: bool) -> dict[str, Any]:
    now = timezone.now()
    rows = [_row(clearance, may_renew) for clearance in selectors.clearances_of(holder)[:SHOWN]]
    return {
        "name": name,
        "tier": max((row["clearance"].tier for row in rows if row["counts"]), default=0),
        "for_new": selectors.settled_tier(holder, now),
        "rows": rows,
        "is_person": isinstance(holder, User),
    }


def _row(clearance: Clearance, may_renew: bool) -> dict[str, Any]:
    now = timezone.now()
    ended = clearance.revoked_at is not None or clearance.expires_at <= now
    grace = clearance.counts_until
    counts = not ended and (grace is None or grace > now)
    word = "active"
    if clearance.revoked_at is not None:
        word = "revoked"
    elif clearance.expires_at <= now:
        word = "expired"
    elif clearance.reopened_at is not None:
        word = "renewal_due"
    soon = clearance.expires_at <= now + timedelta(days=selectors.CLEARANCE_REMINDERS[0])
    due = clearance.revoked_at is None and (soon or clearance.reopened_at is not None)
    can = may_renew and due
    url = renewing.renewal_url(clearance.pk) if can else ""
    return {"clearance": clearance, "counts": counts, "word": word, "renew_url": url}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_clearance_changed(request: HttpRequest) -> HttpResponse:
    """Say that something changed on which my clearance stood."""
    user = signed_in(request)
    form = ChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.declare_change(actor=user, change=form.cleaned_data["change"])
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Thank you. Ask now for the renewal of your clearance."))
            return redirect("account_clearances")
    return render(request, "accounts/clearance_changed.html", {"form": form})

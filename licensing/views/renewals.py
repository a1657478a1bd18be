"""Renewing clearances: asked by their holders, judged by reviewers."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.permissions import signed_in
from audit import personal
from common.errors import Refused
from licensing import permissions, selectors, services
from licensing.models import Renewal
from licensing.reference_forms import JudgeForm, RenewalForm
from licensing.services.renewals import OPEN, conflict

PAGE_LENGTH = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def renewal_ask(request: HttpRequest, clearance_id: int) -> HttpResponse:
    """Say what changed since vetting, or that nothing did."""
    user = signed_in(request)
    clearance = permissions.get_renewable_or_404(user, clearance_id)
    form = RenewalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_renewal(
                actor=user,
                clearance=clearance,
                changed=form.cleaned_data["changed"] == "yes",
                note=form.cleaned_data["note"],
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("A reviewer looks at it. You will hear from us."))
            return redirect("account_clearances")
    waiting = clearance.renewals.filter(state__in=OPEN).first()
    context = {"form": form, "clearance": clearance, "waiting": waiting}
    return render(request, "licensing/renewal_ask.html", context)


@login_required
@require_safe
def renewal_list(request: HttpRequest) -> HttpResponse:
    """What waits to be renewed, the longest waiting first."""
    user = signed_in(request)
    if not permissions.reviewed_models(user).exists():
        raise Http404
    after = request.GET.get("after", "")
    found = Renewal.objects.filter(state__in=OPEN).select_related(
        "clearance__user", "clearance__organization", "asked_by"
    )
    if after.isascii() and after.isdigit():
        found = found.filter(pk__gt=int(after[:18]))
    page = list(found.order_by("pk")[: PAGE_LENGTH + 1])
    more = f"?after={page[PAGE_LENGTH - 1].pk}" if len(page) > PAGE_LENGTH else ""
    rows = [{"renewal": each, "who": _holder(each)} for each in page[:PAGE_LENGTH]]
    return render(request, "licensing/renewal_list.html", {"rows": rows, "next_url": more})


def _holder(renewal: Renewal) -> str:
    clearance = renewal.clearance
    return str(clearance.organization or selectors.person_name(clearance.user))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def renewal_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one request, and let a reviewer judge it."""
    user = signed_in(request)
    renewal = permissions.get_renewal_or_404(user, public_id)
    form = JudgeForm(request.POST or None)
    why_not = conflict(user, renewal)
    if request.method == "POST" and form.is_valid() and _judge(request, user, renewal, form):
        return redirect("renewal_list")
    clearance = renewal.clearance
    context = {
        "form": form,
        "renewal": renewal,
        "clearance": clearance,
        "who": _holder(renewal),
        "note": personal.unseal(renewal.asked_by.pseudonym, renewal.note),
        "conflict": why_not,
        "is_open": renewal.state in OPEN,
        "is_own": renewal.asked_by_id == user.pk,
        "former_names": list(clearance.organization.former_names.all()[:10])
        if clearance.organization
        else [],
    }
    return render(request, "licensing/renewal_detail.html", context)


def _judge(request: HttpRequest, user: User, renewal: Renewal, form: JudgeForm) -> bool:
    try:
        if request.POST.get("word") == "decline":
            services.decline_renewal(
                actor=user, renewal=renewal, reason=form.cleaned_data["reason"]
            )
            messages.success(request, _("The renewal was declined."))
        else:
            done = services.approve_renewal(actor=user, renewal=renewal)
            second = done.state == Renewal.State.AWAITING_SECOND
            said = _("A second reviewer has to confirm it.") if second else ""
            messages.success(request, said or _("The clearance was renewed."))
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return False
    return True


@login_required
@require_POST
def renewal_withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take my request back."""
    user = signed_in(request)
    renewal = permissions.get_renewal_or_404(user, public_id)
    if renewal.asked_by_id != user.pk:
        raise Http404
    services.withdraw_renewal(actor=user, renewal=renewal)
    messages.success(request, _("You took your request back."))
    return redirect("account_clearances")

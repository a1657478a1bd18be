"""Organisations, and who acts for them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import permissions, selectors, services
from accounts.forms import EndMembershipForm, MemberForm, OrganizationForm
from accounts.models import Membership, Organization
from accounts.permissions import signed_in
from common.countries import COUNTRIES
from common.errors import Refused


@login_required
@require_safe
def account_organizations(request: HttpRequest) -> HttpResponse:
    """List the organisations that I act for."""
    memberships = list(selectors.memberships_of(signed_in(request))[:100])
    return render(request, "accounts/organization_list.html", {"memberships": memberships})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_organization_create(request: HttpRequest) -> HttpResponse:
    """Register an organisation."""
    user = signed_in(request)
    form = OrganizationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            organization = services.create_organization(actor=user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("%(name)s is registered.") % {"name": organization.name})
            return redirect("account_organization", slug=organization.slug)
    return render(request, "accounts/organization_create.html", {"form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_organization(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an organisation to its members; owners add further ones."""
    user = signed_in(request)
    organization, own = permissions.get_organization_or_404(user, slug)
    form = MemberForm(request.POST or None) if own.role == Membership.Role.OWNER else None
    if request.method == "POST":
        if form is None:
            raise Refused(_("Only an owner of the organisation can add members."))
        if form.is_valid() and _add_member(request, organization, form):
            return redirect("account_organization", slug=slug)
    members = selectors.live_memberships().filter(organization=organization)
    return render(
        request,
        "accounts/organization_detail.html",
        {
            "organization": organization,
            "country": COUNTRIES.get(organization.country, organization.country),
            "tier": selectors.tier_of_organization(organization, timezone.now()),
            "own": own,
            "form": form,
            "members": list(members.select_related("user").order_by("created_at")[:500]),
        },
    )


def _add_member(request: HttpRequest, organization: Organization, form: MemberForm) -> bool:
    user = selectors.user_by_email(form.cleaned_data["email"])
    if user is None:
        form.add_error(
            "email",
            _(
                "No confirmed account has this address. "
                "Ask the person to sign up first, then add them."
            ),
        )
        return False
    try:
        services.add_member(
            actor=signed_in(request),
            organization=organization,
            user=user,
            role=form.cleaned_data["role"],
        )
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return False
    messages.success(
        request, _("%(name)s is a member now and was told so.") % {"name": user.full_name}
    )
    return True


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_membership_end(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Ask for the reason, then end a membership."""
    user = signed_in(request)
    membership = permissions.get_membership_or_404(user, membership_id)
    organization = membership.organization
    own = membership.user_id == user.pk
    form = EndMembershipForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.end_membership(
                actor=user, membership=membership, reason=form.cleaned_data["reason"]
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("The membership has ended."))
            if own:
                return redirect("account_organizations")
            return redirect("account_organization", slug=organization.slug)
    names = {"person": membership.user.full_name, "organization": organization.name}
    return render(
        request,
        "accounts/membership_end.html",
        {
            "form": form,
            "organization": organization,
            "confirm": {
                "title": _("Leave %(organization)s?") % names
                if own
                else _("End the membership of %(person)s?") % names,
                "effects": [
                    _("Access that %(organization)s holds ends for this person at once.") % names,
                    _("Running downloads may finish; no new one starts."),
                    _("An owner can add the person again later."),
                ],
                "affected": [_("%(person)s, who is told by mail") % names] if not own else [],
                "submit": _("Leave the organisation") if own else _("End the membership"),
                "cancel_url": reverse("account_organization", args=[organization.slug]),
            },
        },
    )

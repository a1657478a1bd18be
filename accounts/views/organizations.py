"""Organisations, and who acts for them."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import permissions, selectors, services
from accounts.models import Membership, Organization, User
from accounts.organization_forms import (
    DomainForm,
    MemberForm,
    OrganizationEditForm,
    OrganizationForm,
)
from accounts.permissions import signed_in
from accounts.services.affiliations import administrative_addresses
from common.countries import COUNTRIES
from common.errors import Refused
from common.public_mail import mail_domain


@login_required
@require_safe
def account_organizations(request: HttpRequest) -> HttpResponse:
    """List the organisations that I act for, and the invitations that wait for me."""
    user, now = signed_in(request), timezone.now()
    context = {
        "memberships": [
            {"place": place, "lapsed": _lapsed(place, now)}
            for place in selectors.memberships_of(user)[:100]
        ],
        "invitations": list(selectors.invitations_for(user, now)[:20]),
    }
    return render(request, "accounts/organization_list.html", context)


def _lapsed(membership: Membership, now: datetime) -> bool:
    until = membership.affiliation_until
    return until is not None and until <= now


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
    """Show an organisation to its members; owners invite further ones."""
    user, now = signed_in(request), timezone.now()
    organization, own = permissions.get_organization_or_404(user, slug)
    owns = permissions.is_owner(user, organization)
    form = MemberForm(request.POST or None) if owns else None
    if request.method == "POST":
        if form is None:
            raise Refused(_("Only an owner of the organisation invites members."))
        if form.is_valid() and _invite(request, organization, form):
            return redirect("account_organization", slug=slug)
    members = selectors.open_memberships().filter(organization=organization)
    context = {
        "organization": organization,
        "country": COUNTRIES.get(organization.country, organization.country),
        "verified": selectors.is_domain_verified(organization, now),
        "former_names": list(organization.former_names.all()[:20]),
        "tier": selectors.tier_of_organization(organization, now),
        "own": own,
        "own_lapsed": _lapsed(own, now),
        "owns": owns,
        "form": form,
        "now": now,
        "members": [
            {"place": place, "lapsed": _lapsed(place, now)}
            for place in members.select_related("user").order_by("created_at")[:500]
        ],
        "invitations": list(selectors.open_invitations(organization)[:200]) if owns else [],
    }
    return render(request, "accounts/organization_detail.html", context)


def _invite(request: HttpRequest, organization: Organization, form: MemberForm) -> bool:
    address = form.cleaned_data["email"]
    try:
        services.invite_member(
            actor=signed_in(request),
            organization=organization,
            address=address,
            role=form.cleaned_data["role"],
        )
    except Refused as refused:
        form.add_error("email", refused.sentence)
        return False
    messages.success(
        request, _("An invitation is on its way to %(address)s.") % {"address": address}
    )
    return True


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_organization_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what the organisation says of itself, knowing what that sets off."""
    user = signed_in(request)
    organization, _own = permissions.get_owned_or_404(user, slug)
    initial = {
        "name": organization.name,
        "country": organization.country,
        "domain": organization.domain,
        "parent": organization.parent_id,
        "registry_kind": organization.registry_kind,
        "registry_id": organization.registry_id,
    }
    parents = _possible_parents(user, organization)
    form = OrganizationEditForm(parents, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            reopened = services.change_organization(
                actor=user,
                organization=organization,
                particulars=services.Particulars(**form.cleaned_data),
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            saved = _("The particulars were saved.")
            if reopened:
                saved = _("The particulars were saved. Vetting has to look at what changed.")
            messages.success(request, saved)
            return redirect("account_organization", slug=slug)
    context = {
        "form": form,
        "organization": organization,
        "cleared": selectors.tier_of_organization(organization, timezone.now()) > 0,
    }
    return render(request, "accounts/organization_edit.html", context)


def _possible_parents(user: User, organization: Organization) -> QuerySet[Organization]:
    found = selectors.organizations_of(user).exclude(pk=organization.pk)
    if organization.parent_id is not None:
        found = found | Organization.objects.filter(pk=organization.parent_id)
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_organization_domain(request: HttpRequest, slug: str) -> HttpResponse:
    """Have a link sent that shows that the domain is the organisation's."""
    user = signed_in(request)
    organization, _own = permissions.get_owned_or_404(user, slug)
    if not organization.domain:
        raise Refused(_("Enter the organisation's internet domain first."))
    addresses = administrative_addresses(organization.domain)
    if mail_domain(user.email) == organization.domain and user.email not in addresses:
        addresses.insert(0, user.email)
    form = DomainForm(addresses, request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        try:
            services.ask_domain(actor=user, organization=organization, address=address)
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(
                request, _("A link is on its way to %(address)s.") % {"address": address}
            )
            return redirect("account_organization", slug=slug)
    context = {"form": form, "organization": organization}
    return render(request, "accounts/organization_domain.html", context)


def organization_url(organization: Organization) -> str:
    """Return the page of an organisation for its members."""
    return reverse("account_organization", args=[organization.slug])

"""One member's place: its role, its end, and the proof that they still belong."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import permissions, selectors, services
from accounts.forms import EndMembershipForm
from accounts.models import Membership
from accounts.organization_forms import AddressForm, ConfirmForm, RoleForm
from accounts.permissions import signed_in
from accounts.views.organizations import organization_url
from common.errors import Refused
from common.public_mail import is_at


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
                    _("Access that %(organization)s holds ends for you at once.") % names
                    if own
                    else _("Access that %(organization)s holds ends for this person at once.")
                    % names,
                    _("Running downloads may finish; no new one starts."),
                    _("A clearance that stood on this membership has to be renewed."),
                    _("An owner can invite you again later.")
                    if own
                    else _("An owner can invite the person again later."),
                ],
                "affected": [_("%(person)s, who is told by mail") % names] if not own else [],
                "submit": _("Leave the organisation") if own else _("End the membership"),
                "cancel_url": organization_url(organization),
            },
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_membership_role(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Give a member another role."""
    user = signed_in(request)
    membership = permissions.get_owned_membership_or_404(user, membership_id)
    form = RoleForm(request.POST or None, initial={"role": membership.role})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_role(actor=user, membership=membership, role=form.cleaned_data["role"])
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("The role was changed."))
            return redirect("account_organization", slug=membership.organization.slug)
    context = {"form": form, "membership": membership, "organization": membership.organization}
    return render(request, "accounts/membership_role.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_membership_confirm(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Show that I still belong, by a link to my address there; an owner says it of others."""
    user = signed_in(request)
    membership = permissions.get_membership_or_404(user, membership_id)
    if membership.user_id == user.pk:
        return _prove(request, membership)
    return _vouch(request, membership)


def _prove(request: HttpRequest, membership: Membership) -> HttpResponse:
    user, organization = signed_in(request), membership.organization
    known = membership.affiliation_address or user.email
    initial = {"address": known if is_at(known, organization.domain) else ""}
    form = AddressForm(organization.domain, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        try:
            services.ask_affiliation(actor=user, membership=membership, address=address)
        except Refused as refused:
            form.add_error("address", refused.sentence)
        else:
            messages.success(
                request, _("A link is on its way to %(address)s.") % {"address": address}
            )
            return redirect("account_organization", slug=organization.slug)
    context = {
        "form": form,
        "membership": membership,
        "organization": organization,
        "verified": selectors.is_domain_verified(organization, timezone.now()),
    }
    return render(request, "accounts/membership_confirm.html", context)


def _vouch(request: HttpRequest, membership: Membership) -> HttpResponse:
    user, organization = signed_in(request), membership.organization
    form = ConfirmForm(request.POST or None)
    if request.method == "POST":
        try:
            services.vouch_for_member(actor=user, membership=membership)
        except Refused as refused:
            form.is_valid()
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("The place was confirmed."))
            return redirect("account_organization", slug=organization.slug)
    names = {"person": membership.user.full_name, "organization": organization.name}
    context = {
        "form": form,
        "organization": organization,
        "confirm": {
            "title": _("Confirm that %(person)s belongs to %(organization)s?") % names,
            "effects": [
                _("The membership goes on for another period."),
                _("The record keeps that you said so."),
            ],
            "submit": _("Confirm"),
            "tone": "primary",
            "cancel_url": organization_url(organization),
        },
    }
    return render(request, "accounts/membership_vouch.html", context)

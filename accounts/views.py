"""A person's own pages: profile, tokens, notifications, organisations."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import permissions, selectors, services
from accounts.forms import (
    EndMembershipForm,
    MemberForm,
    OrganizationForm,
    ProfileForm,
    TokenForm,
)
from accounts.models import Clearance, Membership, Organization, User
from accounts.permissions import signed_in
from common.countries import COUNTRIES
from common.errors import Refused

PAGE_LENGTH = 20


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
            "verified": selectors.is_email_verified(user),
            "clearances": _clearances_of(user),
            "tier": selectors.tier_of_user(user, now),
            "now": now,
            "memberships": _memberships_of(user),
            "token_count": selectors.tokens_of(user).filter(expires_at__gt=now).count(),
        },
    )


def _clearances_of(user: User) -> list[Clearance]:
    own = Clearance.objects.filter(user=user)
    shared = Clearance.objects.filter(organization__in=selectors.organizations_of(user))
    found = (own | shared).select_related("organization")
    live_first = F("revoked_at").desc(nulls_first=True)
    return list(found.order_by(live_first, "-expires_at")[:PAGE_LENGTH])


def _memberships_of(user: User) -> list[Membership]:
    found = selectors.live_memberships().filter(user=user).select_related("organization")
    return list(found.order_by("organization__name")[:100])


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


@login_required
@require_safe
def account_tokens(request: HttpRequest) -> HttpResponse:
    """List my tokens."""
    user = signed_in(request)
    tokens = list(selectors.tokens_of(user)[:100])
    return render(request, "accounts/token_list.html", {"tokens": tokens, "now": timezone.now()})


@login_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
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
                expires_at=form.cleaned_data["expires_at"],
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
    """Ask, then revoke one of my tokens."""
    user = signed_in(request)
    token = permissions.get_token_or_404(user, token_id)
    if request.method == "POST":
        services.revoke_token(actor=user, token=token)
        messages.success(request, _("The token %(name)s was revoked.") % {"name": token.name})
        return redirect("account_tokens")
    return render(
        request,
        "accounts/token_revoke.html",
        {
            "token": token,
            "confirm": {
                "title": _("Revoke the token %(name)s?") % {"name": token.name},
                "effects": [
                    _("Every script that uses it is refused from the next request on."),
                    _("It cannot be brought back; you can create another token."),
                ],
                "submit": _("Revoke the token"),
                "cancel_url": reverse("account_tokens"),
            },
        },
    )


@login_required
@require_safe
def account_notifications(request: HttpRequest) -> HttpResponse:
    """My inbox: what is unread first, and the rest page by page."""
    inbox = selectors.inbox(signed_in(request))
    before = _number(request.GET.get("before"))
    read = inbox.filter(read_at__isnull=False)
    if before is not None:
        read = read.filter(pk__lt=before)
    page = list(read[: PAGE_LENGTH + 1])
    older = page[PAGE_LENGTH - 1].pk if len(page) > PAGE_LENGTH else None
    home = reverse("account_notifications")
    return render(
        request,
        "accounts/notification_list.html",
        {
            "unread": list(inbox.filter(read_at__isnull=True)[:100]) if before is None else [],
            "read": page[:PAGE_LENGTH],
            "newest_url": home if before is not None else "",
            "older_url": f"{home}?before={older}" if older else "",
        },
    )


def _number(text: str | None) -> int | None:
    """Read a page key; anything that is not one shows the first page."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


@login_required
@require_POST
def account_notifications_read(request: HttpRequest) -> HttpResponse:
    """Mark my whole inbox as read."""
    count = services.mark_all_read(actor=signed_in(request))
    messages.success(
        request,
        ngettext(
            "%(count)d notification is marked as read.",
            "%(count)d notifications are marked as read.",
            count,
        )
        % {"count": count},
    )
    return redirect("account_notifications")


@login_required
@require_POST
def account_notification_read(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Mark one notification as read."""
    user = signed_in(request)
    notification = selectors.inbox(user).filter(pk=notification_id).first()
    if notification is None:
        raise Http404
    services.mark_read(actor=user, notification=notification)
    return redirect("account_notifications")


@login_required
@require_safe
def account_organizations(request: HttpRequest) -> HttpResponse:
    """List the organisations that I act for."""
    memberships = _memberships_of(signed_in(request))
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

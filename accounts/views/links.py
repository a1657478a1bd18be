"""Where mailed links lead: pages without an account, each for one purpose and one use."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts import permissions, selectors, services
from accounts.models import User
from accounts.organization_forms import ConfirmForm
from accounts.permissions import signed_in
from common.client_address import client_address
from common.errors import Refused
from common.mail_links import Purpose, digest_of
from common.rate_limit import takes_one

OPENINGS = 60
WITHIN_SECONDS = 600

View = Callable[[HttpRequest, str], HttpResponse]


def mailed_link(view: View) -> View:
    """Let a view answer at a secret address: kept by no cache, found by nobody, not guessed."""

    @never_cache
    @sensitive_variables("secret")
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def answer(request: HttpRequest, secret: str) -> HttpResponse:
        who = client_address(request) or "unknown"
        if not takes_one("links", who, most=OPENINGS, seconds=WITHIN_SECONDS):
            response = render(request, "accounts/link_busy.html", status=429)
            response["Retry-After"] = str(WITHIN_SECONDS)
        else:
            response = view(request, secret)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answer


def useless_link(
    request: HttpRequest, *, renewable: bool = False, sent: bool = False
) -> HttpResponse:
    """Answer the same to a link that was used, replaced or ended, and to one that never was.

    A `renewable` one has a button that asks for another; `sent` is after it was pressed, whether
    or not anything was sent.
    """
    context = {"renewable": renewable, "sent": sent}
    return render(request, "accounts/link_useless.html", context, status=404)


@mailed_link
def account_invitation_open(request: HttpRequest, secret: str) -> HttpResponse:
    """Show an invitation to whoever reads the mail; lead them to an account with this address."""
    now = timezone.now()
    invitation = selectors.invitation_by_digest(digest_of(Purpose.INVITATION, secret), now)
    if invitation is None:
        return useless_link(request)
    accept = reverse("account_invitation", args=[invitation.public_id])
    user = request.user
    if isinstance(user, User):
        if selectors.has_verified_address(user, invitation.address):
            return redirect(accept)
    elif request.method == "POST":
        # The link proves the mailbox, so that nothing has to be confirmed a second time.
        get_adapter().stash_verified_email(request, invitation.address)
        return redirect(f"{reverse('account_signup')}?{urlencode({'next': accept})}")
    context = {
        "invitation": invitation,
        "form": ConfirmForm(),
        "known": selectors.user_by_email(invitation.address) is not None,
        "sign_in_url": f"{reverse('account_login')}?{urlencode({'next': accept})}",
    }
    return render(request, "accounts/invitation_open.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_invitation(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Join an organisation that invited me."""
    user = signed_in(request)
    invitation = permissions.get_own_invitation_or_404(user, public_id, timezone.now())
    form = ConfirmForm(request.POST or None)
    if request.method == "POST":
        try:
            membership = services.accept_invitation(actor=user, invitation=invitation)
        except Refused as refused:
            form.is_valid()
            form.add_error(None, refused.sentence)
        else:
            organization = membership.organization
            messages.success(
                request, _("You are a member of %(name)s now.") % {"name": organization}
            )
            return redirect("account_organization", slug=organization.slug)
    words = {
        "who": invitation.invited_by,
        "name": invitation.organization,
        "role": invitation.get_role_display(),
    }
    context = {
        "form": form,
        "confirm": {
            "title": _("Join %(name)s?") % words,
            "lede": _("%(who)s invites you. Your role: %(role)s.") % words,
            "effects": [
                _("You can apply for access to models for %(name)s.") % words,
                _("Its members see your name and your e-mail address."),
                _("You can leave at any time."),
            ],
            "submit": _("Join"),
            "tone": "primary",
            "cancel_url": reverse("account_organizations"),
        },
    }
    return render(request, "accounts/invitation_accept.html", context)


@login_required
@require_POST
def account_invitation_resend(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send an invitation again."""
    user = signed_in(request)
    invitation = permissions.get_sent_invitation_or_404(user, public_id)
    services.resend_invitation(actor=user, invitation=invitation)
    messages.success(
        request, _("The invitation is on its way again; the former link opens nothing any more.")
    )
    return redirect("account_organization", slug=invitation.organization.slug)


@login_required
@require_POST
def account_invitation_revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    user = signed_in(request)
    invitation = permissions.get_sent_invitation_or_404(user, public_id)
    services.revoke_invitation(actor=user, invitation=invitation)
    messages.success(request, _("The invitation was taken back."))
    return redirect("account_organization", slug=invitation.organization.slug)


@mailed_link
def account_mailbox_open(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask whoever reads the mailbox whether what was said of it is so."""
    check = selectors.mailbox_check_by_digest(digest_of(Purpose.MAILBOX, secret), timezone.now())
    if check is None:
        return useless_link(request)
    form = ConfirmForm(request.POST or None)
    done = False
    if request.method == "POST":
        actor = request.user if isinstance(request.user, User) else None
        try:
            check = services.confirm_mailbox(actor=actor, secret=secret)
            done = True
        except Refused as refused:
            form.is_valid()
            form.add_error(None, refused.sentence)
    context = {"check": check, "form": form, "done": done}
    return render(request, "accounts/mailbox_open.html", context)

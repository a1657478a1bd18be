"""What is done to a grant: naming its users, suspending, lifting, revoking, giving it up."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.permissions import signed_in
from accounts.reauthentication import ask_again
from accounts.selectors import user_by_email
from common.errors import Refused
from licensing import permissions, selectors, services
from licensing.forms import NamedUserForm, ReasonForm, RelinquishForm, RevokeForm
from licensing.models import Grant, GrantState
from licensing.selectors import holder_name, person_name


@login_required
@require_POST
def grant_user_add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Name a member of the organisation on the grant."""
    user = signed_in(request)
    grant = permissions.get_kept_grant_or_404(user, public_id)
    form = NamedUserForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Write the e-mail address of a member of the organisation."))
    found = user_by_email(form.cleaned_data["email"])
    if found is None:
        raise Refused(
            _("There is no member of the organisation with this address. Add them there first.")
        )
    services.add_named_user(actor=user, grant=grant, user=found)
    messages.success(request, _("%(name)s is named on the grant.") % {"name": found})
    return redirect("grant_detail", public_id)


@login_required
@require_POST
def grant_user_end(request: HttpRequest, public_id: UUID, pseudonym: UUID) -> HttpResponse:
    """Take somebody off the grant."""
    user = signed_in(request)
    grant = permissions.get_kept_grant_or_404(user, public_id)
    found = User.objects.filter(pseudonym=pseudonym, named_on__grant=grant).first()
    if found is None:
        raise Http404
    services.end_named_user(actor=user, grant=grant, user=found)
    messages.success(request, _("%(name)s is off the grant.") % {"name": person_name(found)})
    return redirect("grant_detail", public_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def grant_suspend(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Stop a grant at once."""
    grant = permissions.get_governed_grant_or_404(signed_in(request), public_id)
    if (asking := ask_again(request, when_sent=True)) is not None:
        return asking
    effects = [
        _("The next request of its users is refused. A stream that has begun may end."),
        _("It takes another authorised person to lift it."),
    ]
    return _act(
        request,
        grant,
        ReasonForm(request.POST or None),
        services.suspend_grant,
        title=_("Suspend the grant"),
        effects=effects,
        done=_("The grant is suspended. It counts from the next request."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def grant_lift(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Lift a suspension that somebody else placed."""
    user = signed_in(request)
    grant = permissions.get_governed_grant_or_404(user, public_id)
    if grant.state == GrantState.SUSPENDED and not permissions.can_lift(user, grant):
        raise Refused(
            _("Another authorised person must lift this: not who suspended it, nor its users.")
        )
    if (asking := ask_again(request)) is not None:
        return asking
    return _act(
        request,
        grant,
        ReasonForm(request.POST or None),
        services.lift_suspension,
        title=_("Lift the suspension"),
        effects=[_("The grant works again, where stage, terms and cohort allow it.")],
        done=_("The suspension is lifted."),
        tone="primary",
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def grant_revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End a grant for good."""
    grant = permissions.get_governed_grant_or_404(signed_in(request), public_id)
    if (asking := ask_again(request)) is not None:
        return asking
    effects = [
        _("The next request of its users is refused, and the grant never comes back."),
        _("Its place in the cohort goes to whoever waits longest."),
        _("The holder may apply again."),
    ]
    return _act(
        request,
        grant,
        RevokeForm(str(grant.model), request.POST or None),
        services.revoke_grant,
        title=_("Revoke the grant"),
        effects=effects,
        done=_("The grant is revoked."),
        word=str(grant.model),
        warning=_("This cannot be undone."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def grant_relinquish(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a grant up."""
    grant = permissions.get_kept_grant_or_404(signed_in(request), public_id)
    effects = [
        _("Nobody can use the model under this grant any more."),
        _("The terms say what to do with what you downloaded."),
    ]
    return _act(
        request,
        grant,
        RelinquishForm(str(grant.model), request.POST or None),
        services.relinquish_grant,
        title=_("Give the grant up"),
        effects=effects,
        done=_("You gave the grant up."),
        word=str(grant.model),
        warning=_("This cannot be undone. You would have to apply again."),
    )


def _act(
    request: HttpRequest,
    grant: Grant,
    form: Form,
    service: Callable[..., Grant],
    *,
    title: str,
    effects: list[str],
    done: str,
    tone: str = "danger",
    word: str = "",
    warning: str = "",
) -> HttpResponse:
    """Carry an act out once its form is whole; until then say what it does and to whom."""
    if request.method == "POST" and form.is_valid():
        try:
            service(actor=signed_in(request), grant=grant, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, done)
            return redirect("grant_detail", grant.public_id)
    names = ", ".join(person_name(user) for user in selectors.named_users(grant)[:20])
    confirm = {
        "title": title,
        "lede": f"{grant.model}, {holder_name(grant)}",
        "effects": effects,
        "affected": [_("%(holder)s: %(names)s") % {"holder": holder_name(grant), "names": names}],
        "submit": title,
        "cancel_url": reverse("grant_detail", args=[grant.public_id]),
        "tone": tone,
        "word": word,
        "warning": warning,
    }
    page = {"grant": grant, "confirm": confirm, "form": form}
    return render(request, "licensing/grant_act.html", page)

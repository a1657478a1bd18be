"""The page on which a grant's download quota is set."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import signed_in
from common.errors import Refused
from licensing import permissions, services
from licensing.approve_form import VolumeForm
from licensing.selectors import holder_name


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def grant_volume(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Set how much may be downloaded under a grant, or lift the quota."""
    user = signed_in(request)
    grant = permissions.get_governed_grant_or_404(user, public_id)
    form = VolumeForm(request.POST if request.method == "POST" else None, volume=grant.volume)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_volume(
                actor=user,
                grant=grant,
                volume=form.volume(),
                reason=form.cleaned_data["reason"],
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("The quota is set. It counts from the next download."))
            return redirect("grant_detail", public_id)
    confirm = {
        "title": _("Set the download quota"),
        "lede": f"{grant.model}, {holder_name(grant)}",
        "effects": [
            _("What was downloaded within the window counts already."),
            _("The named users are told, and again when four fifths are used."),
            _("To widen the quota later takes another authorised person than you."),
        ],
        "submit": _("Set the quota"),
        "cancel_url": reverse("grant_detail", args=[grant.public_id]),
        "tone": "primary",
    }
    page = {"grant": grant, "confirm": confirm, "form": form}
    return render(request, "licensing/grant_act.html", page)

"""Changing the dossier of a motion, of whatever kind, while it is open."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import signed_in
from boards import permissions, services
from boards.forms import DossierForm
from boards.kinds import kind_of
from boards.permissions import get_motion_or_404
from boards.views.endings import refusal_page
from common.errors import Refused


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def motion_revise(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change what was written; a vote under way ends, and its votes become stale."""
    user = signed_in(request)
    motion = get_motion_or_404(user, public_id)
    if why := permissions.why_no_revision(user, motion, timezone.now()):
        return refusal_page(request, motion, why)
    kind = kind_of(motion.kind)
    if kind.revise_page:
        return redirect(kind.revise_page, public_id)
    form = DossierForm(
        request.POST if request.method == "POST" else None, kind=kind, dossier=motion.dossier
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.revise_texts(actor=user, motion=motion, texts=form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request, _("The dossier is changed and has a new digest. Open the vote on it.")
            )
            return redirect("motion_detail", public_id)
    context = {
        "motion": motion,
        "form": form,
        "cancel_url": reverse("motion_detail", args=[public_id]),
    }
    return render(request, "boards/motion_revise.html", context, status=status)

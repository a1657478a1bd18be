"""Referring an application to the board of its model."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import signed_in
from common.errors import Refused
from licensing import services
from licensing.forms import ReferForm
from licensing.views.review_acts import act_page, in_my_review


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_refer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask the board about an application that one has in review."""
    application = in_my_review(request, public_id)
    form = ReferForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.refer_application(
                actor=signed_in(request), application=application, **form.cleaned_data
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(
                request, _("The board has the application and votes on it; the applicant is told.")
            )
            return redirect("review_detail", public_id)
    words = {
        "title": _("Refer to the board"),
        "lede": _(
            "The board votes by its own rule. Approved, it comes back to you, and you approve it; "
            "rejected, it is declined; with no decision it is yours again. You hold no vote."
        ),
        "submit": _("Refer the application"),
        "tone": "primary",
    }
    return act_page(request, application, form, words)

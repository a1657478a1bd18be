"""The applicant's appeal against a decline."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.permissions import signed_in
from common.errors import Refused
from licensing import permissions, services
from licensing.review_forms import AppealForm
from licensing.selectors import reviews
from licensing.views.review_acts import done


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def application_appeal(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say why a decline was wrong. It can be done once."""
    user = signed_in(request)
    application = permissions.get_application_or_404(user, public_id)
    why_not = reviews.why_no_appeal(application)
    if why_not:
        raise Refused(why_not)
    form = AppealForm(request.POST or None)

    def act() -> None:
        services.appeal_application(
            actor=user, application=application, ground=form.cleaned_data["ground"]
        )

    detail = reverse("application_detail", args=[public_id])
    if done(request, form, act):
        return redirect(f"{detail}?appealed=1")
    context = {"application": application, "form": form, "back": detail}
    return render(request, "licensing/application_appeal.html", context)

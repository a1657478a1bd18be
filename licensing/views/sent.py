"""What changed between two submissions of an application, for the applicant and the reviewers."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import signed_in
from licensing import permissions
from licensing.models import Submission
from licensing.selectors import sent
from licensing.sent_form import VersionsForm


@login_required
@require_safe
def application_changes(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The differences between any two of the submissions; the last two at first."""
    user = signed_in(request)
    application, reviews = permissions.get_sent_or_404(user, public_id)
    submissions = sent.submissions_of(application)
    if len(submissions) < 2:
        raise Http404
    numbers = [each.number for each in submissions]
    form = VersionsForm(numbers, request.GET or None)
    before, after = submissions[1], submissions[0]
    if form.is_bound and form.is_valid():
        by_number: dict[int, Submission] = {each.number: each for each in submissions}
        before = by_number[form.cleaned_data["before"]]
        after = by_number[form.cleaned_data["after"]]
    context = {
        "application": application,
        "reviews": reviews,
        "form": form,
        "before": before,
        "after": after,
        "sections": sent.changes_between(before, after),
    }
    return render(request, "licensing/application_changes.html", context)

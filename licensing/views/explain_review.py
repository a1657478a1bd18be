"""Why an application can or cannot be approved yet, for its reviewers."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import signed_in
from licensing import approval_rules, permissions, shown
from licensing.selectors import explaining, person_name


@login_required
@require_safe
def review_explain(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show every rule of an approval with its result, and what the applicant is told meanwhile."""
    user = signed_in(request)
    application = permissions.get_review_or_404(user, public_id)
    rules = approval_rules.evaluate(explaining.approval_facts(application))
    page = {
        "application": application,
        "applicant": person_name(application.applicant),
        "why_not": permissions.why_no_reviewer(user, application),
        "approval": shown.approval(rules),
        "turn": shown.turn(explaining.turn_of_application(application), url_allowed=False),
    }
    return render(request, "licensing/review_explain.html", page)

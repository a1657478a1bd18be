"""Beginning again with what is known, and what a grant allows as a file."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import signed_in
from common.handing_out import to_be_saved
from licensing import permissions, selectors, services, summary


@login_required
@require_POST
def application_copy(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Begin a new application with the answers of one that has ended."""
    user = signed_in(request)
    application = permissions.get_application_or_404(user, public_id)
    copy = services.copy_application(actor=user, application=application)
    return redirect("application_edit", copy.public_id)


@login_required
@require_POST
def grant_amend(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Begin to ask for another scope of a grant."""
    user = signed_in(request)
    grant = permissions.get_kept_grant_or_404(user, public_id)
    application = services.start_amendment(actor=user, grant=grant)
    return redirect("application_edit", application.public_id)


@login_required
@require_safe
def grant_summary(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """What the grant allows, as JSON to keep."""
    grant, _standing = permissions.get_grant_or_404(signed_in(request), public_id)
    data = summary.as_data(selectors.granted(grant), str(grant.public_id), grant.state)
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
    return to_be_saved(response, f"grant-{grant.public_id}.json")

"""Handing out what applicants attached, to themselves and to the reviewers of the model."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit import personal
from common import document_store
from common.document_store import DocumentStoreError
from common.handing_out import content_type, to_be_saved
from licensing import permissions
from licensing.selectors.files import file_of


@login_required
@require_safe
def attachment(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Hand out a file, to be saved. What was erased is gone."""
    found = permissions.get_attachment_or_404(request.user, public_id)
    try:
        with document_store.fetch(found.sha256) as file:
            sealed = file.read()
    except DocumentStoreError as error:
        return render(request, "409.html", {"reason": str(error)}, status=503)
    content = personal.unseal_bytes(found.application.applicant.pseudonym, sealed)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type=content_type(found.media_type))
    return to_be_saved(response, file_of(found).name)

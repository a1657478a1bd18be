"""Handing out documents: to be saved, never to be shown in the portal's name."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from common import document_store
from common.document_store import DocumentStoreError
from common.handing_out import content_type, to_be_saved
from releases import permissions
from releases.selectors.evidence import record_of


@login_required
@require_safe
def document(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Hand out a document that was uploaded about a release."""
    found = permissions.get_document_or_404(request.user, public_id)
    try:
        file = document_store.fetch(found.sha256)
    except DocumentStoreError as error:
        return render(request, "409.html", {"reason": str(error)}, status=503)
    response = FileResponse(file, content_type=content_type(found.media_type))
    response["Content-Length"] = found.size
    return to_be_saved(response, found.name)


@login_required
@require_safe
def evidence_record(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Hand out what a piece of evidence states: the bytes of which its digest is the SHA-256."""
    evidence = permissions.get_evidence_or_404(request.user, public_id)
    content = record_of(evidence).encode()
    return to_be_saved(
        HttpResponse(content, content_type="application/json"), f"evidence-{public_id}.json"
    )

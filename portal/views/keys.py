"""The public keys by which this instance's signatures are verified."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.selectors import current_fingerprint, signing_key_by_fingerprint, signing_keys


@require_safe
def key_list(request: HttpRequest) -> HttpResponse:
    """Show every key that was ever signed with, the one in use first."""
    context = {"keys": signing_keys(), "current": current_fingerprint()}
    return render(request, "portal/keys.html", context)


@require_safe
def public_key(_request: HttpRequest, fingerprint: str) -> HttpResponse:
    """Send one public key in PEM."""
    key = None if "\x00" in fingerprint else signing_key_by_fingerprint(fingerprint)
    if key is None:
        raise Http404
    response = HttpResponse(key.public_pem, content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="sluice.pem"'
    return response

"""Files of strangers are handed out to be saved, never to be shown in the portal's name."""

from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header


def to_be_saved(response: HttpResponseBase, name: str) -> HttpResponseBase:
    """Have the browser save a response under a name, and neither guess nor run what it is."""
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def content_type(media_type: str) -> str:
    """Return a media type with the character set that text is taken in."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type

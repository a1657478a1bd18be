"""Where a reviewer was in the queue, so that what they decide leads back there and to the next."""

from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.urls import reverse

from licensing.models import Application

_KEY = "review_queue"


def remember(session: SessionBase, query: str, page: list[Application]) -> None:
    """Keep which part of the queue is shown. Writes nothing where it is the same as before."""
    place = {"query": query, "shown": [str(each.public_id) for each in page]}
    if session.get(_KEY) != place:
        session[_KEY] = place


def queue_url(request: HttpRequest, public_id: UUID) -> str:
    """Return the queue as it was last looked at, at the row of an application that was there."""
    shown = _shown(request)
    return _url(request, str(public_id)) if str(public_id) in shown else _url(request)


def after_deciding(request: HttpRequest, public_id: UUID, otherwise: str = "") -> str:
    """Return where to go on: for whoever came from the queue, what stood behind it there."""
    shown = _shown(request)
    if str(public_id) not in shown:
        return otherwise or _url(request)
    following = shown[shown.index(str(public_id)) + 1 :]
    return _url(request, following[0] if following else "")


def _shown(request: HttpRequest) -> list[str]:
    return list(request.session.get(_KEY, {}).get("shown", []))


def _url(request: HttpRequest, at: str | None = None) -> str:
    query = request.session.get(_KEY, {}).get("query", "")
    url = reverse("review_queue") + (f"?{query}" if query else "")
    if at is None:
        return url
    # Behind the last of a page stand, once it is decided, those of the next one.
    return f"{url}#application-{at}" if at else f"{url}#queue"

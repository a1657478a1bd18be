"""One id per request, kept for events and log lines, and told to the client."""

import logging
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Return the id of the request being served, or an empty string outside one."""
    return _current.get()


class RequestIdMiddleware:
    """Give every request an id of our own: a client's header is never believed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the id for as long as the request lasts."""
        token = _current.set(uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response.headers["X-Request-Id"] = _current.get()
            return response
        finally:
            _current.reset(token)


class RequestIdFilter(logging.Filter):
    """Put the request's id on each log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record."""
        record.request_id = _current.get() or "-"
        return True

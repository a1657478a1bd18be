"""A refused act: the one exception that a guard raises, and the page that tells it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class Refused(Exception):
    """A guard said no. `sentence` says what was wrong and what to do; it is shown to the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = str(sentence)


class RefusedMiddleware:
    """Show a `Refused` that a view let through as a 409 page that says why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 409 for a refusal; leave everything else to Django."""
        if not isinstance(exception, Refused):
            return None
        return render(request, "409.html", {"reason": exception.sentence}, status=409)

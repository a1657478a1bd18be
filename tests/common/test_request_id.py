"""Every request has an id of our own."""

import logging

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from common.request_id import RequestIdFilter, RequestIdMiddleware, current_request_id


def test_an_id_is_known_during_the_request_only_and_told_to_the_client(rf: RequestFactory) -> None:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(current_request_id())
        return HttpResponse()

    middleware = RequestIdMiddleware(view)
    answers = [middleware(rf.get("/", headers={"X-Request-Id": "mine"})) for _ in range(2)]
    assert [answer.headers["X-Request-Id"] for answer in answers] == seen
    assert len(set(seen)) == 2
    assert "mine" not in seen
    assert all(len(each) == 32 for each in seen)
    assert current_request_id() == ""


def test_a_log_line_outside_a_request_says_so() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "words", None, None)
    assert RequestIdFilter().filter(record)
    assert record.__dict__["request_id"] == "-"

"""A request is UTF-8, or refused before anything is decoded."""

from typing import Any

import pytest
from django.test import RequestFactory


def status(content_type: str, query: str) -> str:
    # Not before a fixture has made the directory of static files, which whitenoise looks for.
    from portal.wsgi import application

    environ = RequestFactory().get(f"/health/live?{query}").environ
    told: list[str] = []

    def start(status: str, _headers: Any, *_: Any) -> None:
        told.append(status)

    body = application({**environ, "CONTENT_TYPE": content_type}, start)
    b"".join(body)
    return told[0]


@pytest.mark.parametrize(
    "charset", ["unicode_escape", "utf-7", "idna", "rot13", "utf-16", "latin-1", "none", "\x00"]
)
def test_another_charset_is_refused(charset: str) -> None:
    assert status(f"text/plain; charset={charset}", "author=%5Cud800").startswith("400")


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/json; charset=utf-8",
        'a/b; charset="UTF8"',
        "a; charset=ascii",
    ],
)
def test_utf8_passes(content_type: str) -> None:
    assert status(content_type, "author=%5Cud800").startswith("200")

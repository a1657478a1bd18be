"""Requests are UTF-8. Django would decode a query by whatever charset the request names."""

import codecs
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]
_SENTENCE = b"The request names a charset other than UTF-8. Send it as UTF-8.\n"


def utf8_only(application: Application) -> Application:
    """Answer 400 to a request of another charset; some make texts that nothing can store.

    Before Django: it decodes while it makes the request, where nobody could catch an error.
    """

    def answer(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        if _is_utf8(environ.get("CONTENT_TYPE", "")):
            return application(environ, start_response)
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(_SENTENCE))),
            ("Cache-Control", "no-store"),
        ]
        start_response("400 Bad Request", headers)
        return [_SENTENCE]

    return answer


def _is_utf8(content_type: str) -> bool:
    try:
        _, parameters = parse_header_parameters(content_type)
        named = parameters.get("charset")
        return named is None or codecs.lookup(named).name in ("utf-8", "ascii")
    except (LookupError, ValueError):
        return False

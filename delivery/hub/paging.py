"""Long lists in pages: a cursor in the query, and the next address in full in the Link header."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, JsonResponse

from delivery.hub.problems import malformed
from delivery.refusals import absolute


def page_length(request: HttpRequest, *, most: int) -> int:
    """Return how many entries the client wants at once, at most so many. Raises Problem."""
    wanted = request.GET.get("limit", "")
    if not wanted:
        return most
    if not (wanted.isascii() and wanted.isdigit() and int(wanted[:9]) > 0):
        raise malformed("limit must be a whole number above 0.")
    return min(int(wanted[:9]), most)


def page(request: HttpRequest, entries: Sequence[Any], next_cursor: str) -> JsonResponse:
    """Answer a list; with a cursor, say where it goes on. Clients know full addresses only."""
    response = JsonResponse(entries, safe=False)
    if next_cursor:
        query = [
            (key, value)
            for key, values in request.GET.lists()
            if key != "cursor"
            for value in values
        ]
        query.append(("cursor", next_cursor))
        # Encoded as it came: a revision may hold a slash.
        path = request.get_full_path().partition("?")[0]
        response["Link"] = f'<{absolute(path)}?{urlencode(query)}>; rel="next"'
    return response


def flag(request: HttpRequest, name: str) -> bool:
    """Tell whether a yes-or-no parameter says yes; clients write True, true and 1."""
    return request.GET.get(name, "").lower() in {"1", "true"}

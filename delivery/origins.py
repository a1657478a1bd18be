"""How a request for a file came, as the record of downloads keeps it."""

import re
from dataclasses import dataclass

from django.http import HttpRequest

from delivery.choices import Way

# What the hub's clients and load balancers send: an id, or key=value pairs. Anything else is
# somebody's text, and not kept.
_TRACE_ID = re.compile(r"[A-Za-z0-9=;:._-]{1,100}", re.ASCII)
_AGENT_LENGTH = 300


@dataclass(frozen=True)
class Origin:
    """The way, and what the client says of itself."""

    way: Way = Way.SESSION
    agent: str = ""
    trace_id: str = ""


def origin_of(request: HttpRequest, way: Way) -> Origin:
    """Return the origin of a request; what the client claims is shortened, and never believed."""
    trace_id = request.headers.get("X-Amzn-Trace-Id", "")
    agent = request.headers.get("User-Agent", "").replace("\x00", "")
    return Origin(
        way=way,
        agent=agent[:_AGENT_LENGTH],
        trace_id=trace_id if _TRACE_ID.fullmatch(trace_id) else "",
    )

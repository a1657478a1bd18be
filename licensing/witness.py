"""What stood around an acceptance: plain data between the page and the service."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Witness:
    """What the portal saw itself, and in `browser` what the browser said of itself.

    `displayed_at` comes back from the form as the portal signed it. `diff_shown` tells whether
    the page showed what changed since the former acceptance.
    """

    address: str = ""
    agent: str = ""
    host: str = ""
    locale: str = ""
    displayed_at: datetime | None = None
    session_sha256: str = ""
    second_factor: dict[str, Any] = field(default_factory=dict)
    browser: dict[str, Any] = field(default_factory=dict)
    diff_shown: bool = False

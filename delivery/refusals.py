"""How a refusal reads: for a program, and for a person."""

from typing import Any

from django.conf import settings

from licensing.facts import Verdict

UNKNOWN_RELEASE = "There is no such release, or you may not know of it."


def denials(verdict: Verdict) -> list[dict[str, str]]:
    """Return every denial as data, with addresses that work outside a browser."""
    return [
        {
            "rule": str(check.rule),
            "sentence": str(check.sentence),
            "remedy": str(check.remedy),
            "url": absolute(check.remedy_url),
        }
        for check in verdict.denials
    ]


def absolute(path: str) -> str:
    """Return the full address of a path of this portal; nothing stays nothing."""
    return f"{settings.BASE_URL.rstrip('/')}{path}" if path else ""


def refusal(verdict: Verdict) -> dict[str, Any]:
    """Return the body of a 403 for a program."""
    return {"allowed": False, "denials": denials(verdict)}

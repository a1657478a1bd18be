"""What every service of this room does first: lock the motion, and refuse what cannot be kept."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from boards.dossier import check_structure
from boards.models import Motion
from boards.rules import parse_rule
from common.canonical import canonical_json
from common.errors import Refused
from common.text import one_line, paragraphs

REASON_LENGTH = 5000
DOSSIER_BYTES = 500_000
# How long what a board did not approve waits for an override, where the rule knows one.
OVERRIDE_TIME = timedelta(days=3)
LONGEST_VOTE = 366 * 24 * 3600


def locked(motion: Motion) -> Motion:
    """Lock the motion's row and return it as it is now. Everything about it waits its turn here."""
    return (
        Motion.objects.select_for_update(no_key=True, of=("self",))
        .select_related("board", "proposer")
        .get(pk=motion.pk)
    )


def live_actor(actor: User | None) -> User:
    """Refuse whoever is not, or not any more, a person who may act."""
    if actor is None or not actor.is_active:
        raise Refused(_("Sign in with an active account to do this."))
    return actor


def review_due_at(motion: Motion, decided_at: datetime) -> datetime:
    """Return when the full review of an emergency decision is due."""
    return decided_at + timedelta(seconds=(motion.emergency or {})["full_review"])


def clean_line(text: str, *, what: str, limit: int) -> str:
    """Return a single line as it is kept. Raises Refused naming `what` and what is wrong."""
    try:
        return one_line(text, max_length=limit)
    except ValueError as error:
        raise Refused(f"{what}: {error}") from error


def clean_paragraphs(text: str, *, what: str, limit: int) -> str:
    """Return a longer text as it is kept. Raises Refused naming `what` and what is wrong."""
    try:
        return paragraphs(text, max_length=limit)
    except ValueError as error:
        raise Refused(f"{what}: {error}") from error


def clean_reason(reason: str) -> str:
    """Return a reason as it is kept."""
    return clean_paragraphs(reason, what=_("The reason"), limit=REASON_LENGTH)


def clean_json(value: dict[str, Any], *, what: str) -> dict[str, Any]:
    """Return a JSON object as it is kept and digested. Raises Refused for what cannot be."""
    try:
        data = canonical_json(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise Refused(
            _("%(what)s cannot be kept: %(why)s") % {"what": what, "why": error}
        ) from error
    if len(data) > DOSSIER_BYTES:
        raise Refused(
            _("%(what)s is %(size)d bytes long; at most %(limit)d are kept. Shorten it.")
            % {"what": what, "size": len(data), "limit": DOSSIER_BYTES}
        )
    kept = json.loads(data)
    if not isinstance(kept, dict) or not all(_is_storable(text) for text in _texts(kept)):
        raise Refused(
            _("%(what)s contains characters that cannot be kept. Type it again as plain text.")
            % {"what": what}
        )
    return kept


def clean_dossier(dossier: dict[str, Any]) -> dict[str, Any]:
    """Return a dossier as it is kept, its exhibits and conditions checked. Raises Refused."""
    what = _("The dossier")
    try:
        return clean_json(check_structure(clean_json(dossier, what=what)), what=what)
    except ValueError as error:
        raise Refused(f"{what}: {error}") from None


def check_rule(rule: dict[str, Any], voting_seconds: int) -> None:
    """Refuse a rule that cannot be counted by, and a time for voting that is none."""
    try:
        parse_rule(rule)
    except ValueError as error:
        raise Refused(_("The voting rule is not valid. %(why)s") % {"why": error}) from error
    if not 1 <= voting_seconds <= LONGEST_VOTE:
        raise Refused(_("Voting lasts from one second to a year."))


def _is_storable(text: str) -> bool:
    """PostgreSQL keeps neither NUL nor half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in _texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return []

"""What a grant allows, in plain sentences and as data, for whoever must keep to it. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from licensing.scope import describe, parse_scope
from licensing.volume import Volume

SCHEMA = "sluice/grant-summary/v1"


@dataclass(frozen=True)
class Granted:
    """The facts that a summary is made of. `scope` is empty where public terms gave the grant."""

    model: str
    modes: tuple[str, ...]
    scope: dict[str, Any]
    ends_at: datetime
    volume: Volume | None = None


def sentences(granted: Granted) -> list[str]:
    """Return what is allowed, and until when."""
    found = [_access(granted)]
    if granted.scope:
        found += describe(parse_scope(granted.scope))
    else:
        found.append(_("You may use it as the terms you accepted say."))
    if granted.volume:
        found.append(_("You may download at most %(volume)s.") % {"volume": granted.volume})
    day = date_format(timezone.localtime(granted.ends_at), "j M Y, H:i e")
    found.append(_("All of this ends on %(day)s.") % {"day": day})
    return found


def as_data(granted: Granted, grant_id: str, state: str) -> dict[str, Any]:
    """Return the summary as JSON data. It names nobody."""
    volume = granted.volume
    return {
        "schema": SCHEMA,
        "grant": grant_id,
        "state": state,
        "model": granted.model,
        "modes": list(granted.modes),
        "scope": parse_scope(granted.scope).as_data() if granted.scope else None,
        "download_quota": {"bytes": volume.bytes, "days": volume.days} if volume else None,
        "ends_at": granted.ends_at.isoformat(),
        "sentences": [str(sentence) for sentence in sentences(granted)],
    }


def _access(granted: Granted) -> str:
    words = {"model": granted.model}
    if set(granted.modes) == {"api", "weights"}:
        return _("You may use %(model)s through the hosted API and download its weights.") % words
    if "weights" in granted.modes:
        return _("You may download the weights of %(model)s.") % words
    return _("You may use %(model)s through the hosted API; the weights are not yours.") % words

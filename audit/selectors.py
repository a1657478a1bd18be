"""Reading the log: timelines for pages, names for pseudonyms, keys for signatures."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Model, OuterRef, Subquery
from django.utils.translation import gettext as _

from audit import actions, personal
from audit.models import Event, SigningKey, Subject
from common import dsse


def ref(obj: Model) -> str:
    """Return the name under which events refer to an object: "releases.release:12"."""
    return f"{obj._meta.label_lower}:{obj.pk}"


@dataclass(frozen=True)
class Entry:
    """One line of a timeline, ready to show."""

    id: int
    action: str
    actor: str
    words: str
    reason: str
    data: dict[str, Any]
    at: datetime


def labels(pseudonyms: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the display name of each pseudonym; "an erased person" where the key is gone."""
    wanted = {pseudonym for pseudonym in pseudonyms if pseudonym is not None}
    return _names(wanted, Subject.objects.in_bulk(wanted))


def _names(wanted: Iterable[UUID], subjects: Mapping[UUID, Subject]) -> dict[UUID, str]:
    return {
        pseudonym: (
            personal.unseal_label(subjects[pseudonym])
            if pseudonym in subjects
            else _("an erased person")
        )
        for pseudonym in wanted
    }


def timeline(
    *objects: Model,
    before: int | None = None,
    limit: int = 30,
    only: Collection[str] = (),
    leaving_out: Collection[str] = (),
) -> list[Entry]:
    """Return the newest events that touch any of the objects, in one query; no quiet ones.

    `before` pages by key: the id of the last entry already shown. `only` keeps some actions,
    `leaving_out` drops some.
    """
    events = Event.objects.filter(refs__overlap=[ref(obj) for obj in objects])
    events = events.exclude(action__in={*actions.quiet_actions(), *leaving_out})
    if only:
        events = events.filter(action__in=only)
    if before is not None:
        events = events.filter(id__lt=before)
    key = Subject.objects.filter(pk=OuterRef("actor"))
    events = events.annotate(
        wrapped_key=Subquery(key.values("wrapped_key")),
        sealed_label=Subquery(key.values("sealed_label")),
    )
    found = list(events.order_by("-id")[:limit])
    subjects = {
        event.actor: Subject(
            pseudonym=event.actor,
            wrapped_key=event.wrapped_key,
            sealed_label=event.sealed_label,
        )
        for event in found
        if event.actor is not None and event.wrapped_key is not None
    }
    names = _names({event.actor for event in found if event.actor is not None}, subjects)
    return [_entry(event, names) for event in found]


def _entry(event: Event, names: dict[UUID, str]) -> Entry:
    return Entry(
        id=event.pk,
        action=event.action,
        actor=names[event.actor] if event.actor else _("The portal"),
        words=actions.label(event.action),
        reason=str(event.data.get("reason", "")),
        data=event.data,
        at=event.created_at,
    )


def signing_keys() -> list[SigningKey]:
    """Return every key that this instance signed with, the newest first."""
    return list(SigningKey.objects.order_by("-id"))


def signing_key_by_fingerprint(fingerprint: str) -> SigningKey | None:
    """Find a key by the SHA-256 of its DER in hex."""
    return SigningKey.objects.filter(fingerprint=fingerprint).first()


def current_fingerprint() -> str:
    """Return the fingerprint of the key in the settings, or nothing where there is none."""
    if not settings.SIGNING_KEY:
        return ""
    return dsse.fingerprint(dsse.public_pem(dsse.load_private_key(settings.SIGNING_KEY)))

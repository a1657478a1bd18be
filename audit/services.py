"""The only writers of events, subjects and signing keys."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model, TextChoices

from audit import actions, personal
from audit.models import Event, SigningKey, Subject
from audit.selectors import ref
from common import dsse
from common.request_id import current_request_id


class Actor(Protocol):
    """Whoever acts: all that the log keeps of them is a pseudonym."""

    pseudonym: UUID


def record(
    *,
    actor: Actor | None,
    action: TextChoices,
    target: Model,
    also: tuple[Model, ...] = (),
    data: dict[str, Any] | None = None,
) -> Event:
    """Insert one event in the caller's transaction; the change and its event commit as one.

    `actor` is None when the portal itself acts. `also` names further objects whose timelines
    show the event. `data` holds no personal data; `data["reason"]` is shown in timelines.
    Raises RuntimeError outside a transaction and ValueError for an undeclared action.
    """
    event = unrecorded(actor=actor, action=action, target=target, also=also, data=data)
    record_all([event])
    return event


def unrecorded(
    *,
    actor: Actor | None,
    action: TextChoices,
    target: Model,
    also: tuple[Model, ...] = (),
    data: dict[str, Any] | None = None,
) -> Event:
    """Return the event that `record` would insert, for `record_all` to insert with others."""
    if not actions.is_registered(action.value):
        raise ValueError(f"The action {action.value!r} is not declared by any room.")
    return Event(
        action=action.value,
        actor=actor.pseudonym if actor is not None else None,
        target=ref(target),
        refs=list(dict.fromkeys(ref(obj) for obj in (target, *also))),
        data=data or {},
        request_id=current_request_id(),
    )


def record_all(events: Sequence[Event]) -> None:
    """Insert events in their order, in one statement, where a job makes many changes at once."""
    if not connection.in_atomic_block:
        raise RuntimeError("An event is recorded only inside the transaction of its change.")
    Event.objects.bulk_create(events)


@transaction.atomic
def register_subject(*, pseudonym: UUID, label: str) -> None:
    """Make a person's key and label, or give a known person their new label."""
    subject = Subject.objects.select_for_update(no_key=True).filter(pk=pseudonym).first()
    if subject is None:
        subject = Subject(pseudonym=pseudonym, wrapped_key=personal.new_wrapped_key())
    subject.sealed_label = personal.seal_with(subject, label)
    subject.save()


@transaction.atomic
def erase_subject(*, pseudonym: UUID) -> None:
    """Destroy a person's key: what was encrypted under it is gone; every event stands."""
    Subject.objects.filter(pk=pseudonym).delete()


def has_signing_key() -> bool:
    """Tell whether the operator gave this instance a key to sign with."""
    return bool(settings.SIGNING_KEY)


def sign(*, payload_type: str, payload: bytes) -> tuple[SigningKey, dict[str, Any]]:
    """Sign with the instance's key; return its public half, kept for ever, and a DSSE envelope.

    Raises RuntimeError where there is no key.
    """
    if not has_signing_key():
        raise RuntimeError("This instance has no key to sign with: SIGNING_KEY is not set.")
    private = dsse.load_private_key(settings.SIGNING_KEY)
    public = dsse.public_pem(private)
    key, _is_new = SigningKey.objects.get_or_create(
        fingerprint=dsse.fingerprint(public), defaults={"public_pem": public}
    )
    return key, dsse.envelope(private, payload_type, payload)

"""Whom to screen: as the rooms above say it, each for a reason of theirs."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Clearance, Organization, User, Watch, WatchReason
from accounts.selectors import live_clearances
from audit import personal
from audit.models import Subject
from common.queue import enqueue

CLEARANCE = "accounts.clearance"
CHUNK = 500


@dataclass(frozen=True)
class Party:
    """One subject: a user, an organisation, or a name and whose key it is sealed under."""

    user: User | None = None
    organization: Organization | None = None
    name: str = ""
    sealed_for: UUID | None = None
    kind: str = Watch.Kind.PERSON
    # What a given name is to the one who gave it: "legal name", "parent organisation".
    role: str = ""
    country: str = ""
    born: int | None = None


@transaction.atomic
def watch(*, source: str, source_id: int, parties: Iterable[Party]) -> list[Watch]:
    """Have just these subjects screened for this reason from now on; with none, it has ended.

    `source` and `source_id` name the reason: "licensing.grant", 12. Whoever is new, or whose
    country is, is screened at once.
    """
    found = [each for party in parties if (each := _watch_for(party)) is not None]
    now = timezone.now()
    live = WatchReason.objects.filter(source=source, source_id=source_id, ended_at__isnull=True)
    kept = set(live.values_list("watch", flat=True))
    wanted = {each.pk for each in found}
    if kept - wanted:
        live.filter(watch__in=kept - wanted).update(ended_at=now)
    WatchReason.objects.bulk_create(
        [
            WatchReason(source=source, source_id=source_id, watch_id=pk)
            for pk in sorted(wanted - kept)
        ],
        ignore_conflicts=True,
    )
    _end_unwatched(kept - wanted)
    revived = Watch.objects.filter(pk__in=wanted, ended_at__isnull=False)
    revived.update(ended_at=None, round=0)
    if wanted - kept or any(each.round == 0 for each in found):
        enqueue("accounts.screen_watches", sorted(wanted))
    return found


def end_watching(*, source: str, source_id: int) -> None:
    """Let a reason end; who has no other one is not screened any more."""
    watch(source=source, source_id=source_id, parties=())


def subject_changed(*, user: User | None = None, organization: Organization | None = None) -> None:
    """Screen somebody anew whose name or country has changed; in the change's transaction."""
    if user is not None:
        changed = Watch.objects.filter(user=user)
    else:
        changed = Watch.objects.filter(organization=organization)
    ids = list(changed.values_list("pk", flat=True))
    if changed.update(round=0):
        enqueue("accounts.screen_watches", ids)


def forget_subject(user: User) -> None:
    """End what is watched of an erased person, with what their records could be compared by."""
    mine = Watch.objects.filter(Q(user=user) | Q(sealed_for=user.pseudonym))
    mine.update(ended_at=timezone.now(), salt="", country="", born=None, outcome="")


def sweep_clearances() -> int:
    """Begin and end what clearances are a reason for, wherever that was missed or time did it."""
    now = timezone.now()
    reason = WatchReason.objects.filter(
        source=CLEARANCE, source_id=OuterRef("pk"), ended_at__isnull=True
    )
    owed = live_clearances(now).filter(~Exists(reason)).select_related("user", "organization")
    begun = list(owed.order_by("pk")[:CHUNK])
    for clearance in begun:
        watch_clearance(clearance)
    live = live_clearances(now).filter(pk=OuterRef("source_id"))
    over = WatchReason.objects.filter(~Exists(live), source=CLEARANCE, ended_at__isnull=True)
    ended = list(over.order_by("pk").values_list("source_id", flat=True)[:CHUNK])
    for clearance_id in ended:
        end_watching(source=CLEARANCE, source_id=clearance_id)
    return len(begun) + len(ended)


def watch_clearance(clearance: Clearance) -> None:
    """Screen whoever holds a clearance for as long as it counts."""
    watch(
        source=CLEARANCE,
        source_id=clearance.pk,
        parties=[Party(user=clearance.user, organization=clearance.organization)],
    )


def _watch_for(party: Party) -> Watch | None:
    fresh = {"salt": secrets.token_hex(16), "country": party.country, "born": party.born}
    if party.organization is not None:
        return Watch.objects.get_or_create(
            organization=party.organization,
            defaults={"kind": Watch.Kind.ORGANIZATION, **fresh},
        )[0]
    if party.user is not None:
        if party.user.erased_at is not None:
            return None
        found, is_new = Watch.objects.get_or_create(
            user=party.user, defaults={"kind": Watch.Kind.PERSON, **fresh}
        )
        return found if is_new else _told(found, party)
    return _given(party, fresh)


def _given(party: Party, fresh: Mapping[str, Any]) -> Watch | None:
    """Find the watch of a name that the same person gave before, or make one."""
    if party.sealed_for is None or not party.name.strip():
        return None
    own = list(
        Watch.objects.filter(sealed_for=party.sealed_for, kind=party.kind, role=party.role)
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    names = personal.unseal_many(
        (party.sealed_for, each.sealed_name) for each in own if each.sealed_name is not None
    )
    for each, name in zip(own, names, strict=True):
        if name == party.name:
            return _told(each, party)
    try:
        sealed = personal.seal(party.sealed_for, party.name)
    except Subject.DoesNotExist:
        return None
    return Watch.objects.create(
        kind=party.kind,
        role=party.role,
        sealed_name=sealed,
        sealed_for=party.sealed_for,
        **fresh,
    )


def _told(found: Watch, party: Party) -> Watch:
    """Take over what is known now of somebody watched before."""
    country, born = party.country or found.country, party.born or found.born
    if (country, born) != (found.country, found.born):
        found.country, found.born, found.round = country, born, 0
        found.save(update_fields=["country", "born", "round"])
    return found


def _end_unwatched(ids: Iterable[int]) -> None:
    if not ids:
        return
    live = WatchReason.objects.filter(watch=OuterRef("pk"), ended_at__isnull=True)
    Watch.objects.filter(~Exists(live), pk__in=list(ids), ended_at__isnull=True).update(
        ended_at=timezone.now()
    )

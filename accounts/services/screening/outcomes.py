"""Keeping what a screening found: results that differ, hits, and what of them still counts."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.actions import Action
from accounts.models import (
    ScreeningHit,
    ScreeningList,
    ScreeningResult,
    ScreeningRound,
    Watch,
)
from accounts.screening.index import TOP
from accounts.screening.matching import Hit, Query, Route, worst
from accounts.selectors import screening
from audit import personal
from audit.models import Event, Subject
from audit.services import record_all, unrecorded


@dataclass(frozen=True)
class Found:
    """What one search gave. `prints` are the fingerprints of the entries that were hit."""

    watch: Watch
    query: Query
    digest: str
    hits: Sequence[Hit]
    prints: dict[str, str]


def keep_outcomes(latest: ScreeningRound, found: Sequence[Found]) -> None:
    """Write down what a batch of searches gave, in a few statements. The watches are locked."""
    if not found:
        return
    kept: dict[int, dict[tuple[int, str], ScreeningHit]] = defaultdict(dict)
    watches = [each.watch for each in found]
    for hit in ScreeningHit.objects.filter(watch__in=watches).select_related("on_list"):
        kept[hit.watch_id][screening_key(hit)] = hit
    pseudonyms = {pseudonym_of(watch) for watch in watches} - {None}
    subjects = Subject.objects.in_bulk(pseudonyms)
    lists = ScreeningList.objects.in_bulk()
    results, changes = [], []
    for each in found:
        changes += _hits(latest, each, kept[each.watch.pk], lists)
        outcome = _outcome(each)
        watch = each.watch
        watch.route = worst(each.hits).value
        if watch.outcome != outcome:
            watch.outcome = outcome
            results.append(_result(latest, each, subjects))
        watch.round = latest.pk
        watch.screened_at = timezone.now()
    # First the new ones: their events name them by the ids that they get here.
    ScreeningHit.objects.bulk_create([change.row for change in changes if change.is_new])
    record_all([_event(latest, change) for change in changes])
    ScreeningResult.objects.bulk_create(results)
    _keep_watches(latest, watches)


def _keep_watches(latest: ScreeningRound, watches: Sequence[Watch]) -> None:
    # Django's bulk_update takes longer to write its statement than all the searches take.
    columns = [(watch.pk, watch.route, watch.outcome) for watch in watches]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE accounts_watch SET route = said.route, outcome = said.outcome,
                   round = %s, screened_at = %s
            FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS said (id, route, outcome)
            WHERE accounts_watch.id = said.id
            """,
            [latest.pk, timezone.now(), *(list(column) for column in zip(*columns, strict=True))],
        )


def screening_key(hit: ScreeningHit) -> tuple[int, str]:
    """Return what names the entry of a hit: its list and its key there."""
    return hit.on_list_id, hit.key


def _outcome(each: Found) -> str:
    said = [each.digest, [(hit.as_data(), each.prints[hit.entry.key]) for hit in each.hits]]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _result(latest: ScreeningRound, each: Found, subjects: dict[UUID, Subject]) -> ScreeningResult:
    top = [_hit_data(hit, each.prints[hit.entry.key]) for hit in each.hits]
    asked = {
        "name": each.query.name,
        "kind": each.query.kind,
        "country": each.query.country,
        "born": each.query.born,
    }
    result = ScreeningResult(
        watch=each.watch,
        round=latest,
        route=worst(each.hits).value,
        subject_digest=each.digest,
        # What was routed, all of it; of somebody who is clear the nearest.
        top=top if each.watch.route != Route.CLEAR else top[:TOP],
    )
    pseudonym = pseudonym_of(each.watch)
    subject = subjects.get(pseudonym) if pseudonym else None
    if subject is not None:
        result.sealed_query = personal.seal_with(subject, json.dumps(asked))
    else:
        # Of somebody who is erased this moment nothing personal is kept.
        result.query = asked if pseudonym is None else {}
    return result


def pseudonym_of(watch: Watch) -> UUID | None:
    """Return under whose key the subject's data are sealed; None of an organisation."""
    return watch.user.pseudonym if watch.user else watch.sealed_for


def _hit_data(hit: Hit, fingerprint: str) -> dict[str, Any]:
    list_id, key = screening.split_key(hit.entry.key)
    return hit.as_data() | {"list": list_id, "entry": key, "fingerprint": fingerprint}


class _Change(NamedTuple):
    """A hit that is to be told of: a new one, which has no id yet, or one that differs."""

    row: ScreeningHit
    watch: Watch
    is_new: bool = False


def _hits(
    latest: ScreeningRound,
    each: Found,
    kept: dict[tuple[int, str], ScreeningHit],
    lists: dict[int, ScreeningList],
) -> list[_Change]:
    """Save what differs of the hits of one subject; return what is new or to be told."""
    seen, changes = set(), []
    for hit in each.hits:
        if hit.route == Route.CLEAR:
            continue
        key = screening.split_key(hit.entry.key)
        seen.add(key)
        row = kept.get(key) or ScreeningHit(watch=each.watch, on_list=lists[key[0]], key=key[1])
        changes += _updated(latest, row, each, hit)
    for key, row in kept.items():
        if key not in seen and row.listed:
            _left(row)
            changes.append(_Change(row, each.watch))
    return changes


def _updated(latest: ScreeningRound, row: ScreeningHit, each: Found, hit: Hit) -> list[_Change]:
    fingerprint = each.prints[hit.entry.key]
    sides = (row.fingerprint, row.subject_digest)
    same_pair = sides == (fingerprint, each.digest)
    if same_pair and row.listed and (row.score, row.route) == (hit.score, hit.route.value):
        return []
    row.fingerprint, row.subject_digest = fingerprint, each.digest
    row.entry = _entry_data(hit)
    row.matched, row.score, row.exact = hit.name, hit.score, hit.exact
    row.route, row.reasons, row.round = hit.route.value, list(hit.reasons), latest
    row.listed = True
    if row.pk is None:
        row.opened_at = timezone.now()
        return [_Change(row, each.watch, is_new=True)]
    if not same_pair:
        _reopen(row)
    row.save()
    return [] if same_pair else [_Change(row, each.watch)]


def _event(latest: ScreeningRound, change: _Change) -> Event:
    row = change.row
    said: dict[str, Any] = {"list": row.on_list.slug, "entry": row.key}
    if row.listed:
        said |= {
            "score": row.score,
            "exact": row.exact,
            "route": row.route,
            "round": latest.pk,
            "decision": row.decision,
        }
    else:
        said["listed"] = False
    return unrecorded(
        actor=None,
        action=Action.SCREENING_HIT if change.is_new else Action.SCREENING_CHANGED,
        target=row,
        also=(change.watch,),
        data=said,
    )


def _reopen(row: ScreeningHit) -> None:
    """Forget "somebody else" where a side changed, unless it was decided of just this pair."""
    if row.decision == ScreeningHit.Decision.THEM:
        row.recheck = True
        return
    before = screening.former_word(row)
    row.decision = before.decision if before else ScreeningHit.Decision.OPEN
    if row.decision == ScreeningHit.Decision.OPEN:
        row.opened_at = timezone.now()


def _left(row: ScreeningHit) -> None:
    """The pair is no longer alike. What was confirmed stays, for somebody to look at again."""
    row.listed = False
    row.recheck = row.decision == ScreeningHit.Decision.THEM
    row.save(update_fields=["listed", "recheck"])


def _entry_data(hit: Hit) -> dict[str, Any]:
    entry = hit.entry
    return {
        "name": entry.name,
        "kind": entry.kind,
        "aliases": list(entry.aliases[:30]),
        "countries": list(entry.countries),
        "born": list(entry.born),
        "addresses": list(entry.addresses[:10]),
        "program": entry.program,
    }

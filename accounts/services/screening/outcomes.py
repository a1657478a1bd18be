"""Keeping what a screening found: results that differ, hits, and what of them still counts."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.actions import Action
from accounts.models import ScreeningHit, ScreeningResult, ScreeningRound, Watch
from accounts.screening.index import TOP
from accounts.screening.matching import Hit, Query, Route, worst
from accounts.selectors import screening
from audit import personal
from audit.models import Subject
from audit.services import record


@dataclass(frozen=True)
class Found:
    """What one search gave. `prints` are the fingerprints of the entries that were hit."""

    watch: Watch
    query: Query
    digest: str
    hits: Sequence[Hit]
    prints: dict[str, str]


def keep_outcomes(latest: ScreeningRound, found: Sequence[Found]) -> None:
    """Write down what a batch of searches gave. The watches are locked."""
    kept = {
        (hit.watch_id, screening_key(hit)): hit
        for hit in ScreeningHit.objects.filter(watch__in=[each.watch for each in found])
    }
    pseudonyms = {pseudonym_of(each.watch) for each in found} - {None}
    subjects = Subject.objects.in_bulk(pseudonyms)
    results = []
    for each in found:
        _keep_hits(latest, each, kept)
        outcome = _outcome(each)
        watch = each.watch
        watch.route = worst(each.hits).value
        if watch.outcome != outcome:
            watch.outcome = outcome
            results.append(_result(latest, each, subjects))
        watch.round = latest.pk
        watch.screened_at = timezone.now()
    ScreeningResult.objects.bulk_create(results)
    Watch.objects.bulk_update(
        [each.watch for each in found], ["route", "outcome", "round", "screened_at"]
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


def _keep_hits(
    latest: ScreeningRound, each: Found, kept: dict[tuple[int, tuple[int, str]], ScreeningHit]
) -> None:
    seen = set()
    for hit in each.hits:
        if hit.route == Route.CLEAR:
            continue
        key = screening.split_key(hit.entry.key)
        seen.add(key)
        former = kept.get((each.watch.pk, key))
        row = former or ScreeningHit(watch=each.watch, on_list_id=key[0], key=key[1])
        _update(latest, row, each, hit)
    for (watch_id, key), row in kept.items():
        if watch_id == each.watch.pk and key not in seen and row.listed:
            _left(row)


def _update(latest: ScreeningRound, row: ScreeningHit, each: Found, hit: Hit) -> None:
    fingerprint = each.prints[hit.entry.key]
    sides = (row.fingerprint, row.subject_digest)
    same_pair = sides == (fingerprint, each.digest)
    if same_pair and row.listed and (row.score, row.route) == (hit.score, hit.route.value):
        return
    is_new = row.pk is None
    row.fingerprint, row.subject_digest = fingerprint, each.digest
    row.entry = _entry_data(hit)
    row.matched, row.score, row.exact = hit.name, hit.score, hit.exact
    row.route, row.reasons, row.round = hit.route.value, list(hit.reasons), latest
    row.listed = True
    if is_new:
        row.opened_at = timezone.now()
    elif not same_pair:
        _reopen(row)
    row.save()
    if is_new or not same_pair:
        action = Action.SCREENING_HIT if is_new else Action.SCREENING_CHANGED
        record(
            actor=None,
            action=action,
            target=row,
            also=(each.watch,),
            data={
                "list": row.on_list.slug,
                "entry": row.key,
                "score": row.score,
                "exact": row.exact,
                "route": row.route,
                "round": latest.pk,
                "decision": row.decision,
            },
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
    record(
        actor=None,
        action=Action.SCREENING_CHANGED,
        target=row,
        also=(row.watch,),
        data={"list": row.on_list.slug, "entry": row.key, "listed": False},
    )


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

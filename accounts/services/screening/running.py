"""Screening: rounds, who is due, and what is found. Does whatever is owed, in short pieces.

A round is a state of all lists and of the algorithm. A watch says in which round it was last
screened, so that who is due is a question to the rows, and a worker that dies loses at most the
batch in its hands.
"""

import hashlib
import json
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actions import Action
from accounts.models import ListEntry, ScreeningRound, Watch
from accounts.screening.blocking import keys
from accounts.screening.folding import folded
from accounts.screening.index import Index
from accounts.screening.matching import Entry, Query
from accounts.selectors import screening
from accounts.services.screening.outcomes import Found, keep_outcomes
from audit.services import record
from common.queue import enqueue

logger = logging.getLogger(__name__)

BATCH = 250
BUDGET = timedelta(seconds=45)
_LOCK = 7_301_146


@dataclass(frozen=True)
class _Loaded:
    """The lists of a round in memory. `prints` are the entries' fingerprints."""

    index: Index
    prints: dict[str, str]


# Of the latest round that this process worked on: it is the size of the lists, whoever is watched.
_loaded: dict[int, _Loaded] = {}


def start_round_if_due() -> ScreeningRound | None:
    """Begin a round where the lists in force or the algorithm are not those of the last one."""
    # Asked without the lock first: whoever approves holds rows that a worker may wait for.
    latest, lists = _round_and_lists()
    if not _is_due(latest, lists):
        return latest
    return _start_round()


def _round_and_lists() -> tuple[ScreeningRound | None, list[dict[str, Any]]]:
    snapshots = screening.current_snapshots().select_related("on_list")
    lists = [
        {"list": each.on_list.slug, "snapshot": each.pk, "sha256": each.sha256}
        for each in snapshots
    ]
    return screening.current_round(), lists


def _is_due(latest: ScreeningRound | None, lists: list[dict[str, Any]]) -> bool:
    if not lists:
        return False
    same = latest is not None and latest.lists == lists
    return not (same and latest is not None and latest.algorithm == settings.SCREENING.version)


@transaction.atomic
def _start_round() -> ScreeningRound | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    latest, lists = _round_and_lists()
    if not _is_due(latest, lists):
        return latest
    version = settings.SCREENING.version
    begun = ScreeningRound.objects.create(
        lists=lists, algorithm=version, total=screening.live_watches().count()
    )
    record(
        actor=None,
        action=Action.SCREENING_STARTED,
        target=begun,
        data={"lists": lists, "algorithm": version, "total": begun.total},
    )
    enqueue("accounts.screen_due")
    return begun


def screen_due(*, budget: timedelta = BUDGET) -> int:
    """Screen whoever is due, for about `budget`; hand the rest on. Tell how many were screened."""
    latest = start_round_if_due()
    if latest is None:
        return 0
    until = time.monotonic() + budget.total_seconds()
    done = 0
    while time.monotonic() < until:
        screened = _screen_batch(latest)
        done += screened
        if screened < BATCH:
            _finish(latest)
            return done
    with transaction.atomic():
        enqueue("accounts.screen_due")
    return done


@transaction.atomic
def _screen_batch(latest: ScreeningRound) -> int:
    # Taken by another worker is as good as done.
    watches = list(
        _with_names(screening.due_watches(latest)).select_for_update(
            no_key=True, of=("self",), skip_locked=True
        )[:BATCH]
    )
    if watches:
        _screen(latest, watches, _in_memory(latest))
    return len(watches)


@transaction.atomic
def screen_watches(*, watch_ids: Iterable[int]) -> int:
    """Screen a few subjects now, without the whole of the lists in memory."""
    latest = start_round_if_due()
    if latest is None:
        return 0
    watches = list(
        _with_names(screening.due_watches(latest).filter(pk__in=list(watch_ids)))
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
    )
    if watches:
        queries = [query for query in screening.queries_of(watches).values() if query]
        _screen(latest, watches, _near(latest, queries))
    return len(watches)


def _with_names(watches: QuerySet[Watch]) -> QuerySet[Watch]:
    return watches.select_related("user", "organization")


def _screen(latest: ScreeningRound, watches: Sequence[Watch], lists: _Loaded) -> None:
    queries = screening.queries_of(watches)
    gone = [watch for watch in watches if queries[watch.pk] is None]
    for watch in gone:
        watch.ended_at = timezone.now()
        watch.round = latest.pk
        watch.save(update_fields=["ended_at", "round"])
    found = []
    for watch in watches:
        query = queries[watch.pk]
        if query is not None:
            hits = lists.index.search(query)
            prints = {hit.entry.key: lists.prints[hit.entry.key] for hit in hits}
            found.append(Found(watch, query, digest_of(watch, query), hits, prints))
    keep_outcomes(latest, found)


def digest_of(watch: Watch, query: Query) -> str:
    """Return what tells whether anything that is known of a subject has changed."""
    said = [query.name, query.kind, query.country, query.born, query.address]
    return hashlib.sha256(f"{watch.salt}{json.dumps(said)}".encode()).hexdigest()


def _finish(latest: ScreeningRound) -> None:
    """Write down that a round is done, once nobody is due or in anybody's hands."""
    with transaction.atomic():
        locked = ScreeningRound.objects.select_for_update(no_key=True).get(pk=latest.pk)
        if locked.finished_at is not None or screening.due_watches(locked).exists():
            return
        locked.finished_at = timezone.now()
        locked.save(update_fields=["finished_at"])
        record(actor=None, action=Action.SCREENING_FINISHED, target=locked)


def _in_memory(latest: ScreeningRound) -> _Loaded:
    if latest.pk not in _loaded:
        _loaded.clear()
        _loaded[latest.pk] = _load(_entries_of(latest))
    return _loaded[latest.pk]


def _near(latest: ScreeningRound, queries: Iterable[Query]) -> _Loaded:
    """Return only the entries that share a blocking key with what is looked for."""
    wanted = {key for query in queries for key in keys(folded(query.name, query.kind))}
    return _load(_entries_of(latest).filter(blocking__overlap=sorted(wanted)))


def _entries_of(latest: ScreeningRound) -> QuerySet[ListEntry]:
    snapshots = [each["snapshot"] for each in latest.lists]
    return ListEntry.objects.filter(snapshot__in=snapshots).select_related("snapshot")


def _load(rows: QuerySet[ListEntry]) -> _Loaded:
    prints: dict[str, str] = {}

    def entries() -> Iterator[Entry]:
        for row in rows.order_by("pk").defer("blocking").iterator(chunk_size=2000):
            key = screening.entry_key(row.snapshot, row.key)
            prints[key] = row.fingerprint
            yield Entry(
                key=key,
                name=row.name,
                kind=row.kind,
                aliases=tuple(row.aliases),
                countries=tuple(row.countries),
                born=tuple(row.born),
                addresses=tuple(row.addresses),
                program=row.program,
            )

    return _Loaded(Index(entries(), settings.SCREENING), prints)

"""Reading lists, watches and hits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.text import slugify

from accounts.models import (
    Disposition,
    ListEntry,
    ListSnapshot,
    ScreeningHit,
    ScreeningList,
    ScreeningRound,
    User,
    Watch,
)
from accounts.screening.folding import PERSON
from accounts.screening.matching import Query
from audit import personal

# Tells a list from an entry's key in the key of an index over several lists.
_PARTS = "\x1f"


@dataclass(frozen=True)
class Differences:
    """What one snapshot has and another has not."""

    added: QuerySet[ListEntry]
    removed: QuerySet[ListEntry]
    changed: QuerySet[ListEntry]


def all_lists() -> QuerySet[ScreeningList]:
    """Return every list by its title."""
    return ScreeningList.objects.order_by("title", "pk")


def current_snapshots() -> QuerySet[ListSnapshot]:
    """Return the snapshots in force."""
    return ListSnapshot.objects.filter(state=ListSnapshot.State.CURRENT).order_by("on_list")


def current_snapshot(on_list: ScreeningList) -> ListSnapshot | None:
    """Return the snapshot of a list that is in force."""
    return current_snapshots().filter(on_list=on_list).first()


def free_slug(title: str) -> str:
    """Return a short name for a list that no other one has."""
    stem = slugify(title)[:50] or "list"
    taken = set(ScreeningList.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    numbers = range(2, len(taken) + 3)
    return next(slug for slug in (stem, *(f"{stem}-{n}" for n in numbers)) if slug not in taken)


def differences(former: ListSnapshot, later: ListSnapshot) -> Differences:
    """Compare two snapshots of a list, entry by entry."""
    in_former = ListEntry.objects.filter(snapshot=former, key=OuterRef("key"))
    in_later = ListEntry.objects.filter(snapshot=later, key=OuterRef("key"))
    other = in_former.exclude(fingerprint=OuterRef("fingerprint"))
    return Differences(
        added=later.entries.filter(~Exists(in_former)).order_by("key"),
        removed=former.entries.filter(~Exists(in_later)).order_by("key"),
        changed=later.entries.filter(Exists(other)).order_by("key"),
    )


def entries_by_key(snapshot: ListSnapshot, keys: list[str]) -> dict[str, ListEntry]:
    """Return those entries of a snapshot."""
    rows = snapshot.entries.filter(key__in=keys).defer("blocking")
    return {entry.key: entry for entry in rows}


def snapshots_to_empty(cutoff: datetime) -> list[ListSnapshot]:
    """Return the files that left force before a moment and still have entries nothing needs."""
    followed = ListSnapshot.objects.filter(former__isnull=False, current_at__lt=cutoff)
    rows = ListSnapshot.objects.filter(
        state=ListSnapshot.State.FORMER, pk__in=followed.values("former")
    ).select_related("on_list")
    return [each for each in rows.order_by("pk") if entries_not_needed(each).exists()]


def entries_not_needed(snapshot: ListSnapshot) -> QuerySet[ListEntry]:
    """Return the entries of a file that no open hit refers to."""
    waiting = open_hits().filter(
        on_list=snapshot.on_list_id, key=OuterRef("key"), fingerprint=OuterRef("fingerprint")
    )
    return ListEntry.objects.filter(~Exists(waiting), snapshot=snapshot)


def is_whole(snapshot: ListSnapshot) -> bool:
    """Tell whether all entries of a file are still there."""
    return snapshot.entries.count() == snapshot.loaded


def current_round() -> ScreeningRound | None:
    """Return the latest round; None where no list was ever in force."""
    return ScreeningRound.objects.order_by("-pk").first()


def live_watches() -> QuerySet[Watch]:
    """Return the subjects that are watched now."""
    return Watch.objects.filter(ended_at__isnull=True)


def due_watches(now_round: ScreeningRound) -> QuerySet[Watch]:
    """Return the watched subjects that were not screened in this round, in order."""
    return live_watches().exclude(round=now_round.pk).order_by("round", "pk")


@dataclass(frozen=True)
class Progress:
    """How far a round is."""

    round: ScreeningRound
    total: int
    done: int

    @property
    def left(self) -> int:
        """Return how many are due."""
        return self.total - self.done


def progress() -> Progress | None:
    """Return how far the latest round is, counted afresh."""
    latest = current_round()
    if latest is None:
        return None
    total = live_watches().count()
    return Progress(latest, total, total - due_watches(latest).order_by().count())


def entry_key(snapshot: ListSnapshot, key: str) -> str:
    """Return what names an entry among those of all lists."""
    return f"{snapshot.on_list_id}{_PARTS}{key}"


def split_key(key: str) -> tuple[int, str]:
    """Return the list's id and the entry's own key."""
    list_id, _sep, own = key.partition(_PARTS)
    return int(list_id), own


def queries_of(watches: Iterable[Watch]) -> dict[int, Query | None]:
    """Return what each watch looks for; None where nobody is left to be found.

    The watches come with their user and organisation.
    """
    watches = list(watches)
    given = [watch for watch in watches if watch.sealed_name is not None]
    names = personal.unseal_many(
        (watch.sealed_for, watch.sealed_name)
        for watch in given
        if watch.sealed_for is not None and watch.sealed_name is not None
    )
    opened = dict(zip((watch.pk for watch in given), names, strict=True))
    return {watch.pk: _query(watch, opened.get(watch.pk, "")) for watch in watches}


def _query(watch: Watch, given: str) -> Query | None:
    if watch.user is not None:
        if watch.user.erased_at is not None:
            return None
        return Query(watch.user.full_name, PERSON, watch.country, watch.born)
    if watch.organization is not None:
        organization = watch.organization
        return Query(organization.name, watch.kind, organization.country)
    if given == personal.ERASED:
        return None
    return Query(given, watch.kind, watch.country, watch.born)


def subject_name(watch: Watch) -> str:
    """Return the name of whoever is watched, for those who may know it."""
    if watch.user is not None:
        return watch.user.get_full_name()
    if watch.organization is not None:
        return watch.organization.name
    assert watch.sealed_for is not None  # noqa: S101 - the table's constraint says so
    assert watch.sealed_name is not None  # noqa: S101
    return personal.unseal(watch.sealed_for, watch.sealed_name)


def open_hits() -> QuerySet[ScreeningHit]:
    """Return what waits for a person: what nobody decided, and what changed since."""
    undecided = Q(decision="", listed=True, watch__ended_at__isnull=True)
    return ScreeningHit.objects.filter(undecided | Q(recheck=True))


def blocking_hits() -> QuerySet[ScreeningHit]:
    """Return the hits that keep their subject from being approved."""
    undecided = Q(decision="", listed=True)
    return ScreeningHit.objects.filter(undecided | Q(decision=ScreeningHit.Decision.THEM))


def confirmed_hits() -> QuerySet[ScreeningHit]:
    """Return the hits of which a person said that the subject is the listed one."""
    return ScreeningHit.objects.filter(decision=ScreeningHit.Decision.THEM)


def exact_open_hits() -> QuerySet[ScreeningHit]:
    """Return the exact names and aliases that are not found to be somebody else."""
    return blocking_hits().filter(exact=True)


def decisions_on(hit: ScreeningHit) -> QuerySet[Disposition]:
    """Return what was decided of a hit, newest first."""
    return hit.dispositions.select_related("decided_by").order_by("-pk")


def former_word(hit: ScreeningHit) -> Disposition | None:
    """Return what was decided last of just this version of both sides."""
    return (
        hit.dispositions.filter(fingerprint=hit.fingerprint, subject_digest=hit.subject_digest)
        .order_by("-pk")
        .first()
    )


def last_decider(hit: ScreeningHit) -> User | None:
    """Return who decided last."""
    last = decisions_on(hit).first()
    return last.decided_by if last else None


def hits_of(watches: Iterable[int]) -> QuerySet[ScreeningHit]:
    """Return the hits of some watches with their lists, the gravest first."""
    return (
        ScreeningHit.objects.filter(watch__in=list(watches))
        .select_related("on_list", "watch__user", "watch__organization")
        .order_by(F("exact").desc(), "-score", "pk")
    )

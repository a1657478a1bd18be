"""How alike a subject and an entry of a list are, why, and where that leads."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from accounts.screening.algorithm import Algorithm
from accounts.screening.folding import OTHER, Folded, fold, folded


class Route(StrEnum):
    """Where a score leads. None of them decides anything."""

    STOP = "stop"
    REVIEW = "review"
    CLEAR = "clear"


@dataclass(frozen=True)
class Entry:
    """One party of a list, with every name that it is listed by."""

    key: str
    name: str
    kind: str = OTHER
    aliases: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    born: tuple[int, ...] = ()
    addresses: tuple[str, ...] = ()
    program: str = ""
    line: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Return the name and the aliases, each once."""
        return tuple(dict.fromkeys((self.name, *self.aliases)))


@dataclass(frozen=True)
class Query:
    """Whom to look for."""

    name: str
    kind: str = OTHER
    country: str = ""
    born: int | None = None
    address: str = ""
    # Whether `kind` is known. If not, entries that are of the other kind are not looked at.
    kind_known: bool = True


class Likeness(NamedTuple):
    """How alike two names are, before anything else is known of whom they name."""

    score: float
    exact: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Hit:
    """An entry that is like the subject: how much, by which of its names, and why."""

    entry: Entry
    name: str
    score: float
    exact: bool
    route: Route
    reasons: tuple[str, ...] = field(default=())

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data, for a record or a program."""
        return {
            "entry": self.entry.key,
            "listed_as": self.entry.name,
            "matched": self.name,
            "score": self.score,
            "exact": self.exact,
            "route": self.route.value,
            "reasons": list(self.reasons),
        }


def likeness(one: Folded, other: Folded, algorithm: Algorithm) -> Likeness:
    """Compare two folded names. The same whichever of them comes first."""
    if not one.full or not other.full:
        return Likeness(0.0, exact=False, reasons=())
    if one.full == other.full:
        return Likeness(100.0, exact=True, reasons=("exact",))
    # The words are sorted, so that this is RapidFuzz's token_sort_ratio.
    score, reasons = fuzz.ratio(one.core, other.core), ["letters"]
    by_sound = fuzz.ratio(one.by_sound, other.by_sound)
    if by_sound > score:
        score, reasons = by_sound, ["order_of_sounds"]
    if score < algorithm.sound_score and _sound_alike(one, other, score, algorithm):
        score = float(algorithm.sound_score)
        reasons.append("sound")
    if algorithm.review - algorithm.near <= score < algorithm.review:
        close = JaroWinkler.normalized_similarity(one.core, other.core) * 100
        if close >= algorithm.near_jaro_winkler:
            score = float(algorithm.review)
            reasons.append("jaro_winkler")
    return Likeness(score, exact=False, reasons=tuple(reasons))


def _sound_alike(one: Folded, other: Folded, letters: float, algorithm: Algorithm) -> bool:
    # One word that sounds alike is too little: Tehran and Tirana do.
    return letters >= algorithm.sound_floor and " " in one.sound and one.sound == other.sound


def same_kind(query: Query, entry: Entry) -> bool:
    """Tell whether nothing says that the two are of different kinds."""
    return OTHER in (query.kind, entry.kind) or query.kind == entry.kind


def compare(query: Query, entry: Entry, algorithm: Algorithm) -> Hit:
    """Return the best likeness over the entry's names, with what else is known of both."""
    # Both are read as what the subject is: a list often does not say what an entry is.
    own = folded(query.name, query.kind)
    found = [(likeness(own, folded(name, query.kind), algorithm), name) for name in entry.names]
    best, name = max(found, key=lambda pair: (pair[0].exact, pair[0].score))
    return judged(query, entry, best, name, algorithm)


def judged(query: Query, entry: Entry, best: Likeness, name: str, algorithm: Algorithm) -> Hit:
    """Return the hit that a likeness of names is once everything else is weighed in."""
    score, reasons = best.score, list(best.reasons)
    for change, reason in _secondary(query, entry, algorithm):
        score += change
        reasons.append(reason)
    score = round(min(100.0, max(0.0, score)), 1)
    differs = "kind_differs" in reasons
    exact = best.exact and not differs
    # What no person has looked at yet is not talked away by a country or a year.
    route = Route.STOP if exact else _route(score, algorithm)
    return Hit(entry, name, score, exact, route, tuple(reasons))


def _route(score: float, algorithm: Algorithm) -> Route:
    if score >= algorithm.stop:
        return Route.STOP
    return Route.REVIEW if score >= algorithm.review else Route.CLEAR


def _secondary(query: Query, entry: Entry, algorithm: Algorithm) -> Iterable[tuple[int, str]]:
    if not same_kind(query, entry):
        yield -algorithm.kind_differs, "kind_differs"
    if query.country and entry.countries:
        if query.country in entry.countries:
            yield algorithm.country_agrees, "country_agrees"
        else:
            yield -algorithm.country_differs, "country_differs"
    if query.born is not None and entry.born:
        if min(abs(query.born - year) for year in entry.born) <= 1:
            yield algorithm.born_agrees, "born_agrees"
        else:
            yield -algorithm.born_differs, "born_differs"
    if query.address and any(_same_place(query.address, each) for each in entry.addresses):
        yield algorithm.address_agrees, "address_agrees"


def _same_place(one: str, other: str) -> bool:
    words = [{word for word in fold(each).split() if len(word) > 2} for each in (one, other)]
    least = min(len(each) for each in words)
    return least > 0 and len(words[0] & words[1]) * 2 >= least


def worst(hits: Iterable[Hit]) -> Route:
    """Return the most careful route of several hits; clear where there are none."""
    routes = {hit.route for hit in hits}
    return next((r for r in (Route.STOP, Route.REVIEW) if r in routes), Route.CLEAR)

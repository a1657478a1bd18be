"""A list in memory, to be asked for one subject after the other."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process

from accounts.screening.algorithm import Algorithm
from accounts.screening.blocking import keys
from accounts.screening.folding import ORGANIZATION, PERSON, Folded, folded
from accounts.screening.matching import Entry, Hit, Likeness, Query, judged, likeness, same_kind

# However many are alike, so many are told; the rest shows in `Found.count`.
MOST_HITS = 50
TOP = 3


class _Side:
    """Every name of the list, read as one kind."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.names: list[Folded] = []
        # What is compared, side by side with the names: their words in either order.
        self.spelt: list[str] = []
        self.sounded: list[str] = []
        # The same numbers, not copies of them: there are many more keys than names.
        self.places: dict[str, list[int]] = defaultdict(list)

    def add(self, name: str) -> None:
        found = folded(name, self.kind)
        number = len(self.names)
        self.names.append(found)
        self.spelt.append(found.core)
        self.sounded.append(found.by_sound)
        if found.core:
            for key in keys(found):
                self.places[key].append(number)

    def near(self, query: Folded) -> list[int]:
        """Return the names that share a key with the query, each once, in no order."""
        return list(set().union(*(self.places.get(key, ()) for key in keys(query))))


class Index:
    """The entries of a list with their names by blocking key. Its size is the list's."""

    def __init__(self, entries: Iterable[Entry], algorithm: Algorithm) -> None:
        self.algorithm = algorithm
        self.entries: list[Entry] = []
        self._owner = array("i")
        self._spelt: list[str] = []
        self._sides = {PERSON: _Side(PERSON), ORGANIZATION: _Side(ORGANIZATION)}
        for entry in entries:
            self.entries.append(entry)
            for name in entry.names:
                self._owner.append(len(self.entries) - 1)
                self._spelt.append(name)
                for side in self._sides.values():
                    side.add(name)

    def search(self, query: Query, *, blocked: bool = True) -> list[Hit]:
        """Return the hits worth noting, the most alike first.

        Everything from the review threshold on, up to `MOST_HITS`, and the `TOP` whatever they
        score. `blocked` compares only what shares a key; without it, everything.
        """
        side = self._sides[PERSON if query.kind == PERSON else ORGANIZATION]
        own = folded(query.name, query.kind)
        if not own.full:
            return []
        near = side.near(own) if blocked else range(len(side.names))
        best: dict[int, tuple[Likeness, str]] = {}
        for number in self._alike(own, side, near):
            found = likeness(own, side.names[number], self.algorithm)
            former = best.get(self._owner[number])
            if former is None or found.score > former[0].score:
                best[self._owner[number]] = (found, self._spelt[number])
        hits = [
            judged(query, self.entries[entry], found, name, self.algorithm)
            for entry, (found, name) in best.items()
            if query.kind_known or same_kind(query, self.entries[entry])
        ]
        return worth_noting(hits)

    def _alike(self, own: Folded, side: _Side, near: Sequence[int]) -> set[int]:
        """Return the names that could reach the review threshold, and a few more to note."""
        alike: set[int] = set()
        for text, texts in ((own.core, side.spelt), (own.by_sound, side.sounded)):
            compared = [texts[number] for number in near]
            alike.update(near[place] for place in self._ranked(text, compared))
        return alike

    def _ranked(self, text: str, compared: list[str]) -> Iterable[int]:
        floor = self.algorithm.floor
        cutoff = min(self.algorithm.noted, floor)
        # A few names more than entries are told: several may be of one entry.
        most = TOP * 5
        found = process.extract(text, compared, scorer=fuzz.ratio, score_cutoff=cutoff, limit=most)
        # Seldom are there more of those that could reach it: only then all of them are taken.
        if len(found) == most and found[-1][1] >= floor:
            found = process.extract(
                text, compared, scorer=fuzz.ratio, score_cutoff=floor, limit=None
            )
        return (place for _text, _score, place in found)


def worth_noting(hits: Iterable[Hit]) -> list[Hit]:
    """Return what is told of the hits of one subject, the gravest and most alike first."""
    ranked = sorted(hits, key=lambda hit: (not hit.exact, -hit.score, hit.entry.key))
    routed = [hit for hit in ranked if hit.route != "clear"]
    return routed[:MOST_HITS] or ranked[:TOP]

"""What a tightening would do, counted before it is done.

This room knows releases and stages; who would be affected is counted by the rooms above, which
register a function each. Nothing is locked: what is counted here may change before the act.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from releases.models import Release, Stage


@dataclass(frozen=True)
class Way:
    """One way to tighten: a hold of a kind, or a demotion to a stage."""

    label: str
    hold: str = ""
    stage: Stage | None = None


@dataclass(frozen=True)
class Effect:
    """What would become of one kind of thing. `names` are some of those that stop."""

    label: str
    stops: int
    stays: int = 0
    help: str = ""
    names: tuple[str, ...] = ()


# Called with the releases concerned and the ways; gives the same labels, in order, for each way.
Counter = Callable[[Sequence[Release], Sequence[Way]], list[list[Effect]]]
_counters: list[Counter] = []


def register(counter: Counter) -> None:
    """Add what a room above counts. Called once, when the application starts."""
    if counter not in _counters:
        _counters.append(counter)


@dataclass(frozen=True)
class Row:
    """One kind of thing, and what each way would do to it, in the order of `ways`."""

    label: str
    help: str
    ways: list[str]
    cells: list[Effect]

    @property
    def by_way(self) -> list[tuple[str, Effect]]:
        """Return each way's label with its effect, for a page on which columns become lines."""
        return list(zip(self.ways, self.cells, strict=True))


@dataclass(frozen=True)
class DryRun:
    """What each way would do. `named` are those who would lose something, by way."""

    ways: list[str]
    rows: list[Row]
    named: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)


def dry_run(releases: Sequence[Release], ways: Sequence[Way]) -> DryRun:
    """Return what each way would do to whom, at a number of queries that grows with nothing."""
    counted: list[list[Effect]] = [[] for _way in ways]
    for count in _counters:
        for effects, more in zip(counted, count(releases, ways), strict=True):
            effects.extend(more)
    return tabled([way.label for way in ways], counted)


def tabled(labels: list[str], counted: list[list[Effect]]) -> DryRun:
    """Return effects, a list for each way, as one table."""
    rows = [
        Row(cells[0].label, cells[0].help, labels, list(cells))
        for cells in zip(*counted, strict=True)
    ]
    named = [
        (label, names)
        for label, effects in zip(labels, counted, strict=True)
        if (names := tuple(dict.fromkeys(name for each in effects for name in each.names)))
    ]
    return DryRun(labels, rows, named)

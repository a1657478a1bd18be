"""Whom a decision about countries stops, and to whom it gives access back. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from licensing.countries.judging import Finding, Place, judge
from licensing.countries.table import Table


@dataclass(frozen=True)
class Step:
    """What counts from a moment on without a decision, and what with it.

    `licensed_before` and `licensed_after` are the countries that licences open then.
    """

    start: datetime
    before: Table
    after: Table
    licensed_before: frozenset[str] = frozenset()
    licensed_after: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Switch:
    """One kind of stage that begins to stop somebody, by these findings, or ceases to, by none."""

    access_mode: str
    start: datetime
    findings: tuple[Finding, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether it stops them from then on."""
        return bool(self.findings)


def switches(
    steps: Sequence[Step], access_modes: Iterable[str], places: Sequence[Place]
) -> list[Switch]:
    """Return what changes for somebody of these places, at its first moment for each stage."""
    found = []
    for mode in access_modes:
        for step in steps:
            before = _stopping(step.before, mode, places, step.licensed_before)
            after = _stopping(step.after, mode, places, step.licensed_after)
            if bool(before) != bool(after):
                found.append(Switch(mode, step.start, after))
                break
    return found


def stopped(steps: Sequence[Step], access_modes: Iterable[str], places: Sequence[Place]) -> bool:
    """Tell whether each of these stages stops somebody once the last step is made."""
    last = steps[-1]
    return all(_stopping(last.after, mode, places, last.licensed_after) for mode in access_modes)


def _stopping(
    table: Table, mode: str, places: Sequence[Place], licensed: frozenset[str]
) -> tuple[Finding, ...]:
    return tuple(each for each in judge(table.at(mode), places, licensed) if each.stops)

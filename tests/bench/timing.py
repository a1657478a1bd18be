"""Measuring side by side, and what a measurement says."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table: ours, the limit or peer of the same run, and the bound on the ratio.

    `ours` and `peer` are in `unit`. With `at_least` more is better, with `at_most` less is.
    """

    name: str
    ours: float
    peer: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float:
        """Return ours in parts of the peer."""
        return self.ours / self.peer

    @property
    def holds(self) -> bool:
        """Tell whether the bound is kept."""
        if self.at_least is not None:
            return self.ratio >= self.at_least
        return self.at_most is None or self.ratio <= self.at_most

    def as_data(self) -> dict[str, object]:
        """Return it for the JSON file."""
        return {**asdict(self), "ratio": self.ratio, "holds": self.holds}


def in_turn(*acts: Callable[[], object], rounds: int) -> list[float]:
    """Return the median seconds of each act, taken in turn so that noise hits all alike."""
    for act in acts:
        act()
    columns: list[list[float]] = [[] for _ in acts]
    for _ in range(rounds):
        for act, column in zip(acts, columns, strict=True):
            began = time.perf_counter()
            act()
            column.append(time.perf_counter() - began)
    return [statistics.median(column) for column in columns]

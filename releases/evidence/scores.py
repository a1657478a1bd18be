"""Scores, collected one by one and held to what a threshold can be judged by."""

import math

from releases.evidence.texts import as_line, as_number, listed
from releases.evidence.told import EvidenceProblem, Flag, Score

MOST_SCORES = 5000
# Of so few, no deviation can be told; some tools then write zero.
FEWEST_SAMPLES = 2


class Scores:
    """The scores of one file, in its order."""

    def __init__(self) -> None:
        self._scores: dict[tuple[str, str, str], Score] = {}

    def add(
        self,
        key: tuple[object, object, object],
        value: object,
        stderr: object = None,
        samples: int | None = None,
        higher_is_better: object = None,
    ) -> None:
        """Add a score by its task, metric and filter.

        Raises EvidenceProblem for a value that is not finite, a standard error below zero, and a
        score that is there already.
        """
        task, metric, filtered = (as_line(part) for part in key)
        shown = _named(task, metric, filtered)
        number = as_number(value)
        if number is None or not math.isfinite(number):
            what = "not a number" if number is None or math.isnan(number) else "infinite"
            raise EvidenceProblem(
                f"The score “{shown}” is {what}, which no threshold can be judged by. Find out "
                "why in the run, and run it again."
            )
        if (task, metric, filtered) in self._scores:
            raise EvidenceProblem(f"The file gives the score “{shown}” twice.")
        if len(self._scores) >= MOST_SCORES:
            raise EvidenceProblem(f"The file has more than {MOST_SCORES} scores.")
        self._scores[task, metric, filtered] = Score(
            task=task,
            metric=metric,
            filter=filtered,
            value=number,
            stderr=_stderr(stderr, samples, shown),
            samples=samples,
            higher_is_better=higher_is_better if isinstance(higher_is_better, bool) else None,
        )

    def all(self) -> tuple[Score, ...]:
        """Return them. Raises EvidenceProblem where there are none."""
        if not self._scores:
            raise EvidenceProblem("The file has no scores, so there is nothing to judge.")
        return tuple(self._scores.values())

    def flags(self) -> list[Flag]:
        """Return the doubts about standard errors."""
        flags = []
        without = [_named(*key) for key, score in self._scores.items() if score.stderr is None]
        if without:
            flags.append(
                Flag(
                    "no_stderr",
                    f"No standard error is given for {listed(without, len(without))}, so no bound "
                    "of confidence can be drawn there.",
                )
            )
        zero = [_named(*key) for key, score in self._scores.items() if score.stderr == 0]
        if zero:
            flags.append(
                Flag(
                    "zero_stderr",
                    f"The standard error of {listed(zero, len(zero))} is 0: all samples had the "
                    "same result, so the bound of confidence is the value itself.",
                )
            )
        return flags


def _stderr(value: object, samples: int | None, shown: str) -> float | None:
    number = as_number(value)
    if number is None or not math.isfinite(number):
        return None
    if number < 0:
        raise EvidenceProblem(f"The score “{shown}” has a standard error below zero.")
    if number == 0 and samples is not None and samples < FEWEST_SAMPLES:
        return None
    return number


def _named(task: str, metric: str, filtered: str) -> str:
    return f"{task}: {metric}" + (f" ({filtered})" if filtered else "")

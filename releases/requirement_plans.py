"""The requirements that a stage of a ladder names, as plain data. No database, no clock.

A ladder says what must be true before a release moves onto a stage; `releases.requirements` judges
it. The kinds, and what each asks for beside `key`, `kind`, `name`, `taxonomy` and `override`:

    metric               task, metric, unsafe (above | below), bound; filter, confidence,
                         min_samples, allow_flags, elicitation, stderr (none)
    evidence             type, max_age
    external_evaluation  -
    counterfactual       -
    no_blocker           -
"""

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import NormalDist
from typing import Any

from boards.choices import SeatRole
from common.durations import parse_duration
from common.taxonomy import all_codes
from common.text import one_line
from releases.choices import Elicitation, EvidenceType
from releases.evidence.texts import LONGEST_LINE
from releases.evidence.told import FLAGS

Path = tuple[str | int, ...]
Problems = Iterator[tuple[Path, str]]

CONFIDENCE = "0.95"
# What is asked of every move, whatever the ladder says; `releases.requirements` knows how.
RESERVED = ("sealed", "one_step", "soak", "no_hold", "one_move", "dossier")
# A score's own doubts are judged at the score: another one in the same file may well have them.
SCORE_FLAGS = ("no_stderr", "zero_stderr", "filtered")
ALLOWABLE = tuple(code for code in FLAGS if code not in SCORE_FLAGS)
ELICITATIONS = tuple(each.value for each in Elicitation if each != Elicitation.NOT_APPLICABLE)
UNSAFE = ("above", "below")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,12})?")


@dataclass(frozen=True)
class MetricBound:
    """A score that must stay on the safe side of a bound, with the given confidence.

    `unsafe` is the side of the bound on which harm lies. An empty `filter` or `elicitation` is
    any. Scores need a standard error unless `without_stderr`.
    """

    task: str
    metric: str
    unsafe: str
    bound: float
    filter: str = ""
    confidence: float = float(CONFIDENCE)
    min_samples: int = 0
    allow_flags: frozenset[str] = frozenset()
    elicitation: str = ""
    without_stderr: bool = False

    @property
    def z(self) -> float:
        """How many standard errors the one-sided bound lies from the value."""
        return NormalDist().inv_cdf(self.confidence)


@dataclass(frozen=True)
class FreshEvidence:
    """A type of evidence that must be there, made no longer ago than `max_age`."""

    type: str
    max_age: timedelta


@dataclass(frozen=True)
class ExternalEvaluation:
    """An independent external review, or a search for one that failed."""


@dataclass(frozen=True)
class Counterfactual:
    """The form on comparable models and marginal risk, filled in."""


@dataclass(frozen=True)
class NoBlocker:
    """No open blocker; it is asked of every move anyway, and may be named to give it codes."""


Asks = MetricBound | FreshEvidence | ExternalEvaluation | Counterfactual | NoBlocker


@dataclass(frozen=True)
class RequirementPlan:
    """One requirement. `override`: the seats that may override it; None for the stage's own."""

    key: str
    name: str
    kind: str
    asks: Asks
    taxonomy: tuple[str, ...] = ()
    override: tuple[str, ...] | None = None


def check_requirement(entry: Mapping[str, Any]) -> Problems:
    """Yield what is wrong with an entry: where in it, and a sentence without its full stop."""
    for name in ("key", "kind", "name"):
        if not isinstance(entry.get(name), str) or not entry[name]:
            yield (name,) if name in entry else (), f"{name} is missing or is not text"
            return
    kind = _KINDS.get(entry["kind"])
    if kind is None:
        known = ", ".join(_KINDS)
        yield ("kind",), f"{entry['kind']!r} is not a kind of requirement; use one of {known}"
        return
    if entry["key"] in RESERVED:
        yield ("key",), f"{entry['key']!r} is the key of what every move is asked; use another"
    yield from _unknown(entry, {*_COMMON, *kind.keys})
    yield from _check_list(
        entry, "taxonomy", lambda code: code in all_codes(), "a known code such as v1:3.4"
    )
    yield from _check_list(entry, "override", _is_role, _one_of(SeatRole.values))
    yield from kind.check(entry)


def parse_requirement(entry: Mapping[str, Any]) -> RequirementPlan:
    """Read an entry. Raises ValueError with a sentence for the first thing that is wrong."""
    for path, problem in check_requirement(entry):
        where = ".".join(str(part) for part in path)
        raise ValueError(f"{where}: {problem}." if where else f"{problem}.")
    return RequirementPlan(
        key=entry["key"],
        name=entry["name"],
        kind=entry["kind"],
        asks=_KINDS[entry["kind"]].build(entry),
        taxonomy=tuple(entry.get("taxonomy", ())),
        override=tuple(entry["override"]) if "override" in entry else None,
    )


# Scores


METRIC_KEYS = ("task", "metric", "filter", "unsafe", "bound", "confidence")
_METRIC_KEYS = (*METRIC_KEYS, "min_samples", "allow_flags", "elicitation", "stderr")


def check_metric(entry: Mapping[str, Any]) -> Problems:
    """Yield what is wrong with the bound of a metric; other keys are not looked at."""
    for name in ("task", "metric"):
        yield from _check_line(entry, name, needed=True)
    yield from _check_line(entry, "filter", needed=False)
    if entry.get("unsafe") not in UNSAFE:
        yield (
            _at(entry, "unsafe"),
            "unsafe is the side of the bound on which harm lies, above or below",
        )
    if _number(entry.get("bound")) is None:
        yield _at(entry, "bound"), 'the bound is a number such as 3 or "0.4", decimals in quotes'
    confidence = _number(entry.get("confidence", CONFIDENCE))
    if confidence is None or not 0.5 < confidence < 1:
        yield ("confidence",), 'the confidence lies between "0.5" and "1", for example "0.95"'
    least = entry.get("min_samples", 1)
    if isinstance(least, bool) or not isinstance(least, int) or not 1 <= least <= 10**9:
        yield ("min_samples",), "the least number of samples is a whole number from 1 on"
    yield from _check_list(
        entry, "allow_flags", lambda code: code in ALLOWABLE, f"one of {', '.join(ALLOWABLE)}"
    )
    if entry.get("elicitation", ELICITATIONS[0]) not in ELICITATIONS:
        yield ("elicitation",), f"the elicitation is one of {', '.join(ELICITATIONS)}"
    if entry.get("stderr", "none") != "none":
        yield ("stderr",), "only 'none' can be said here: judge the value where no error is known"


def parse_metric(entry: Mapping[str, Any]) -> MetricBound:
    """Read the bound of a metric. Raises ValueError with a sentence."""
    for path, problem in check_metric(entry):
        raise ValueError(f"{'.'.join(str(part) for part in path) or 'metric'}: {problem}.")
    return MetricBound(
        task=entry["task"],
        metric=entry["metric"],
        unsafe=entry["unsafe"],
        bound=_number(entry["bound"]) or 0.0,
        filter=entry.get("filter", ""),
        confidence=_number(entry.get("confidence", CONFIDENCE)) or 0.0,
        min_samples=entry.get("min_samples", 0),
        allow_flags=frozenset(entry.get("allow_flags", ())),
        elicitation=entry.get("elicitation", ""),
        without_stderr="stderr" in entry,
    )


def _number(value: object) -> float | None:
    """Read a whole number or a decimal in quotes; YAML has no decimals that people agree on."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    if not _NUMBER.fullmatch(str(value)):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


# Evidence


def _check_evidence(entry: Mapping[str, Any]) -> Problems:
    if entry.get("type") not in EvidenceType.values:
        yield _at(entry, "type"), f"the type is one of {', '.join(EvidenceType.values)}"
    max_age = entry.get("max_age")
    if not isinstance(max_age, str):
        yield _at(entry, "max_age"), "say how old it may be at most, for example 180d"
        return
    try:
        length = parse_duration(max_age)
    except ValueError as error:
        yield ("max_age",), str(error)
        return
    if not length:
        yield ("max_age",), "nothing is ever that fresh"


def _evidence(entry: Mapping[str, Any]) -> FreshEvidence:
    return FreshEvidence(entry["type"], parse_duration(entry["max_age"]))


# What the kinds have in common


@dataclass(frozen=True)
class _Kind:
    keys: tuple[str, ...]
    check: Callable[[Mapping[str, Any]], Problems]
    build: Callable[[Mapping[str, Any]], Asks]


def _nothing(_entry: Mapping[str, Any]) -> Problems:
    return iter(())


def _check_no_blocker(entry: Mapping[str, Any]) -> Problems:
    if entry.get("override"):
        yield ("override",), "a blocker is closed by two people, and never overridden"


_COMMON = ("key", "kind", "name", "taxonomy", "override")
_KINDS = {
    "metric": _Kind(_METRIC_KEYS, check_metric, parse_metric),
    "evidence": _Kind(("type", "max_age"), _check_evidence, _evidence),
    "external_evaluation": _Kind((), _nothing, lambda _entry: ExternalEvaluation()),
    "counterfactual": _Kind((), _nothing, lambda _entry: Counterfactual()),
    "no_blocker": _Kind((), _check_no_blocker, lambda _entry: NoBlocker()),
}
KINDS = tuple(_KINDS)


def _unknown(entry: Mapping[str, Any], known: Collection[str]) -> Problems:
    for name in entry:
        if name not in known:
            yield (name,), f"a requirement of kind {entry['kind']!r} has no {name!r}"


def _at(entry: Mapping[str, Any], name: str) -> Path:
    return (name,) if name in entry else ()


def _check_line(entry: Mapping[str, Any], name: str, *, needed: bool) -> Problems:
    if name not in entry and not needed:
        return
    value = entry.get(name)
    if not isinstance(value, str) or not value:
        yield _at(entry, name), f"{name} is missing or is not text"
        return
    try:
        one_line(value, max_length=LONGEST_LINE)
    except ValueError as error:
        yield (name,), str(error).rstrip(".")


def _check_list(
    entry: Mapping[str, Any], name: str, is_known: Callable[[str], bool], what: str
) -> Problems:
    given = entry.get(name, [])
    if not isinstance(given, list):
        yield (name,), f"{name} is a list"
        return
    for number, value in enumerate(given):
        if not isinstance(value, str) or not is_known(value):
            yield (name, number), f"{value!r} is not {what}"
        elif value in given[:number]:
            yield (name, number), f"{value!r} is named twice"


def _one_of(words: Collection[str]) -> str:
    return f"one of {', '.join(words)}"


def _is_role(role: str) -> bool:
    return role in SeatRole.values

"""What a person says of a piece of evidence when they add it: the rules, apart from any form.

No database; the clock is given.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import NormalDist
from typing import Any

from django.utils.translation import gettext as _

from common.text import one_line, paragraphs
from releases.choices import Elicitation, EvidenceType
from releases.evidence.report import Score

LONGEST_TITLE = 200
LONGEST_TEXT = 20_000
LONGEST_BASIS = 5_000
# Evidence is about a model in a world that changes: never longer than a year.
LONGEST_VALID = timedelta(days=366)
VALID: dict[str, timedelta] = {
    EvidenceType.EVALUATION: timedelta(days=180),
    EvidenceType.MEASUREMENT: timedelta(days=180),
    EvidenceType.RED_TEAM_REPORT: timedelta(days=365),
    EvidenceType.EXTERNAL_REVIEW: timedelta(days=365),
    EvidenceType.EXTERNAL_SEARCH: timedelta(days=180),
    EvidenceType.OTHER: timedelta(days=180),
}
# A public call for external evaluators that nobody answers counts as failed after so many business
# days (EU Code of Practice for general-purpose AI, Safety and Security chapter, Appendix 3.5).
LEAST_SEARCH = 20
LEVELS = (80, 90, 95, 99)
# The clock of whoever ran it may go ahead of ours.
_AHEAD = timedelta(hours=1)
_WITHOUT_SUMMARY = (EvidenceType.EVALUATION, EvidenceType.MEASUREMENT)


class EntryProblem(ValueError):
    """What was entered cannot be kept; `field` names where, and the text is a sentence."""

    def __init__(self, field_name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field_name


@dataclass(frozen=True)
class Entry:
    """A piece of evidence as it is entered; `ran_at` and `expires_at` may be left open."""

    type: str
    title: str
    run_by: str
    summary: str = ""
    elicitation: str = Elicitation.NOT_APPLICABLE
    independent: bool = False
    independence_basis: str = ""
    ran_at: datetime | None = None
    expires_at: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """The same, checked and with its times; `scores` are what a measurement says."""

    type: str
    title: str
    run_by: str
    summary: str
    elicitation: str
    independent: bool
    independence_basis: str
    ran_at: datetime
    expires_at: datetime
    details: dict[str, Any]
    scores: tuple[Score, ...]


def check_entry(entry: Entry, *, now: datetime, ran_at: datetime | None = None) -> Checked:
    """Return what is kept. `ran_at` is what an imported file says, and then counts.

    Raises EntryProblem.
    """
    if entry.type not in EvidenceType.values:
        raise EntryProblem("type", _("Choose what kind of evidence it is."))
    if entry.elicitation not in Elicitation.values:
        raise EntryProblem("elicitation", _("Choose how hard the model was pressed."))
    details, scores = _details(entry)
    started = ran_at or entry.ran_at or _search_end(entry, details)
    if started is None:
        raise EntryProblem("ran_at", _("Say when it was done."))
    if started > now + _AHEAD:
        raise EntryProblem("ran_at", _("It cannot have been done in the future."))
    basis = _text("independence_basis", entry.independence_basis, LONGEST_BASIS, optional=True)
    if entry.independent and not basis:
        raise EntryProblem(
            "independence_basis",
            _("Say why whoever did it counts as independent of the developer."),
        )
    without = entry.type in _WITHOUT_SUMMARY
    return Checked(
        type=entry.type,
        title=_line("title", entry.title),
        run_by=_line("run_by", entry.run_by),
        summary=_text("summary", entry.summary, LONGEST_TEXT, optional=without),
        elicitation=entry.elicitation,
        independent=entry.independent,
        independence_basis=basis if entry.independent else "",
        ran_at=started,
        expires_at=_expiry(entry, started, now),
        details=details,
        scores=scores,
    )


def _line(name: str, value: str) -> str:
    try:
        return one_line(value, max_length=LONGEST_TITLE)
    except ValueError as error:
        raise EntryProblem(name, str(error)) from None


def _text(name: str, value: str, most: int, *, optional: bool) -> str:
    if optional and not value.strip():
        return ""
    try:
        return paragraphs(value, max_length=most)
    except ValueError as error:
        raise EntryProblem(name, str(error)) from None


def _expiry(entry: Entry, started: datetime, now: datetime) -> datetime:
    expires_at = entry.expires_at or started + VALID[entry.type]
    if expires_at <= now:
        raise EntryProblem(
            "expires_at",
            _("It must expire in the future.")
            if entry.expires_at
            else _("It would have expired already: evidence this old does not count any more."),
        )
    if expires_at > started + LONGEST_VALID:
        raise EntryProblem(
            "expires_at", _("Evidence is valid for a year at most, from when it was made.")
        )
    return expires_at


def _details(entry: Entry) -> tuple[dict[str, Any], tuple[Score, ...]]:
    if entry.type == EvidenceType.MEASUREMENT:
        return _measurement(entry.details)
    if entry.type == EvidenceType.EXTERNAL_SEARCH:
        return _search(entry.details), ()
    return {}, ()


# Measurements


def _measurement(given: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Score, ...]]:
    task, metric = _line("task", given.get("task", "")), _line("metric", given.get("metric", ""))
    value, low, high = (_number(given, name) for name in ("value", "low", "high"))
    if not low <= value <= high:
        raise EntryProblem("low", _("The value must lie between the two ends of its interval."))
    level = given.get("level")
    if level not in LEVELS:
        raise EntryProblem("level", _("Choose the interval's level of confidence."))
    samples = given.get("samples")
    if samples is not None and (not isinstance(samples, int) or not 1 <= samples <= 10**12):
        raise EntryProblem("samples", _("Give the number of samples as a whole number."))
    higher = given.get("higher_is_better")
    if higher not in (None, True, False):
        raise EntryProblem("higher_is_better", _("Say whether higher is better."))
    details = {"low": low, "high": high, "level": level}
    stderr = standard_error(value, low, high, level)
    if not math.isfinite(stderr):
        raise EntryProblem("low", _("The interval is too wide for anything to be judged by it."))
    return details, (Score(task, metric, "", value, stderr, samples, higher),)


def standard_error(value: float, low: float, high: float, level: int) -> float:
    """Return the standard error that an interval at `level` percent stands for.

    Where one side of the interval is longer, that one counts: the unsafe side is judged by it.
    """
    return max(value - low, high - value) / NormalDist().inv_cdf(0.5 + level / 200)


def _number(given: Mapping[str, Any], name: str) -> float:
    value = given.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise EntryProblem(name, _("Give a number."))
    return float(value)


# Searches for external evaluators


def _search(given: Mapping[str, Any]) -> dict[str, Any]:
    called_at = _text("called_at", given.get("called_at", ""), LONGEST_BASIS, optional=False)
    start, end = given.get("from"), given.get("to")
    if not isinstance(start, date):
        raise EntryProblem("from", _("Say from which day on evaluators were called for."))
    if not isinstance(end, date):
        raise EntryProblem("to", _("Say until which day evaluators could answer."))
    days = business_days(start, end)
    if days < LEAST_SEARCH:
        raise EntryProblem(
            "to",
            _("That is %(days)d business days; a search counts as failed after %(least)d.")
            % {"days": days, "least": LEAST_SEARCH},
        )
    return {
        "called_at": called_at,
        "from": start.isoformat(),
        "to": end.isoformat(),
        "business_days": days,
    }


def _search_end(entry: Entry, details: dict[str, Any]) -> datetime | None:
    """A search was done when it ended."""
    if entry.type != EvidenceType.EXTERNAL_SEARCH:
        return None
    return datetime.fromisoformat(details["to"]).replace(tzinfo=UTC)


def business_days(start: date, end: date) -> int:
    """Return how many days from `start` to `end`, both counted, are from Monday to Friday.

    Holidays differ by place and are counted; leave room for them.
    """
    if end < start:
        return 0
    weeks, rest = divmod((end - start).days + 1, 7)
    return 5 * weeks + sum((start.weekday() + day) % 7 < 5 for day in range(rest))

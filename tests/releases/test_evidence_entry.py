"""What a person says of evidence: every rule as a table."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from releases.choices import EvidenceType
from releases.evidence.entry import (
    VALID,
    Entry,
    EntryProblem,
    business_days,
    check_entry,
    standard_error,
)
from releases.evidence.record import exact, record_bytes, record_digest

NOW = datetime(2026, 11, 21, tzinfo=UTC)
REPORT = Entry(
    "red_team_report", "Autumn", "Northern Institute", summary="Read.", ran_at=NOW - timedelta(1)
)
MEASURED = {
    "task": "uplift",
    "metric": "success",
    "value": 0.5,
    "low": 0.4,
    "high": 0.6,
    "level": 95,
    "samples": 10,
    "higher_is_better": None,
}
MEASUREMENT = replace(REPORT, type="measurement", summary="", details=MEASURED)
SEARCHED = {"called_at": "Here.", "from": date(2026, 10, 1), "to": date(2026, 10, 30)}
SEARCH = replace(REPORT, type="external_search", ran_at=None, details=SEARCHED)


@pytest.mark.parametrize("entry", [REPORT, MEASUREMENT, SEARCH], ids=["report", "number", "search"])
def test_what_is_whole_is_taken(entry: Entry) -> None:
    checked = check_entry(entry, now=NOW)
    assert checked.expires_at == checked.ran_at + VALID[entry.type]


@pytest.mark.parametrize("evidence_type", EvidenceType.values)
def test_every_type_has_a_time_of_a_year_at_most(evidence_type: str) -> None:
    assert timedelta(0) < VALID[evidence_type] <= timedelta(days=366)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "hearsay"}, "type"),
        ({"elicitation": "a little"}, "elicitation"),
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a\u202eb"}, "title"),
        ({"run_by": ""}, "run_by"),
        ({"summary": ""}, "summary"),
        ({"summary": "x" * 20_001}, "summary"),
        ({"summary": "a\x00b"}, "summary"),
        ({"ran_at": None}, "ran_at"),
        ({"ran_at": NOW + timedelta(hours=2)}, "ran_at"),
        ({"independent": True}, "independence_basis"),
        ({"expires_at": NOW}, "expires_at"),
        ({"expires_at": NOW + timedelta(days=366)}, "expires_at"),
        ({"ran_at": NOW - timedelta(days=365)}, "expires_at"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(EntryProblem) as problem:
        check_entry(replace(REPORT, **change), now=NOW)
    assert problem.value.field == field
    assert str(problem.value).endswith(".")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"task": ""}, "task"),
        ({"metric": " "}, "metric"),
        ({"value": None}, "value"),
        ({"value": float("nan")}, "value"),
        ({"high": float("inf")}, "high"),
        ({"low": True}, "low"),
        ({"low": 0.51}, "low"),
        ({"low": -1.5e308, "value": 1e308, "high": 1e308}, "low"),
        ({"high": 0.49}, "low"),
        ({"level": 50}, "level"),
        ({"samples": 0}, "samples"),
        ({"samples": 1.5}, "samples"),
        ({"higher_is_better": "yes"}, "higher_is_better"),
    ],
)
def test_a_measurement_needs_a_number_in_an_interval(change: dict[str, Any], field: str) -> None:
    entry = replace(MEASUREMENT, details={**MEASURED, **change})
    with pytest.raises(EntryProblem) as problem:
        check_entry(entry, now=NOW)
    assert problem.value.field == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"called_at": ""}, "called_at"),
        ({"from": None}, "from"),
        ({"to": "2026-10-30"}, "to"),
        ({"to": date(2026, 10, 27)}, "to"),
        ({"to": date(2026, 9, 1)}, "to"),
        ({"to": date(2026, 12, 24)}, "ran_at"),
    ],
)
def test_a_search_lasts_twenty_business_days(change: dict[str, Any], field: str) -> None:
    with pytest.raises(EntryProblem) as problem:
        check_entry(replace(SEARCH, details={**SEARCHED, **change}), now=NOW)
    assert problem.value.field == field


def test_a_search_was_done_when_it_ended() -> None:
    checked = check_entry(SEARCH, now=NOW)
    assert checked.ran_at == datetime(2026, 10, 30, tzinfo=UTC)
    assert checked.details["business_days"] == 22


def test_what_a_file_says_of_its_time_counts() -> None:
    ran_at = NOW - timedelta(days=9)
    assert check_entry(REPORT, now=NOW, ran_at=ran_at).ran_at == ran_at


def test_a_basis_without_independence_is_dropped() -> None:
    entry = replace(REPORT, independence_basis="They say so.")
    assert check_entry(entry, now=NOW).independence_basis == ""


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 11, 16), date(2026, 11, 16), 1),  # a Monday
        (date(2026, 11, 14), date(2026, 11, 15), 0),  # a weekend
        (date(2026, 11, 13), date(2026, 11, 16), 2),
        (date(2026, 11, 16), date(2026, 11, 22), 5),
        (date(2026, 11, 16), date(2026, 11, 23), 6),
        (date(2026, 10, 26), date(2026, 11, 20), 20),
        (date(2026, 11, 17), date(2026, 11, 16), 0),
    ],
)
def test_business_days_are_from_monday_to_friday(start: date, end: date, days: int) -> None:
    assert business_days(start, end) == days


def test_the_longer_side_of_an_interval_counts() -> None:
    assert standard_error(0.5, 0.4, 0.5, 95) == pytest.approx(0.1 / 1.959964, rel=1e-6)
    assert standard_error(0.5, 0.45, 0.7, 90) == pytest.approx(0.2 / 1.644854, rel=1e-6)


def test_a_record_says_each_number_exactly() -> None:
    assert exact({"a": [0.1, 1, True, None, "x"], "b": (1e22,)}) == {
        "a": ["0.1", 1, True, None, "x"],
        "b": ["1e+22"],
    }
    assert record_bytes({"b": 0.5, "a": "ü"}) == '{"a":"ü","b":"0.5"}'.encode()
    assert record_digest({"a": 0.1}) != record_digest({"a": 0.2})

"""What a ladder may ask for: each kind, and every way to get it wrong."""

from datetime import timedelta
from typing import Any

import pytest

from releases.requirement_plans import (
    ALLOWABLE,
    KINDS,
    Counterfactual,
    ExternalEvaluation,
    FreshEvidence,
    MetricBound,
    NoBlocker,
    check_requirement,
    parse_requirement,
)

METRIC = {
    "key": "bio",
    "kind": "metric",
    "name": "Bio uplift",
    "task": "bio",
    "metric": "accuracy",
    "unsafe": "above",
    "bound": "0.4",
}
RED_TEAM = {
    "key": "red-team",
    "kind": "evidence",
    "name": "Red team",
    "type": "red_team_report",
    "max_age": "180d",
}


def test_a_metric_is_judged_at_95_percent_on_one_side_unless_it_says_otherwise() -> None:
    plan = parse_requirement(METRIC)
    assert isinstance(plan.asks, MetricBound)
    assert plan.asks == MetricBound("bio", "accuracy", "above", 0.4)
    assert plan.asks.z == pytest.approx(1.6448536)
    assert plan.override is None
    assert plan.taxonomy == ()


def test_a_metric_with_all_it_can_say() -> None:
    plan = parse_requirement(
        {
            **METRIC,
            "filter": "strict-match",
            "unsafe": "below",
            "bound": -3,
            "confidence": "0.99",
            "min_samples": 200,
            "allow_flags": ["several_epochs", "not_bound"],
            "elicitation": "fully_elicited",
            "stderr": "none",
            "taxonomy": ["v1:3.1", "v2:2.2.2"],
            "override": ["safety"],
        }
    )
    assert plan.asks == MetricBound(
        task="bio",
        metric="accuracy",
        unsafe="below",
        bound=-3.0,
        filter="strict-match",
        confidence=0.99,
        min_samples=200,
        allow_flags=frozenset({"several_epochs", "not_bound"}),
        elicitation="fully_elicited",
        without_stderr=True,
    )
    assert plan.asks.z == pytest.approx(2.3263479)
    assert plan.taxonomy == ("v1:3.1", "v2:2.2.2")
    assert plan.override == ("safety",)


@pytest.mark.parametrize(
    ("entry", "asks"),
    [
        (RED_TEAM, FreshEvidence("red_team_report", timedelta(days=180))),
        ({"key": "ext", "kind": "external_evaluation", "name": "E"}, ExternalEvaluation()),
        ({"key": "cf", "kind": "counterfactual", "name": "C"}, Counterfactual()),
        ({"key": "none-open", "kind": "no_blocker", "name": "B"}, NoBlocker()),
    ],
)
def test_the_other_kinds(entry: dict[str, Any], asks: object) -> None:
    assert parse_requirement(entry).asks == asks


def test_every_kind_is_among_these() -> None:
    assert KINDS == ("metric", "evidence", "external_evaluation", "counterfactual", "no_blocker")


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        ({"kind": "vibes"}, ("kind",), "use one of metric, evidence"),
        ({"kind": None}, ("kind",), "kind is missing"),
        ({"key": "no_hold"}, ("key",), "the key of what every move is asked"),
        ({"at_most": "0.4"}, ("at_most",), "kind 'metric' has no 'at_most'"),
        ({"task": ""}, ("task",), "task is missing"),
        ({"task": 5}, ("task",), "task is missing or is not text"),
        ({"metric": "a\x07"}, ("metric",), "cannot be seen"),
        ({"metric": "a" * 301}, ("metric",), "301 characters"),
        ({"filter": ""}, ("filter",), "filter is missing"),
        ({"unsafe": "up"}, ("unsafe",), "above or below"),
        ({"bound": "nan"}, ("bound",), "the bound is a number"),
        ({"bound": "inf"}, ("bound",), "the bound is a number"),
        ({"bound": "1e9"}, ("bound",), "the bound is a number"),
        ({"bound": "0,4"}, ("bound",), "the bound is a number"),
        ({"bound": True}, ("bound",), "the bound is a number"),
        ({"bound": None}, ("bound",), "the bound is a number"),
        ({"confidence": "0.5"}, ("confidence",), "between"),
        ({"confidence": "1"}, ("confidence",), "between"),
        ({"confidence": 95}, ("confidence",), "between"),
        ({"min_samples": 0}, ("min_samples",), "from 1 on"),
        ({"min_samples": True}, ("min_samples",), "from 1 on"),
        ({"min_samples": "many"}, ("min_samples",), "from 1 on"),
        ({"allow_flags": "limited"}, ("allow_flags",), "is a list"),
        ({"allow_flags": ["sloppy"]}, ("allow_flags", 0), "'sloppy' is not one of"),
        ({"allow_flags": ["limited", "limited"]}, ("allow_flags", 1), "named twice"),
        ({"allow_flags": ["no_stderr"]}, ("allow_flags", 0), "is not one of"),
        ({"allow_flags": [["limited"]]}, ("allow_flags", 0), "is not one of"),
        ({"elicitation": "not_applicable"}, ("elicitation",), "fully_elicited"),
        ({"stderr": "0.1"}, ("stderr",), "only 'none'"),
        ({"taxonomy": ["3.4"]}, ("taxonomy", 0), "such as v1:3.4"),
        ({"taxonomy": "v1:3.4"}, ("taxonomy",), "is a list"),
        ({"override": ["wizard"]}, ("override", 0), "'wizard' is not one of chair"),
    ],
)
def test_a_wrong_metric_is_told_where_it_is_wrong(
    change: dict[str, Any], path: tuple[str | int, ...], words: str
) -> None:
    found = list(check_requirement({**METRIC, **change}))
    assert [where for where, _sentence in found] == [path]
    assert words in found[0][1]
    with pytest.raises(ValueError, match=str(path[0])):
        parse_requirement({**METRIC, **change})


@pytest.mark.parametrize("name", ["task", "metric", "unsafe", "bound"])
def test_what_is_missing_is_told_at_the_requirement(name: str) -> None:
    found = list(check_requirement({key: METRIC[key] for key in METRIC if key != name}))
    assert [where for where, _sentence in found] == [()]
    assert name in found[0][1]


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        ({"type": "rumour"}, ("type",), "red_team_report"),
        ({"max_age": "soon"}, ("max_age",), "not a duration"),
        ({"max_age": 180}, ("max_age",), "180d"),
        ({"max_age": "0d"}, ("max_age",), "nothing is ever that fresh"),
        ({"task": "x"}, ("task",), "has no 'task'"),
    ],
)
def test_wrong_evidence(change: dict[str, Any], path: tuple[str, ...], words: str) -> None:
    found = list(check_requirement({**RED_TEAM, **change}))
    assert [where for where, _sentence in found] == [path]
    assert words in found[0][1]


def test_a_blocker_can_not_be_made_overridable() -> None:
    entry = {"key": "b", "kind": "no_blocker", "name": "B", "override": ["chair"]}
    assert [path for path, _sentence in check_requirement(entry)] == [("override",)]


def test_every_doubt_about_a_file_but_those_about_one_score_can_be_allowed() -> None:
    plan = parse_requirement({**METRIC, "allow_flags": list(ALLOWABLE)})
    assert isinstance(plan.asks, MetricBound)
    assert plan.asks.allow_flags == set(ALLOWABLE)
    assert {"limited", "incomplete", "dirty_revision", "not_bound"} <= set(ALLOWABLE)

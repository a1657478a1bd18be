"""Rules as data: the override and the fast track, and the strictest of several."""

import itertools
from fractions import Fraction
from typing import Any

import pytest

from boards.rules import Rule, Share, combine, describe_rule, parse_rule, rule_data
from boards.tally import SeatState, tally

MAJORITY: dict[str, Any] = {"quorum": {"more_than": "1/2"}, "approval": {"more_than": "1/2"}}
TWO_THIRDS: dict[str, Any] = {"quorum": {"at_least": "2/3"}, "approval": {"at_least": "2/3"}}
FAST = {"rule": MAJORITY, "voting_period": 86400, "full_review": 14 * 86400}


def emergency(**changes: Any) -> dict[str, Any]:
    return {**MAJORITY, "emergency": {**FAST, **changes}}


def test_a_rule_is_written_as_it_is_read() -> None:
    data = {
        **TWO_THIRDS,
        "required_present": ["independent"],
        "veto": ["safety"],
        "executive": ["chair"],
        "emergency": FAST,
    }
    assert rule_data(parse_rule(data)) == data
    assert rule_data(parse_rule(MAJORITY)) == MAJORITY


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({**MAJORITY, "executive": ["boss"]}, "'executive' names the unknown role 'boss'"),
        ({**MAJORITY, "executive": "chair"}, "'executive' must be a list"),
        ({**MAJORITY, "emergency": {}}, "'emergency' must hold exactly"),
        ({**MAJORITY, "emergency": []}, "'emergency' must hold exactly"),
        (emergency(more=1), "'emergency' must hold exactly"),
        (emergency(rule={}), "'emergency.rule': 'quorum'"),
        (emergency(rule={**MAJORITY, "executive": ["chair"]}), "unknown key 'executive'"),
        (emergency(rule=emergency()), "unknown key 'emergency'"),
        (emergency(voting_period=0), "'emergency.voting_period' must be a number of seconds"),
        (emergency(voting_period=True), "'emergency.voting_period'"),
        (emergency(voting_period="1d"), "'emergency.voting_period'"),
        (emergency(full_review=0), "'emergency.full_review'"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_key(rule: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_rule(rule)


def test_a_rule_without_tracks_knows_neither_override_nor_fast_track() -> None:
    for key, value in (("executive", ["chair"]), ("emergency", FAST)):
        with pytest.raises(ValueError, match=f"unknown key '{key}'"):
            parse_rule({**MAJORITY, key: value}, tracks=False)


def test_both_are_said_in_words() -> None:
    sentences = " ".join(describe_rule({**emergency(), "executive": ["chair", "legal"]}))
    assert "may override the board's result" in sentences
    assert "chair, legal" in sentences
    assert "due within 14 days" in sentences


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([MAJORITY], MAJORITY),
        ([MAJORITY, TWO_THIRDS], TWO_THIRDS),
        ([TWO_THIRDS, MAJORITY], TWO_THIRDS),
        (
            [
                {"quorum": {"at_least": "1/2"}, "approval": {"more_than": "2/3"}},
                {"quorum": {"more_than": "1/2"}, "approval": {"at_least": "2/3"}},
            ],
            {"quorum": {"more_than": "1/2"}, "approval": {"more_than": "2/3"}},
        ),
        (
            [
                {**MAJORITY, "required_present": ["independent"], "veto": ["safety"]},
                {**MAJORITY, "required_present": ["legal", "independent"]},
                {**MAJORITY, "veto": ["legal"]},
            ],
            {
                **MAJORITY,
                "required_present": ["independent", "legal"],
                "veto": ["safety", "legal"],
            },
        ),
        # What loosens shrinks to what all of them grant
        ([{**MAJORITY, "executive": ["chair", "legal"]}, MAJORITY], MAJORITY),
        (
            [
                {**MAJORITY, "executive": ["chair", "legal"]},
                {**MAJORITY, "executive": ["legal", "safety"]},
            ],
            {**MAJORITY, "executive": ["legal"]},
        ),
        ([emergency(), MAJORITY], MAJORITY),
        (
            [
                emergency(voting_period=3600, full_review=30),
                emergency(rule=TWO_THIRDS, voting_period=60, full_review=60),
            ],
            emergency(rule=TWO_THIRDS, voting_period=3600, full_review=30),
        ),
    ],
)
def test_the_combination_is_the_strictest_in_every_part(
    rules: list[dict[str, Any]], expected: dict[str, Any]
) -> None:
    assert rule_data(combine(rules)) == expected


def test_nothing_cannot_be_combined() -> None:
    with pytest.raises(ValueError, match="no rule"):
        combine([])


def test_the_stricter_of_two_shares_needs_at_least_as_many_of_any_number() -> None:
    shares = [
        Share(Fraction(part, whole), strict)
        for whole in range(1, 8)
        for part in range(whole + 1)
        for strict in (True, False)
        if (part < whole or not strict) and (part or strict)
    ]
    for one, other in itertools.product(shares, repeat=2):
        stricter = combine([Rule(one, one), Rule(other, other)]).quorum
        assert stricter in (one, other)
        for number in range(1, 30):
            assert stricter.needed(number) == max(one.needed(number), other.needed(number))


def test_what_the_combination_approves_each_rule_would_have_approved() -> None:
    rules = [
        MAJORITY,
        TWO_THIRDS,
        {**MAJORITY, "veto": ["safety"]},
        {**MAJORITY, "required_present": ["independent"]},
        {"quorum": {"at_least": "1/3"}, "approval": {"at_least": "3/4"}},
    ]
    seats = [SeatState(n, role) for n, role in enumerate(["chair", "safety", "independent"])]
    said = ("approve", "reject", "abstain", "recuse", None)
    for one, other in itertools.product(rules, repeat=2):
        both = combine([one, other])
        for choices in itertools.product(said, repeat=3):
            votes = {n: choice for n, choice in enumerate(choices) if choice}
            if tally(both, seats, votes).outcome == "approved":
                assert tally(parse_rule(one), seats, votes).outcome == "approved"
                assert tally(parse_rule(other), seats, votes).outcome == "approved"

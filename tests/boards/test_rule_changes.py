"""What one rule changes against another: each part told to tighten or to loosen."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from boards.choices import SeatRole, VoteChoice
from boards.rule_changes import compare_rules
from boards.rules import Emergency, Rule, Share, combine
from boards.tally import SeatState, tally

HALF, TWO_THIRDS = Share(Fraction(1, 2), True), Share(Fraction(2, 3), False)
RULE = Rule(quorum=HALF, approval=HALF, required_present=("independent",), executive=("chair",))
FAST = Emergency(rule=Rule(quorum=HALF, approval=HALF), voting_period=3600, full_review=86_400)
WEEK = 7 * 86_400


def effects(old: Rule, new: Rule, former: int = WEEK, now: int = WEEK) -> list[tuple[str, str]]:
    found = compare_rules(old, new, former_seconds=former, voting_seconds=now)
    return [(each.part, each.effect) for each in found]


@pytest.mark.parametrize(
    ("part", "stricter"),
    [
        ("quorum", replace(RULE, quorum=TWO_THIRDS)),
        ("approval", replace(RULE, approval=TWO_THIRDS)),
        ("required_present", replace(RULE, required_present=("independent", "safety"))),
        ("veto", replace(RULE, veto=("safety",))),
        ("executive", replace(RULE, executive=())),
    ],
)
def test_a_part_tightens_one_way_and_loosens_the_other(part: str, stricter: Rule) -> None:
    assert effects(RULE, stricter) == [(part, "tightens")]
    assert effects(stricter, RULE) == [(part, "loosens")]


@pytest.mark.parametrize(
    ("part", "stricter"),
    [
        ("emergency", None),
        ("emergency.quorum", replace(FAST, rule=replace(FAST.rule, quorum=TWO_THIRDS))),
        ("emergency.voting_period", replace(FAST, voting_period=7200)),
        ("emergency.full_review", replace(FAST, full_review=3600)),
    ],
)
def test_so_does_each_part_of_the_fast_track(part: str, stricter: Emergency | None) -> None:
    loose, strict = replace(RULE, emergency=FAST), replace(RULE, emergency=stricter)
    assert effects(loose, strict) == [(part, "tightens")]
    assert effects(strict, loose) == [(part, "loosens")]


def test_a_longer_vote_tightens_and_a_shorter_one_loosens() -> None:
    assert effects(RULE, RULE, WEEK, 2 * WEEK) == [("voting_period", "tightens")]
    assert effects(RULE, RULE, WEEK, 3600) == [("voting_period", "loosens")]


def test_each_change_says_what_it_does_in_a_line() -> None:
    (change,) = compare_rules(
        RULE, replace(RULE, veto=("safety",)), former_seconds=WEEK, voting_seconds=WEEK
    )
    assert change.line == (
        "Tightens: Veto: the safety seat is added. This seat alone can stop a motion."
    )


roles = st.lists(st.sampled_from(SeatRole.values), unique=True, max_size=3).map(tuple)
shares = st.sampled_from(
    [Share(Fraction(n, 6), strict) for n in range(1, 6) for strict in (True, False)]
)
rules = st.builds(Rule, quorum=shares, approval=shares, required_present=roles, veto=roles)


@trials(suppress_health_check=[HealthCheck.too_slow])
@given(rules)
def test_a_rule_against_itself_changes_nothing(rule: Rule) -> None:
    assert effects(rule, rule) == []


@trials(suppress_health_check=[HealthCheck.too_slow])
@given(rules, rules)
def test_the_stricter_of_both_loosens_neither(one: Rule, other: Rule) -> None:
    both = combine([one, other])
    for each in (one, other):
        assert {effect for _part, effect in effects(each, both)} <= {"tightens"}


@trials(suppress_health_check=[HealthCheck.too_slow])
@given(
    rules,
    rules,
    st.lists(st.sampled_from(SeatRole.values), min_size=1, max_size=7),
    st.lists(st.sampled_from(VoteChoice.values), min_size=7, max_size=7),
)
def test_what_loosens_nothing_approves_nothing_that_was_not_approved(
    one: Rule, other: Rule, seated: list[str], said: list[str]
) -> None:
    strict = combine([one, other])
    seats = [SeatState(number, role) for number, role in enumerate(seated)]
    votes = {seat.seat_id: choice for seat, choice in zip(seats, said, strict=False)}
    if tally(strict, seats, votes).outcome == "approved":
        assert tally(one, seats, votes).outcome == "approved"

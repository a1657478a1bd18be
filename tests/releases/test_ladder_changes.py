"""What tightens and what loosens: every field as a table, and laws that hold for all ladders."""

from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from boards.choices import SeatRole, VoteChoice
from boards.tally import SeatState, parse_rule, tally
from releases.choices import ACCESS_MODES
from releases.ladder import EmergencyPlan, LadderPlan, StagePlan, parse_ladder
from releases.ladder_changes import Change, compare, deciding_stages, loosening

SHIPPED = parse_ladder((Path(settings.BASE_DIR) / "deploy" / "ladder.yaml").read_text())
# Without requirements, so that each test can name its own.
DEFAULT = replace(
    SHIPPED, stages=tuple(replace(stage, requirements=()) for stage in SHIPPED.stages)
)
GATED = "gated-weights"
HALF: dict[str, Any] = {"quorum": {"more_than": "1/2"}, "approval": {"more_than": "1/2"}}
FAST = EmergencyPlan(HALF, timedelta(days=1), timedelta(days=14))
BIO: dict[str, Any] = {
    "key": "bio",
    "kind": "metric",
    "name": "Bio uplift",
    "task": "bio",
    "metric": "accuracy",
    "unsafe": "above",
    "bound": "0.2",
}
RED_TEAM = {
    "key": "red",
    "kind": "evidence",
    "name": "Red team",
    "type": "red_team",
    "max_age": "90d",
}


def at_gated(plan: LadderPlan = DEFAULT, **values: Any) -> LadderPlan:
    return replace(
        plan,
        stages=tuple(
            replace(stage, **values) if stage.slug == GATED else stage for stage in plan.stages
        ),
    )


def with_rule(**parts: Any) -> LadderPlan:
    rule = next(stage.rule for stage in DEFAULT.stages if stage.slug == GATED)
    return at_gated(rule={**rule, **parts})


def only(changes: list[Change]) -> Change:
    assert len(changes) == 1, changes
    return changes[0]


def opposite(effect: str) -> str:
    return "loosens" if effect == "tightens" else "tightens"


LOOSER = [
    (at_gated(access_mode="weights_open"), "access", "anyone who accepts the terms"),
    (at_gated(cohort_cap=51), "cohort_cap", "50 organisations becomes 51 organisations"),
    (at_gated(cohort_cap=None), "cohort_cap", "50 organisations becomes no cap"),
    (at_gated(minimum_soak=timedelta(days=29)), "minimum_soak", "30 days becomes 29 days"),
    (at_gated(minimum_soak=timedelta(0)), "minimum_soak", "30 days becomes none"),
    (at_gated(cool_off=timedelta(days=6)), "cool_off", "7 days becomes 6 days"),
    (at_gated(voting_period=timedelta(days=1)), "voting_period", "7 days becomes 1 day"),
    (at_gated(required_tier=1), "required_tier", "tier 2 becomes tier 1"),
    (at_gated(second_factor=timedelta(days=31)), "second_factor", "within 30 days becomes shown w"),
    (at_gated(second_factor=None), "second_factor", "shown within 30 days becomes not asked for"),
    (at_gated(terms=()), "terms", "weights-terms is removed"),
    (at_gated(re_review=timedelta(days=181)), "re_review", "180 days becomes 181 days"),
    (at_gated(re_review=None), "re_review", "180 days becomes never"),
    (at_gated(override=("legal",)), "override", "the legal seat is added"),
    (with_rule(quorum={"at_least": "1/2"}), "quorum", "more than 1/2 becomes at least 1/2"),
    (with_rule(quorum={"more_than": "49/99"}), "quorum", "becomes more than 49/99"),
    (with_rule(approval={"more_than": "1/2"}), "approval", "at least 2/3 becomes more than 1/2"),
    (with_rule(required_present=["safety"]), "required_present", "the independent seat is removed"),
    (with_rule(veto=[]), "veto", "the safety seat is removed"),
    (replace(DEFAULT, executive=("chair",)), "executive", "the chair seat is added"),
    (replace(DEFAULT, emergency=FAST), "emergency", "is added"),
    (replace(DEFAULT, hold_review=timedelta(days=15)), "hold_review", "14 days becomes 15 days"),
]


@pytest.mark.parametrize(("looser", "part", "words"), LOOSER)
def test_what_loosens_one_way_tightens_the_other(looser: LadderPlan, part: str, words: str) -> None:
    there = only(compare(DEFAULT, looser))
    assert (there.effect, there.part) == ("loosens", part)
    assert words in there.what
    assert there.why
    back = only(compare(looser, DEFAULT))
    assert (back.effect, back.part) == ("tightens", part)
    assert back.why != there.why


def test_opening_the_vote_without_the_typed_word_loosens() -> None:
    open_weights = DEFAULT.stages[-1]
    eased = replace(
        DEFAULT, stages=(*DEFAULT.stages[:-1], replace(open_weights, irreversible=False))
    )
    change = only(compare(DEFAULT, eased))
    assert (change.effect, change.part, change.stage) == ("loosens", "irreversible", "open-weights")
    assert only(compare(eased, DEFAULT)).effect == "tightens"


@pytest.mark.parametrize(
    ("fast", "part"),
    [
        (replace(FAST, rule={**HALF, "quorum": {"at_least": "1/3"}}), "emergency.quorum"),
        (replace(FAST, rule={**HALF, "approval": {"at_least": "1/2"}}), "emergency.approval"),
        (replace(FAST, voting_period=timedelta(hours=1)), "emergency.voting_period"),
        (replace(FAST, full_review=timedelta(days=30)), "emergency.full_review"),
    ],
)
def test_an_easier_emergency_review_loosens(fast: EmergencyPlan, part: str) -> None:
    now, then = replace(DEFAULT, emergency=FAST), replace(DEFAULT, emergency=fast)
    change = only(compare(now, then))
    assert (change.effect, change.part) == ("loosens", part)
    assert change.what.startswith("Emergency review. ")
    assert only(compare(then, now)).effect == "tightens"


@pytest.mark.parametrize(
    "renamed",
    [
        at_gated(name="Weights for the vetted"),
        at_gated(description="The same in other words."),
        replace(DEFAULT, title="Another title"),
    ],
)
def test_other_words_are_neutral(renamed: LadderPlan) -> None:
    assert only(compare(DEFAULT, renamed)).effect == "neutral"


def test_the_version_and_the_order_of_roles_and_terms_are_no_change() -> None:
    turned = with_rule(required_present=["safety", "independent"])
    assert compare(DEFAULT, replace(turned, version=2)) == []
    two = at_gated(terms=("a", "b"))
    assert compare(two, at_gated(terms=("b", "a"))) == []


def test_a_share_written_in_another_way_is_no_change() -> None:
    assert compare(DEFAULT, with_rule(approval={"at_least": "4/6"})) == []


# Requirements


def test_a_requirement_added_tightens_and_removed_loosens() -> None:
    gated = at_gated(requirements=(BIO,))
    assert only(compare(DEFAULT, gated)).effect == "tightens"
    assert only(compare(gated, DEFAULT)).effect == "loosens"


@pytest.mark.parametrize(
    ("entry", "looser", "words"),
    [
        (BIO, {"bound": "0.3"}, "bound: 0.2 becomes 0.3"),
        ({**BIO, "unsafe": "below"}, {"bound": "0.1"}, "bound: 0.2 becomes 0.1"),
        (BIO, {"confidence": "0.9"}, "confidence: 0.95 becomes 0.9"),
        ({**BIO, "min_samples": 100}, {"min_samples": 99}, "samples: 100 becomes 99"),
        (BIO, {"stderr": "none"}, "standard error needed: yes becomes no"),
        (BIO, {"allow_flags": ["edited"]}, "flags that may stand: edited is added"),
        (BIO, {"override": ["legal"]}, "the legal seat is added"),
        (RED_TEAM, {"max_age": "91d"}, "age at most: 90 days becomes 91 days"),
    ],
)
def test_a_requirement_that_asks_for_less_loosens(
    entry: dict[str, Any], looser: dict[str, Any], words: str
) -> None:
    before, after = at_gated(requirements=(entry,)), at_gated(requirements=({**entry, **looser},))
    there = only(compare(before, after))
    assert there.effect == "loosens"
    assert words in there.what
    assert only(compare(after, before)).effect == "tightens"


@pytest.mark.parametrize(
    "other", [RED_TEAM | {"key": "bio"}, {**BIO, "task": "chem"}, {**BIO, "elicitation": "full"}]
)
def test_a_requirement_that_asks_for_something_else_loosens_in_doubt(other: dict[str, Any]) -> None:
    before, after = at_gated(requirements=(BIO,)), at_gated(requirements=(other,))
    for one, another in ((before, after), (after, before)):
        change = next(each for each in compare(one, another) if each.effect != "neutral")
        assert change.effect == "loosens"
        assert "in doubt" in change.why


def test_the_stage_s_own_overriders_are_told_once() -> None:
    before = at_gated(requirements=(BIO,))
    assert len(compare(before, at_gated(before, override=("legal",)))) == 1


def test_a_requirement_by_another_name_is_neutral() -> None:
    before = at_gated(requirements=(BIO,))
    after = at_gated(requirements=({**BIO, "name": "Uplift in biology"},))
    assert only(compare(before, after)).effect == "neutral"


# Stages


def ladder_of(*slugs: str) -> LadderPlan:
    stage = DEFAULT.stages[1]
    return replace(
        DEFAULT, stages=tuple(replace(stage, slug=slug, name=slug.upper()) for slug in slugs)
    )


@pytest.mark.parametrize(
    ("before", "after", "effects"),
    [
        ("ab", "abc", ["loosens"]),
        ("abc", "ab", ["tightens"]),
        ("abcd", "ab", ["tightens", "tightens"]),
        ("abc", "ac", ["loosens"]),
        ("ac", "abc", ["loosens"]),
        ("abc", "acb", ["loosens"]),
        ("ab", "ax", ["loosens", "tightens"]),
        ("ab", "xb", ["loosens", "loosens"]),
    ],
)
def test_stages_that_come_go_or_change_places(before: str, after: str, effects: list[str]) -> None:
    changes = compare(ladder_of(*before), ladder_of(*after))
    assert [change.effect for change in changes] == effects
    assert all(change.part == "stages" for change in changes)


def test_another_last_stage_lifts_holds_on_the_model_by_another_rule() -> None:
    strict = {**HALF, "veto": ["safety"]}
    long = ladder_of(*"abc")
    long = replace(long, stages=(*long.stages[:-1], replace(long.stages[-1], rule=strict)))
    short = replace(long, stages=tuple(replace(stage, rule=HALF) for stage in long.stages[:-1]))
    found = {change.part: change for change in compare(long, short)}
    assert found["stages"].effect == "tightens"
    change = found["hold_lift.veto"]
    assert (change.effect, change.stage) == ("loosens", "")
    assert change.what.startswith("Lifting a hold on the whole model. ")
    assert deciding_stages(long, [change]) == list(long.stages)


# Whose rule decides


def test_the_stages_that_are_loosened_decide_by_their_rules_as_they_stood() -> None:
    looser = at_gated(cohort_cap=99, rule=HALF)
    deciding = deciding_stages(DEFAULT, compare(DEFAULT, looser))
    assert [stage.slug for stage in deciding] == [GATED]
    assert deciding[0].rule["veto"] == ["safety"]


def test_what_loosens_the_ladder_as_a_whole_is_decided_by_every_rule() -> None:
    for looser in (replace(DEFAULT, executive=("chair",)), ladder_of("internal", "new")):
        assert deciding_stages(DEFAULT, compare(DEFAULT, looser)) == list(DEFAULT.stages)


# Laws

shares = st.builds(
    lambda bound, top, bottom: {bound: f"{min(top, bottom)}/{bottom}"},
    st.just("at_least"),
    st.integers(1, 12),
    st.integers(1, 12),
) | st.integers(1, 12).flatmap(
    lambda bottom: st.integers(0, bottom - 1).map(lambda top: {"more_than": f"{top}/{bottom}"})
)
roles = st.lists(st.sampled_from(SeatRole.values), unique=True, max_size=3)
rules = st.fixed_dictionaries(
    {"quorum": shares, "approval": shares, "required_present": roles, "veto": roles}
)
times = st.integers(0, 4).map(lambda days: timedelta(days=days))
gates = st.lists(
    st.sampled_from([BIO, {**BIO, "key": "cyber"}, {**BIO, "bound": "0.3"}, RED_TEAM]),
    unique_by=lambda entry: entry["key"],
    max_size=2,
).map(tuple)


@st.composite
def stages(draw: st.DrawFn, slug: str) -> StagePlan:
    return StagePlan(
        slug=slug,
        name=draw(st.sampled_from(["One", "Two"])),
        description="Words.",
        access_mode=draw(st.sampled_from(ACCESS_MODES)),
        cohort_cap=draw(st.none() | st.integers(1, 3)),
        minimum_soak=draw(times),
        cool_off=draw(times),
        voting_period=draw(times),
        required_tier=draw(st.integers(0, 3)),
        terms=tuple(draw(st.lists(st.sampled_from("xyz"), unique=True))),
        rule=draw(rules),
        irreversible=draw(st.booleans()),
        requirements=draw(gates),
        re_review=draw(st.none() | times),
        override=tuple(draw(roles)),
        second_factor=draw(st.none() | times),
    )


@st.composite
def ladders(draw: st.DrawFn) -> LadderPlan:
    slugs = draw(st.permutations("abc"))[: draw(st.integers(1, 3))]
    fast = st.builds(EmergencyPlan, rules, times, times)
    return LadderPlan(
        name="l",
        version=1,
        title="T",
        stages=tuple(draw(stages(slug)) for slug in slugs),
        executive=tuple(draw(roles)),
        emergency=draw(st.none() | fast),
        hold_review=draw(times),
    )


@trials(suppress_health_check=[HealthCheck.too_slow])
@given(ladders())
def test_a_ladder_against_itself_changes_nothing(ladder: LadderPlan) -> None:
    assert compare(ladder, ladder) == []


@trials(suppress_health_check=[HealthCheck.too_slow])
@given(ladders(), ladders())
def test_the_way_back_from_what_tightens_loosens(one: LadderPlan, other: LadderPlan) -> None:
    there, back = compare(one, other), compare(other, one)
    either_way = ("stages", "requirements")
    for change in (change for change in there if change.effect != "neutral"):
        returns = [each for each in back if (each.part, each.stage) == (change.part, change.stage)]
        effects = {each.effect for each in returns}
        if change.effect == "tightens" or change.part not in either_way:
            assert opposite(change.effect) in effects
    assert bool(there) == bool(back)


@st.composite
def three_stages(draw: st.DrawFn) -> list[StagePlan]:
    """Draw versions of a stage of which each takes over a field or two of another stage."""
    found = [draw(stages("a"))]
    names = st.sampled_from([field.name for field in fields(StagePlan) if field.name != "slug"])
    for _step in range(2):
        other = draw(stages("a"))
        taken = draw(st.lists(names, max_size=2))
        found.append(replace(found[-1], **{name: getattr(other, name) for name in taken}))
    return found


@trials(suppress_health_check=[HealthCheck.too_slow])
@given(three_stages())
def test_what_loosens_nothing_in_two_steps_loosens_nothing_in_one(
    versions: list[StagePlan],
) -> None:
    first, second, third = (replace(DEFAULT, stages=(stage,)) for stage in versions)
    assume(not loosening(compare(first, second)) and not loosening(compare(second, third)))
    assert not loosening(compare(first, third))


@st.composite
def ballots(draw: st.DrawFn) -> tuple[list[SeatState], dict[int, str]]:
    kinds = draw(st.lists(st.sampled_from(SeatRole.values), min_size=1, max_size=8))
    seats = [
        SeatState(number, role, draw(st.booleans()), draw(st.booleans()))
        for number, role in enumerate(kinds)
    ]
    votes = {
        seat.seat_id: draw(st.sampled_from(VoteChoice.values))
        for seat in seats
        if not seat.vacant and draw(st.booleans())
    }
    return seats, votes


@st.composite
def two_rules(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw two rules of which the second loosens nothing."""
    one, other = draw(rules), draw(rules)
    mixed = {key: draw(st.sampled_from([one[key], other[key]])) for key in one}
    ways = [(one, mixed), (mixed, one)]
    ordered = [pair for pair in ways if not loosening(compare(*(at_gated(rule=r) for r in pair)))]
    assume(ordered)
    return ordered[0]


@trials(suppress_health_check=[HealthCheck.too_slow])
@given(two_rules(), ballots())
def test_a_rule_that_loosens_nothing_approves_nothing_that_the_former_did_not(
    versions: tuple[dict[str, Any], dict[str, Any]],
    cast: tuple[list[SeatState], dict[int, str]],
) -> None:
    former, new = (tally(parse_rule(rule), *cast) for rule in versions)
    assert new.outcome != "approved" or former.outcome == "approved"

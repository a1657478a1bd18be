"""Whom a decision about countries stops or lets in, as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from licensing.countries import (
    Effect,
    Place,
    Source,
    StageEffects,
    Step,
    Table,
    stopped,
    switches,
)
from licensing.facts import uses_at

ALLOW, REVIEW, LICENCE, DENY = Effect
NOW = datetime(2026, 12, 3, 10, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
CUBAN = (Place("DE", Source.ORGANIZATION), Place("CU", Source.PERSON))
GATED = ("weights_gated",)
NONE: frozenset[str] = frozenset()
CUBA = frozenset({"CU"})


def table(effect: Effect, mode: str = "weights_gated") -> Table:
    return Table(stages={mode: StageEffects(named=(("CU", effect),))})


@pytest.mark.parametrize(
    ("before", "after", "licensed", "stops"),
    [
        (ALLOW, DENY, NONE, True),
        (REVIEW, LICENCE, NONE, True),
        (LICENCE, ALLOW, NONE, False),
        (DENY, REVIEW, NONE, False),
        (ALLOW, REVIEW, NONE, None),
        (LICENCE, DENY, NONE, None),
        (ALLOW, LICENCE, CUBA, None),
        (LICENCE, DENY, CUBA, True),
        (DENY, LICENCE, CUBA, False),
        (DENY, DENY, CUBA, None),
    ],
)
def test_a_table_stops_or_lets_in_whom_it_treats_otherwise(
    before: Effect, after: Effect, licensed: frozenset[str], stops: bool | None
) -> None:
    steps = [Step(NOW, table(before), table(after), licensed, licensed)]
    found = [each.stops for each in switches(steps, GATED, CUBAN)]
    assert found == ([] if stops is None else [stops])
    assert switches(steps, GATED, CUBAN[:1]) == []


def test_a_licence_that_ends_stops_only_where_one_is_needed() -> None:
    for effect, count in ((LICENCE, 1), (DENY, 0), (ALLOW, 0)):
        steps = [Step(NOW, table(effect), table(effect), CUBA, NONE)]
        assert len(switches(steps, GATED, CUBAN)) == count


def test_what_is_told_is_the_first_moment_and_the_countries_that_stop_then() -> None:
    steps = [
        Step(NOW, table(ALLOW), table(ALLOW), CUBA, NONE),
        Step(LATER, table(LICENCE), table(LICENCE), CUBA, NONE),
    ]
    (switch,) = switches(steps, GATED, CUBAN)
    assert (switch.start, switch.access_mode) == (LATER, "weights_gated")
    assert [each.place.country for each in switch.findings] == ["CU"]


def test_stages_are_told_apart_and_what_is_left_is_known() -> None:
    steps = [Step(NOW, Table(), table(DENY))]
    modes = ("api_named", "weights_gated")
    assert [each.access_mode for each in switches(steps, modes, CUBAN)] == ["weights_gated"]
    assert not stopped(steps, modes, CUBAN)
    assert stopped(steps, GATED, CUBAN)


@pytest.mark.parametrize(
    ("stage", "modes", "public", "uses"),
    [
        ("api_named", ["api", "weights"], [], ["api"]),
        ("api_named", ["api"], ["api"], []),
        ("api_public", ["api"], ["api"], ["api"]),
        ("weights_gated", ["api", "weights"], [], ["api", "weights"]),
        ("weights_gated", ["api", "weights"], ["weights"], ["api"]),
        ("weights_open", ["api", "weights"], ["api", "weights"], ["api", "weights"]),
        ("none", ["api", "weights"], [], []),
    ],
)
def test_a_grant_is_good_for_what_its_modes_and_the_stage_give(
    stage: str, modes: list[str], public: list[str], uses: list[str]
) -> None:
    assert uses_at(stage, modes, public) == uses

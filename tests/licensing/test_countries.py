"""Country tables as text and as rules: what is read, which effect counts, what loosens."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.plain_yaml import YamlProblem
from licensing.countries import (
    NO_TABLE,
    Effect,
    Place,
    Source,
    StageEffects,
    Table,
    changes_between,
    judge,
    loosening,
    parse_table,
    strictest,
)
from licensing.countries.table import GIVING
from tests.licensing.countries import table_text

ALLOW, REVIEW, LICENCE, DENY = Effect


def test_a_country_goes_before_its_groups_and_of_groups_the_strictest_counts() -> None:
    table = parse_table(
        table_text(
            groups={"arms": ["BY", "CU", "RU"], "embargoed": ["CU", "NO"]},
            everyone_else="review",
            unknown="licence",
            of_groups={"arms": "licence", "embargoed": "deny"},
            countries={"RU": "allow"},
        )
    )
    stage = table.at("weights_gated")
    found = {code: stage.effect_on(code) for code in ("BY", "CU", "RU", "NO", "DE", "")}
    assert found == {
        "BY": LICENCE,
        "CU": DENY,
        "RU": ALLOW,
        "NO": DENY,
        "DE": REVIEW,
        "": LICENCE,
    }
    assert stage.by == {"BY": "arms", "CU": "embargoed", "NO": "embargoed"}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("title: Countries", "title: ''", "title: a title is needed."),
        ("title: Countries", "nothing: 1", "the file: 'title' is missing."),
        ("countries: {}", "countries: {ZZ: deny}", "'ZZ' is no country's code"),
        ("countries: {}", "countries: {DE: refuse}", "one of allow, review, licence, deny"),
        ("groups: {}", "groups: {none: deny}", "there is no such group"),
        ("  weights_open:", "  weights:", "stages: 'weights_open' is missing."),
        ("unknown: allow", "unkown: allow", "is not one of everyone_else, unknown"),
        ("everyone_else: allow", "everyone_else: [allow]", "is expected, not"),
        ("stages:", "stages: &all", "anchors and aliases are not used"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, problem: str) -> None:
    text = table_text()
    assert old in text
    with pytest.raises(YamlProblem) as found:
        parse_table(text.replace(old, new, 1))
    assert all(each.startswith("line ") for each in found.value.problems)
    assert problem in str(found.value)


def test_every_problem_is_told_at_once_in_the_order_of_the_lines() -> None:
    text = table_text(countries={"ZZ": "deny"}).replace("title: Countries", "title: ''")
    with pytest.raises(YamlProblem) as found:
        parse_table(text)
    assert len(found.value.problems) == 1 + len(GIVING)
    numbers = [int(each.split(":")[0].split()[1]) for each in found.value.problems]
    assert numbers == sorted(numbers)


def test_the_strictest_of_all_countries_comes_first_and_a_licence_opens_only_its_own() -> None:
    stage = StageEffects(ALLOW, REVIEW, (("CU", DENY), ("RU", LICENCE), ("BY", LICENCE)))
    places = [
        Place("DE", Source.ORGANIZATION),
        Place("RU", Source.PARENT),
        Place("BY", Source.HOSTING),
        Place("", Source.PERSON),
        Place("CU", Source.PERSON),
        Place("DE", Source.ORGANIZATION),
    ]
    found = judge(stage, places, licensed={"RU", "CU"})
    told = [(each.place.country, each.stops, each.needs_second) for each in found]
    assert told == [
        ("CU", True, True),
        ("RU", False, True),
        ("BY", True, True),
        ("", False, True),
        ("DE", False, False),
    ]


def test_changes_are_told_country_by_country_and_by_name() -> None:
    old = parse_table(table_text(countries={"CU": "deny", "IR": "deny"}))
    new = parse_table(table_text(countries={"CU": "licence", "IR": "deny", "FR": "review"}))
    changes = changes_between(old, new)
    assert [each.effect for each in changes] == ["loosens"] * 4 + ["tightens"] * 4
    assert "Cuba: “Denied” becomes “Export licence”." in changes[0].what
    assert "France: “Allowed” becomes “Second reviewer”." in changes[-1].what


def test_what_is_done_with_the_rest_of_the_world_names_who_is_not_meant() -> None:
    old = parse_table(table_text(countries={"CU": "deny"}))
    new = parse_table(table_text(everyone_else="deny", countries={"DE": "allow"}))
    (change, *_others) = changes_between(old, new)
    assert change.effect == "tightens"
    assert "every country but Cuba, Germany" in change.what


def test_other_names_and_groups_with_the_same_effect_change_nothing() -> None:
    by_group = table_text(groups={"embargoed": ["CU"]}, of_groups={"embargoed": "deny"})
    by_name = table_text(countries={"CU": "deny", "FR": "allow"})
    assert changes_between(parse_table(by_group), parse_table(by_name)) == []


COUNTRIES = ["CU", "DE", "FR", "RU", ""]
effects = st.sampled_from(Effect)
stages = st.builds(
    StageEffects,
    effects,
    effects,
    st.dictionaries(st.sampled_from(COUNTRIES[:-1]), effects).map(
        lambda named: tuple(sorted(named.items()))
    ),
)
tables = st.dictionaries(st.sampled_from(GIVING), stages).map(lambda each: Table(stages=each))


def _never_looser(old: Table, new: Table) -> bool:
    """Say it a second time, for each country: also one that neither table names."""
    return all(
        new.at(mode).effect_on(code).strictness >= old.at(mode).effect_on(code).strictness
        for mode in GIVING
        for code in [*COUNTRIES, "JP", "XX"]
    )


@given(old=tables, new=tables)
@settings(max_examples=80)
def test_a_table_loosens_exactly_if_somebody_is_asked_less(old: Table, new: Table) -> None:
    there, back = changes_between(old, new), changes_between(new, old)
    assert (not loosening(there)) == _never_looser(old, new)
    assert (there == []) == (_never_looser(old, new) and _never_looser(new, old))
    opposite = {"loosens": "tightens", "tightens": "loosens"}
    assert sorted(opposite[each.effect] for each in there) == sorted(each.effect for each in back)


@given(several=st.lists(tables, min_size=1, max_size=3), other=tables)
@settings(max_examples=60)
def test_what_loosens_nothing_against_the_strictest_loosens_none_of_them(
    several: list[Table], other: Table
) -> None:
    bound = strictest(several)
    assert all(_never_looser(each, bound) for each in several)
    assert (not loosening(changes_between(bound, other))) == all(
        _never_looser(each, other) for each in several
    )


@given(stage=stages, given_effect=effects, place=st.sampled_from(COUNTRIES))
@settings(max_examples=60)
def test_a_stricter_effect_never_lets_anybody_in(
    stage: StageEffects, given_effect: Effect, place: str
) -> None:
    where = [Place(place, Source.PERSON)]
    other = replace(stage, everyone_else=given_effect, unknown=given_effect, named=())
    (one,), (two,) = judge(stage, where, {"RU"}), judge(other, where, {"RU"})
    if one.effect.strictness <= two.effect.strictness:
        assert two.stops >= one.stops
        assert two.needs_second >= one.needs_second


def test_without_a_table_everybody_is_allowed() -> None:
    assert all(NO_TABLE.at(mode) == StageEffects() for mode in GIVING)
    assert changes_between(NO_TABLE, parse_table(table_text())) == []


def test_the_example_that_is_shipped_can_be_read() -> None:
    text = (Path(__file__).parents[2] / "deploy" / "countries.yaml").read_text()
    table = parse_table(text)
    gated, named = table.at("weights_gated"), table.at("api_named")
    assert [gated.effect_on(code) for code in ("CU", "RU", "CN", "DE")] == [
        DENY,
        DENY,
        LICENCE,
        ALLOW,
    ]
    assert (named.effect_on("RU"), named.effect_on("")) == (REVIEW, REVIEW)

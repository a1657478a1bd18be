"""Scope: parsing, asked against granted, plain words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing import scope as scopes
from licensing.scope import Scope, compare, describe, excess, parse_scope

FULL: dict[str, Any] = {
    "uses": list(scopes.USES),
    "environments": list(scopes.ENVIRONMENTS),
    "sectors": list(scopes.SECTORS),
    "regions": list(scopes.REGIONS),
    "modification": list(scopes.MODIFICATIONS),
    "redistribution": "derivatives",
    "served": "public",
    "usage": "unlimited",
}
SMALL: dict[str, Any] = {
    "uses": ["research"],
    "environments": ["isolated"],
    "sectors": ["science"],
    "regions": ["eea"],
    "modification": [],
    "redistribution": "none",
    "served": "named",
    "usage": "small",
}


def subset(labels: scopes.Labels, least: int = 1) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(list(labels)), min_size=least, unique=True)


scopes_of_any_kind = st.builds(
    lambda **parts: parse_scope(parts),
    uses=subset(scopes.USES),
    environments=subset(scopes.ENVIRONMENTS),
    sectors=subset(scopes.SECTORS),
    regions=subset(scopes.REGIONS),
    modification=subset(scopes.MODIFICATIONS, 0),
    redistribution=st.sampled_from(list(scopes.REDISTRIBUTIONS)),
    served=st.sampled_from(list(scopes.SERVED)),
    usage=st.sampled_from(list(scopes.USAGES)),
)


def test_the_order_of_choices_does_not_matter() -> None:
    turned = {key: value[::-1] if isinstance(value, list) else value for key, value in FULL.items()}
    assert parse_scope(FULL) == parse_scope(turned)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("uses", []),
        ("uses", "research"),
        ("uses", ["war"]),
        ("uses", [1]),
        ("regions", None),
        ("redistribution", "everyone"),
        ("redistribution", ["none"]),
        ("served", "everyone"),
        ("usage", None),
        ("colour", ["red"]),
    ],
)
def test_what_is_unknown_or_missing_is_refused_with_a_sentence(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"[A-Z“].*\.$"):
        parse_scope({**SMALL, key: value})


def test_no_modification_at_all_is_a_scope() -> None:
    assert "You may not change it." in describe(parse_scope(SMALL))


def test_more_than_was_asked_is_named() -> None:
    asked, granted = parse_scope(SMALL), parse_scope(FULL)
    sentences = excess(asked, granted)
    assert len(sentences) == 8
    assert excess(granted, asked) == []


def test_the_comparison_marks_what_was_narrowed() -> None:
    lines = compare(parse_scope(FULL), parse_scope(SMALL))
    assert all(line.narrowed for line in lines)
    assert not any(line.narrowed for line in compare(parse_scope(FULL), parse_scope(FULL)))


@given(scopes_of_any_kind)
def test_data_and_back_is_the_same_scope(scope: Scope) -> None:
    assert parse_scope(scope.as_data()) == scope
    assert all(sentence.endswith(".") for sentence in describe(scope))


@given(scopes_of_any_kind, scopes_of_any_kind)
def test_nothing_exceeds_exactly_where_each_part_is_within(asked: Scope, granted: Scope) -> None:
    within = all(
        set(getattr(granted, part)) <= set(getattr(asked, part))
        for part in ("uses", "environments", "sectors", "regions", "modification")
    ) and all(
        list(labels).index(getattr(granted, part)) <= list(labels).index(getattr(asked, part))
        for part, (labels, _name) in scopes.LEVELS.items()
    )
    assert (excess(asked, granted) == []) == within

"""One byte string for one value."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.canonical import canonical_json, digest

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=20,
)


def test_keys_are_sorted_and_nothing_is_padded() -> None:
    assert (
        canonical_json({"b": [1, True, None], "a": "ü"}) == '{"a":"ü","b":[1,true,null]}'.encode()
    )


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), values))
def test_the_order_of_keys_does_not_matter(value: dict[str, object]) -> None:
    turned = dict(reversed(list(value.items())))
    assert canonical_json(value) == canonical_json(turned)


def test_the_digest_is_sha256_over_the_bytes() -> None:
    assert digest({"a": 1}) == hashlib.sha256(b'{"a":1}').hexdigest()


@pytest.mark.parametrize("bad", [1.5, [float("nan")], {"a": {"b": 0.1}}, (1, 2.0)])
def test_floats_are_refused_at_any_depth(bad: object) -> None:
    with pytest.raises(TypeError, match="floats"):
        canonical_json(bad)


@pytest.mark.parametrize("bad", [{1: "a"}, {"a": [{None: 1}]}])
def test_keys_that_are_no_strings_are_refused(bad: object) -> None:
    with pytest.raises(TypeError, match="keys are strings"):
        canonical_json(bad)

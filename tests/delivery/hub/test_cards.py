"""Front matter as data, whatever stands there."""

import json
import sys
from typing import Any

import pytest

from delivery.hub.cards import LONGEST_BLOCK, front_matter


def card(block: str) -> str:
    return f"---\n{block}\n---\n# A model\n"


@pytest.mark.parametrize(
    ("text", "data"),
    [
        (card("license: other"), {"license": "other"}),
        (card("language:\n- en\n- de"), {"language": ["en", "de"]}),
        (card("date: 2026-11-21"), {"date": "2026-11-21"}),
        (card("extra_gated_prompt: Be careful."), {"extra_gated_prompt": "Be careful."}),
        (card("1: one"), {"1": "one"}),
        ("---\r\nlicense: mit\r\n---\r\n", {"license": "mit"}),
    ],
)
def test_a_mapping_is_plain_data(text: str, data: dict[str, Any]) -> None:
    assert front_matter(text) == data


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# A model",
        "---\nlicense: other\n",
        card("- a list"),
        card("just text"),
        card("a: [1, 2"),
        card("a: !!python/object/apply:os.system ['true']"),
        card("a: .nan"),
        card("a: " + "9" * 5000),
        card("? [a, b]\n: c"),
        card("a: &a [x]\nb: [*a, *a]"),
        card("a: " + "[" * 10_000),
        card("a: 2026-99-99"),
        card("a: \x00"),
        card("a: !!bool foo"),
        card("a: !!timestamp x"),
        card("a: !!int ''"),
        card("a: !!float ''"),
        card("a: !!int 1_:"),
        card("a: !!binary é"),
        card("!!bool foo: a"),
        card("a: !!timestamp 0001-01-01T00:00:00+24:00"),
        card("- " * 10_000),
        card("? " * 10_000),
    ],
)
def test_anything_else_is_no_data_and_no_error(text: str) -> None:
    assert front_matter(text) is None


@pytest.mark.parametrize("piece", ["[", "{", "[{", "a: [", "{a: "])
@pytest.mark.parametrize("end", ["\n---\n", ""])
def test_what_nests_without_end_is_not_even_parsed(
    piece: str, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yaml.scan", lambda _block: pytest.fail("It was parsed."))
    assert front_matter(f"---\n{piece * 15_000}{end}") is None
    assert front_matter(f"---\n{piece * 300}\n---\n") is None


@pytest.mark.parametrize("piece", ["- ", "? ", "- a\n", "a: 1\n", "!!str ", "{}", " a:\n"])
def test_the_longest_front_matter_takes_bounded_work(piece: str) -> None:
    """Python's own steps are counted, not the time."""
    block = (piece * LONGEST_BLOCK)[:LONGEST_BLOCK]
    steps = 0

    def count(*_: Any) -> None:
        nonlocal steps
        steps += 1

    sys.setprofile(count)
    try:
        front_matter(card(block))
    finally:
        sys.setprofile(None)
    assert steps < 5_000_000


def test_what_comes_out_is_json() -> None:
    data = front_matter(card("a: !!set {x, y}\nb: !!binary aGk=\nc: null\nd: 1e3"))
    assert json.loads(json.dumps(data)) == data

"""Reading a ladder: the shipped ones pass; every mistake is told with its line."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from releases.ladder import LadderError, parse_duration, parse_ladder

DEPLOY = Path(settings.BASE_DIR) / "deploy"
TEXT = (DEPLOY / "ladder.yaml").read_text()


def line_of(text: str, wanted: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if wanted in line)


def test_the_default_ladder_says_what_the_design_says() -> None:
    plan = parse_ladder(TEXT)
    modes = [stage.access_mode for stage in plan.stages]
    assert modes == ["none", "api_named", "api_public", "weights_gated", "weights_open"]
    assert [stage.minimum_soak.days for stage in plan.stages] == [0, 0, 30, 30, 90]
    assert [stage.cool_off.days for stage in plan.stages] == [0, 3, 3, 7, 30]
    assert [stage.cohort_cap for stage in plan.stages] == [None, 10, None, 50, None]
    assert [stage.required_tier for stage in plan.stages] == [0, 2, 0, 2, 0]
    assert plan.stages[3].rule["veto"] == ["safety"]
    assert plan.stages[3].rule["approval"] == {"at_least": "2/3"}
    assert [stage.irreversible for stage in plan.stages] == [False] * 4 + [True]


def test_the_demo_ladder_takes_seconds() -> None:
    plan = parse_ladder((DEPLOY / "ladder-demo.yaml").read_text())
    assert plan.stages[1].cool_off == timedelta(seconds=5)
    assert plan.stages[2].minimum_soak == timedelta(seconds=5)
    assert [stage.slug for stage in plan.stages] == [s.slug for s in parse_ladder(TEXT).stages]


@pytest.mark.parametrize(
    ("text", "seconds"), [("0s", 0), ("90s", 90), ("5m", 300), ("12h", 43200), ("30d", 2592000)]
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "d", "-1d", "1.5d", "1 d", "1w", "01d", "999999999d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|ten years"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("cool_off: 7d", "cool_off: a week", "stages[3].cool_off: 'a week' is not a duration"),
        ("cool_off: 7d", "cool_off: 99999d", "longer than ten years"),
        ("cohort_cap: 50", "cohort_cap: 0", "stages[3].cohort_cap"),
        ("cohort_cap: 50", "cohort_cap: many", "stages[3].cohort_cap"),
        ("access: weights_gated", "access: everything", "stages[3].access: 'everything'"),
        ("access: weights_gated", "access: none", "no less access than the one before"),
        ("access: none", "access: api_named", "must be 'none'"),
        ("slug: gated-weights", "slug: internal", "'internal' is used twice"),
        ("slug: gated-weights", "slug: Gated!", "lower-case letters"),
        ("name: Gated weights", "nmae: Gated weights", "stages[3]: "),
        ("irreversible: true", "irreversible: false", "cannot be taken back"),
        ("irreversible: true", "irreversible: maybe", "stages[4].irreversible"),
        ("terms: [api-terms]", "terms: []", "names the terms to accept"),
        ("veto: [safety]", "veto: [wizard]", "unknown role 'wizard'"),
        ('approval: {at_least: "2/3"}', 'approval: {at_least: "3/2"}', "no vote could ever meet"),
        ('approval: {at_least: "2/3"}', "approval: {at_least: 0.5}", "must be text in quotes"),
        ("voting_period: 7d", "voting_period: 0s", "a second to a year"),
        ("required_tier: 2", "required_tier: 7", "required_tier"),
        ("version: 1", "version: 0", "version"),
        ("version: 1", "version: 1\nversion: 2", "given twice"),
        ("title: The default ladder", "title: &a x", "anchors and aliases"),
        ("title: The default ladder", "title: *a", "anchors and aliases"),
        ("title: The default ladder", "title: !!python/object:os.system x", "tags are not used"),
        ("title: The default ladder", "title: 2026-01-01", "must be text in quotes"),
        ("title: The default ladder", "title: {", "line"),
        ("title: The default ladder", "? [a]\n: b", "a key must be plain text"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, sentence: str) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    with pytest.raises(LadderError) as problem:
        parse_ladder(text)
    found = str(problem.value)
    assert sentence in found
    assert found.startswith("line ")
    if sentence.startswith("stages[3].co"):
        assert found.startswith(f"line {line_of(text, new)}:")


def test_every_problem_is_told_at_once() -> None:
    text = TEXT.replace("cool_off: 7d", "cool_off: soon").replace("cohort_cap: 50", "cohort_cap: x")
    with pytest.raises(LadderError) as problem:
        parse_ladder(text)
    assert len(problem.value.problems) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing",
        "[]",
        "just words",
        "\x00",
        "a: \x07",
        "[" * 5000,
        "{a: " * 5000,
        "- " * 5000,
        "x" * 300_000,
        "a: b\n---\nc: d",
        "\ud800",
        "stages: 5\nname: a\nversion: 1\ntitle: b",
    ],
)
def test_what_is_no_ladder_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(LadderError) as problem:
        parse_ladder(text)
    assert all(len(sentence) < 400 for sentence in problem.value.problems)

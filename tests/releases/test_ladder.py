"""Reading a ladder: the shipped ones pass; every mistake is told with its line."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from common.durations import parse_duration
from releases.ladder import EmergencyPlan, LadderError, parse_ladder

DEPLOY = Path(settings.BASE_DIR) / "deploy"
SHIPPED = (DEPLOY / "ladder.yaml").read_text()
# Without requirements, so that each test can name its own.
TEXT = re.sub(r"    requirements:\n(      .*\n)+", "", SHIPPED)
A_GATE = """{key: bio, kind: metric, name: Bio uplift, task: bio, metric: accuracy, \
unsafe: above, bound: "0.2"}"""
EMERGENCY = """{rule: {quorum: {more_than: "1/2"}, approval: {at_least: "2/3"}}, \
voting_period: 1d, full_review: 9d}"""


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


def test_the_default_ladder_calls_for_reviews_and_lets_nobody_overrule_the_board() -> None:
    plan = parse_ladder(TEXT)
    assert plan.hold_review == timedelta(days=14)
    assert [stage.re_review for stage in plan.stages] == [None] * 3 + [timedelta(days=180)] * 2
    assert plan.executive == ()
    assert plan.emergency is None
    assert all(stage.override == () for stage in plan.stages)


def test_the_default_ladder_asks_for_evidence_before_anyone_gets_more() -> None:
    asked = [
        [each["kind"] for each in stage.requirements] for stage in parse_ladder(SHIPPED).stages
    ]
    weights = ["external_evaluation", "evidence", "counterfactual"]
    assert asked == [[], [], ["evidence"], weights, weights]


def test_a_file_without_the_newer_keys_stays_valid() -> None:
    text = TEXT.replace("hold_review: 14d\n", "").replace("    re_review: 180d\n", "")
    plan = parse_ladder(text)
    assert plan.hold_review == timedelta(days=14)
    assert all(stage.re_review is None for stage in plan.stages)
    assert all(stage.requirements == () for stage in plan.stages)


def test_the_default_ladder_asks_for_a_second_factor_at_gated_weights_and_the_demo_for_none() -> (
    None
):
    asked = [stage.second_factor for stage in parse_ladder(TEXT).stages]
    assert asked == [None, None, None, timedelta(days=30), None]
    demo = parse_ladder((Path(__file__).parents[2] / "deploy" / "ladder-demo.yaml").read_text())
    assert all(stage.second_factor is None for stage in demo.stages)


def test_every_newer_key_is_read() -> None:
    text = TEXT.replace(
        "hold_review: 14d", f"hold_review: 7d\nexecutive: [chair]\nemergency: {EMERGENCY}"
    )
    text = text.replace(
        "    re_review: 180d", f"    override: [legal]\n    requirements: [{A_GATE}]", 1
    )
    plan = parse_ladder(text)
    assert plan.hold_review == timedelta(days=7)
    assert plan.executive == ("chair",)
    assert plan.emergency is not None
    assert plan.emergency.full_review == timedelta(days=9)
    assert plan.emergency.voting_period == timedelta(days=1)
    assert EmergencyPlan.from_stored(plan.emergency.stored()) == plan.emergency
    assert plan.stages[3].override == ("legal",)
    assert plan.stages[3].requirements[0]["bound"] == "0.2"


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
        ("hold_review: 14d", "hold_review: 0s", "hold_review: a review that is due at once"),
        ("hold_review: 14d", "hold_review: soon", "hold_review: 'soon' is not a duration"),
        ("hold_review: 14d", "executive: [wizard]", "executive[0]: 'wizard' is not one of"),
        ("hold_review: 14d", "emergency: {}", "emergency: 'rule' is a required property"),
        ("hold_review: 14d", f"emergency: {EMERGENCY}".replace("1d", "0s"), "a second to a year"),
        ("hold_review: 14d", f"emergency: {EMERGENCY}".replace("quo", "fo"), "emergency.rule: The"),
        ("hold_review: 14d", f"emergency: {EMERGENCY}".replace("9d", "0s"), "due for ever"),
        ("re_review: 180d", "re_review: 0d", "stages[3].re_review: a review that is due at once"),
        ("second_factor: 30d", "second_factor: 0d", "stages[3].second_factor: nobody can show"),
        ("second_factor: 30d", "second_factor: often", "stages[3].second_factor: 'often' is not a"),
        ("second_factor: 30d", "second_factor: 99999d", "stages[3].second_factor: '99999d' is lon"),
        ("required_tier: 0", "required_tier: 0\n    second_factor: 1d", "where weights are downlo"),
        ("re_review: 180d", "override: safety", "stages[3].override: 'safety' is not of type"),
        ("re_review: 180d", "override: [wizard]", "stages[3].override[0]: 'wizard'"),
        ("re_review: 180d", "requirements: [soak]", "stages[3].requirements[0]: 'soak' is not of"),
        ("re_review: 180d", "requirements: [{key: a, kind: b}]", "'name' is a required property"),
        ("re_review: 180d", 'requirements: [{key: a, kind: "\\0", name: c}]', "cannot be kept"),
        ("re_review: 180d", "requirements: [{key: a, kind: b, name: c, x: 0.5}]", "in quotes"),
        ("re_review: 180d", f"requirements: [{A_GATE}, {A_GATE}]", "the key 'bio' is used twice"),
        ("re_review: 180d", f"requirements: [{A_GATE}]".replace("above", "up"), "[0].unsafe: uns"),
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


def test_what_is_wrong_inside_a_requirement_is_told_with_its_own_line() -> None:
    gate = """    requirements:
      - key: bio
        kind: metric
        name: Bio uplift
        task: bio
        metric: accuracy
        unsafe: above
        bound: lots
        allow_flags:
          - limited
          - sloppy"""
    text = TEXT.replace("    re_review: 180d", gate, 1)
    with pytest.raises(LadderError) as problem:
        parse_ladder(text)
    bound, flag = problem.value.problems
    assert bound.startswith(
        f"line {line_of(text, 'bound: lots')}: stages[3].requirements[0].bound:"
    )
    assert flag.startswith(f"line {line_of(text, '- sloppy')}: ")
    assert "'sloppy' is not one of" in flag


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

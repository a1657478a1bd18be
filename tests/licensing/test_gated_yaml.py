"""Questions as the YAML of a gated model card: read, written, and all that may be wrong."""

import contextlib
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from common.plain_yaml import YamlProblem
from licensing import gated_yaml, own_questions
from licensing.own_questions import KINDS, OwnQuestion, OwnQuestions

CARD = """---
license: other
tags: [llama, 2.5]
extra_gated_heading: "Acknowledge the licence"
extra_gated_prompt: |-
  ### Read this

  It is **long**.
extra_gated_description: Our team may take 2-3 days
extra_gated_button_content: Acknowledge license
extra_gated_eu_disallowed: true
extra_gated_fields:
  Company: text
  Country: country
  Specific date: date_picker
  I want to use this model for:
    type: select
    options:
      - Research
      - Yes
      - label: Other
        value: other
  geo: ip_location
  I agree to use this model for non-commercial use ONLY: checkbox
---

# A card

extra_gated_fields: this is prose
"""


def test_a_card_as_the_hub_has_it_is_read() -> None:
    found = gated_yaml.read(CARD)
    own = found.own
    assert (own.heading, own.button) == ("Acknowledge the licence", "Acknowledge license")
    assert own.prompt == "### Read this\n\nIt is **long**."
    assert own.kept == {"extra_gated_eu_disallowed": "true"}
    assert [(each.label, each.kind) for each in own.questions] == [
        ("Company", "line"),
        ("Country", "country"),
        ("Specific date", "day"),
        ("I want to use this model for", "select"),
        ("geo", "place"),
        ("I agree to use this model for non-commercial use ONLY", "tick"),
    ]
    assert own.questions[3].options == (
        ("Research", "Research"),
        ("Yes", "Yes"),
        ("other", "Other"),
    )
    assert found.left_aside == ("license", "tags")


def test_what_is_written_is_what_the_hub_knows_and_reads_the_same_again() -> None:
    own = gated_yaml.read(CARD).own
    text = gated_yaml.write(own)
    assert "extra_gated_eu_disallowed: true" in text
    assert "  Specific date: date_picker" in text
    assert gated_yaml.read(text).own == own


def test_the_address_of_an_applicant_is_kept_for_export_and_not_asked() -> None:
    asked = own_questions.as_asked(gated_yaml.read(CARD).own)
    assert "geo" not in [question.label for question in asked]


def test_a_question_that_reads_the_same_keeps_its_key() -> None:
    former = OwnQuestions(questions=(OwnQuestion("own_firm", "Company", "line"),))
    own = gated_yaml.read("extra_gated_fields: {Firm: text, Company: text}", former).own
    assert [each.key for each in own.questions] == ["own_firm_2", "own_firm"]


PROBLEMS = [
    ("", 1, "empty"),
    ("# nothing", 1, "empty"),
    ("- a\n- b", 1, "no list of keys"),
    ("license: other", 0, "no key that begins"),
    ("extra_gated_fields:\n  A: text\n  A: country", 3, "twice"),
    ("extra_gated_fields:\n  A: &a text\n  B: *a", 2, "anchors"),
    ("extra_gated_fields:\n  A: !!python/object:os.system text", 2, "tags"),
    ("extra_gated_fields:\n  A: number", 2, "its type must be one of text"),
    ("extra_gated_fields:\n  A: [text]", 2, "give the type"),
    ("extra_gated_fields: [text]", 1, "Question: type"),
    ("extra_gated_fields:\n  A:\n    type: select", 2, "needs a list"),
    ("extra_gated_fields:\n  A:\n    type: select\n    options: [x]", 2, "between 2 and"),
    ("extra_gated_fields:\n  A:\n    type: select\n    options: [x, x]", 2, "twice"),
    ("extra_gated_fields:\n  A:\n    type: select\n    options: [x, [y]]", 4, "an option is"),
    ("extra_gated_fields:\n  A:\n    type: text\n    options: [x, y]", 4, "only “select”"),
    ("extra_gated_fields:\n  A:\n    type: text\n    width: 3", 4, "has no “width”"),
    ("extra_gated_prompt: [a]\nextra_gated_fields: {}", 1, "must be text"),
    ("extra_gated_fields:\n  A: text\nsluice_questions: x", 3, "name questions"),
    ("extra_gated_fields:\n  A: text\nsluice_questions:\n  A: {colour: red}", 4, "may hold"),
    ("extra_gated_fields:\n  A: text\nsluice_questions:\n  A: {kind: tick}", 4, "does not go"),
    ("extra_gated_fields:\n  A: text\nsluice_questions:\n  A: {required: so}", 4, "true or false"),
    ("extra_gated_fields:\n  A: text\nsluice_questions:\n  A: {key: password}", 2, "not one of"),
    ("extra_gated_fields:\n  " + "x" * 301 + ": text", 2, "at most 300"),
    ('extra_gated_fields:\n  "a\\u202eb": text', 2, "cannot be seen"),
    ("extra_gated_fields: {" + ", ".join(f"q{n}: text" for n in range(41)) + "}", 0, "at most 40"),
    ("extra_gated_heading: " + "x" * 400, 0, "at most 300"),
    ("extra_gated_prompt: " + "x" * 20_001, 1, "longer than"),
    ("extra_gated_fields: " + "[" * 50 + "]" * 50, 1, "deep"),
    ("extra_gated_fields: {a: 'x", 1, ""),
    ("\tx: y", 1, ""),
    ("x" * 300_000, 0, "longer than"),
    ("extra_gated_heading: \ud800", 0, "not plain text"),
    ("extra_gated_heading: a\x00b", 0, ""),
]


@pytest.mark.parametrize(("text", "line", "words"), PROBLEMS)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(YamlProblem) as problem:
        gated_yaml.read(text)
    first = problem.value.problems[0]
    assert words in first
    assert not line or (f"line {line}:" in first) or words == "empty"


def test_the_lines_are_those_of_the_card() -> None:
    with pytest.raises(YamlProblem, match=r"line 4: extra_gated_fields\.A"):
        gated_yaml.read("---\nlicense: other\nextra_gated_fields:\n  A: number\n---\n# Card\n")


def test_every_problem_is_said_and_there_is_an_end_to_them() -> None:
    fields = "\n".join(f"  q{number}: number" for number in range(60))
    with pytest.raises(YamlProblem) as problem:
        gated_yaml.read(f"extra_gated_fields:\n{fields}")
    assert len(problem.value.problems) == gated_yaml.MOST_PROBLEMS


def test_a_few_lines_that_unfold_to_gigabytes_are_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    with pytest.raises(YamlProblem, match="anchors and aliases"):
        gated_yaml.read("\n".join(lines))


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs"]), min_size=1, max_size=40
).filter(lambda text: text.strip())


@st.composite
def own_of_any_kind(draw: st.DrawFn) -> OwnQuestions:
    labels = draw(st.lists(words, max_size=5, unique_by=lambda text: " ".join(text.split())))
    own = OwnQuestions(
        heading=draw(st.just("") | words),
        prompt=draw(st.just("") | st.lists(words, min_size=1, max_size=4).map("\n".join)),
        description=draw(st.just("") | words),
        button=draw(st.just("") | words),
        kept=draw(st.just({}) | st.just({"extra_gated_eu_disallowed": "true"})),
    )
    for label in labels:
        kind = draw(st.sampled_from(list(KINDS)))
        options = draw(st.lists(st.tuples(words, words), min_size=2, max_size=4))
        question = OwnQuestion(
            key=own_questions.new_key(label, {each.key for each in own.questions}),
            label=label,
            kind=kind,
            required=draw(st.booleans()),
            help=draw(st.just("") | words),
            options=tuple(options) if kind == "select" else (),
        )
        own = replace(own, questions=(*own.questions, question))
    return own


@settings(max_examples=200, deadline=None)
@given(own_of_any_kind())
def test_nothing_is_lost_on_the_way_out_and_back(own: OwnQuestions) -> None:
    try:
        kept = own_questions.checked(own)
    except ValueError:
        return
    if kept == OwnQuestions():
        return
    assert gated_yaml.read(gated_yaml.write(kept)).own == kept
    assert own_questions.parse(kept.as_data()) == kept


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ["extra_gated_fields", "sluice_questions", "type", "options", "label", "A"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_no_yaml_whatever_breaks_the_reader(data: Any) -> None:
    text = yaml.safe_dump({"extra_gated_fields": data, "sluice_questions": data})
    with contextlib.suppress(YamlProblem):
        own = gated_yaml.read(text).own
        assert own == own_questions.checked(own)


def test_an_empty_questionnaire_can_be_written_and_read() -> None:
    assert gated_yaml.read(gated_yaml.write(OwnQuestions())).own == OwnQuestions()

"""The structured form, with no database: what may be said, and what is missing."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensing import application_form as form
from licensing.questions import PERSONAL_KEYS, QUESTIONS, SECTIONS, Section

TODAY = date(2026, 11, 21)


def complete() -> dict[str, Any]:
    from tests.licensing.factories import answers

    return {**answers(), "end_date": "2027-06-30"}


def section_of(key: str) -> Section:
    return next(section for section in SECTIONS if any(q.key == key for q in section.questions))


def test_a_complete_form_has_no_problems() -> None:
    assert form.problems(SECTIONS, complete(), TODAY) == []


def test_an_empty_form_names_every_section_with_a_required_question() -> None:
    titles = [section.key for section, _errors in form.problems(SECTIONS, {}, TODAY)]
    asking = [each for each in SECTIONS if any(question.required for question in each.questions)]
    assert titles == [section.key for section in asking]


REQUIRED = [key for key, question in QUESTIONS.items() if question.required]


@pytest.mark.parametrize("key", REQUIRED)
def test_leaving_out_one_required_answer_is_one_error(key: str) -> None:
    answers = {name: value for name, value in complete().items() if name != key}
    (problem,) = form.problems(SECTIONS, answers, TODAY)
    assert list(problem[1]) == [key]
    assert problem[1][key].endswith(".")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("legal_name", "x" * 201),
        ("legal_name", "Ada\x00Lovelace"),
        ("legal_name", "Ada\u202eecalevoL"),
        ("legal_name", ["Ada"]),
        ("purpose", "short"),
        ("purpose", "x" * 6001),
        ("country", "XX"),
        ("country", ["DE"]),
        ("profile_url", "javascript:alert(1)"),
        ("profile_url", "https://"),
        ("profile_url", "http://[::1"),
        ("modes", ["api", "root"]),
        ("modes", "api"),
        ("modes", [["api"]]),
        ("redistribution", "everyone"),
        ("security_level", 3),
        ("end_date", "tomorrow"),
        ("end_date", "2026-11-21"),
        ("end_date", "2031-01-01"),
        ("end_date", "99999-01-01"),
        ("end_users", "not an address"),
        ("end_users", ["a@example.org", "nobody"]),
        ("end_users", "\n".join(f"p{n}@example.org" for n in range(51))),
        ("end_users", [{"a": 1}]),
        ("incident_email", "a@b@c"),
        ("export_statement", "no"),
    ],
)
def test_a_hostile_answer_is_one_error_with_a_sentence(key: str, value: Any) -> None:
    _given, errors = form.clean_section(section_of(key), {**complete(), key: value}, TODAY)
    assert list(errors) == [key]
    assert errors[key]


def test_end_users_are_addresses_once_each() -> None:
    section = section_of("end_users")
    text = " ada@example.org \n\nADA@example.org\r\nbob@example.org"
    given_answers, errors = form.clean_section(section, {"end_users": text}, TODAY)
    assert errors == {}
    assert given_answers["end_users"] == ["ADA@example.org", "bob@example.org"]


def test_the_state_of_a_section_is_told() -> None:
    section = section_of("legal_name")
    assert form.section_state(section, {}, TODAY) == "todo"
    assert form.section_state(section, {"legal_name": "Ada"}, TODAY) == "started"
    assert form.section_state(section, complete(), TODAY) == "done"


def test_personal_answers_are_kept_apart() -> None:
    clear, private = form.split_personal(complete())
    assert set(private) == PERSONAL_KEYS & set(complete())
    assert not set(clear) & PERSONAL_KEYS
    assert {"legal_name", "end_users", "incident_email"} <= set(private)
    assert {"uses", "modes", "purpose"} <= set(clear)


def test_a_draft_keeps_what_is_incomplete_and_refuses_what_no_form_sends() -> None:
    kept = form.clean_draft({"legal_name": "A", "end_date": date(2027, 1, 1)}, QUESTIONS)
    assert kept == {"legal_name": "A", "end_date": "2027-01-01"}
    with pytest.raises(ValueError, match="no question"):
        form.clean_draft({"password": "x"}, QUESTIONS)
    hostile: list[Any] = ["x" * 100_000, ["x"] * 10_000, {"deep": {}}, 3.5, ["x" * 400]]
    for huge in hostile:
        with pytest.raises(ValueError, match="too long"):
            form.clean_draft({"purpose": huge}, QUESTIONS)


def test_leap_days_have_an_end_three_years_on() -> None:
    assert form.latest_end(date(2028, 2, 29)) == date(2031, 2, 28)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=50) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(list(QUESTIONS)), junk))
def test_no_answer_whatever_breaks_the_form(answers: dict[str, Any]) -> None:
    for section in SECTIONS:
        form.clean_section(section, answers, TODAY)
        form.section_state(section, answers, TODAY)
    try:
        kept = form.clean_draft(answers, QUESTIONS)
    except ValueError:
        return
    for question in QUESTIONS.values():
        form.in_words(question, kept)

"""Which pages an application answers, and what holds across them. No database."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from licensing import application_form as form
from licensing.asking import AMENDING, Asked, questions_of, sections_of, track_problem
from licensing.questions import Question, Track
from licensing.referees import RefereeProblem, clean_referees

TODAY = date(2026, 11, 21)
DEPLOYER = Asked("deployer", affiliated=True)
RESEARCHER = Asked("researcher", affiliated=True)
SAFETY = Asked("safety", affiliated=True)
ALONE = Asked("researcher", affiliated=False)

# Every page with whom it is asked of; all others are asked of everybody.
ASKED_OF = {
    "organisation": {"deployer", "researcher", "safety"},
    "deployment": {"deployer"},
    "research": {"researcher", "safety", "alone"},
    "safety": {"safety"},
    "ethics": {"researcher", "safety"},
    "evidence": {"alone"},
}
PEOPLE = {"deployer": DEPLOYER, "researcher": RESEARCHER, "safety": SAFETY, "alone": ALONE}


@pytest.mark.parametrize("who", PEOPLE)
def test_each_track_is_asked_its_own_pages(who: str) -> None:
    keys = [section.key for section in sections_of(PEOPLE[who])]
    assert {key for key, people in ASKED_OF.items() if who in people} == set(keys) & set(ASKED_OF)
    assert {"who", "purpose", "scope", "hosting", "background", "incidents"} < set(keys)
    assert keys[-2:] == ["incidents", "statements"]


def test_a_model_s_own_questions_come_before_the_contact_and_the_statements() -> None:
    own = (Question("own_team", "How large is your team?", "line"),)
    keys = [section.key for section in sections_of(replace(ALONE, own=own))]
    assert keys[-3:] == ["model", "incidents", "statements"]


def test_an_amendment_asks_for_scope_and_why_and_nothing_else() -> None:
    assert sections_of(replace(DEPLOYER, amends=True)) == AMENDING
    assert [section.key for section in AMENDING] == ["amendment", "scope", "changes"]


@pytest.mark.parametrize(
    ("asked", "required"), [(DEPLOYER, False), (RESEARCHER, True), (ALONE, True), (SAFETY, True)]
)
def test_researchers_name_referees_and_deployers_may(asked: Asked, required: bool) -> None:
    assert questions_of(asked)["referees"].required == required


@pytest.mark.parametrize(
    ("track", "affiliated", "criteria", "fits"),
    [
        ("deployer", True, False, True),
        ("deployer", False, False, False),
        ("researcher", True, False, True),
        ("researcher", False, False, True),
        ("safety", True, True, True),
        ("safety", False, True, True),
        ("safety", True, False, False),
        ("visitor", True, True, False),
    ],
)
def test_who_may_take_which_track(track: str, affiliated: bool, criteria: bool, fits: bool) -> None:
    problem = track_problem(track, affiliated=affiliated, criteria=criteria)
    assert (problem == "") == fits
    assert fits or problem.endswith(".")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"ethics_status": "approved"}, {"ethics_details"}),
        ({"ethics_status": "exempt"}, {"ethics_details"}),
        ({"ethics_status": "none"}, {"ethics_own"}),
        ({"ethics_status": "not_asked"}, set()),
        ({}, {"ethics_status"}),
    ],
)
def test_what_ethics_must_be_explained_follows_from_the_approval(
    given: dict[str, Any], missing: set[str]
) -> None:
    section = next(each for each in sections_of(RESEARCHER) if each.key == "ethics")
    assert set(form.clean_section(section, given, TODAY)[1]) == missing


REFEREE = {"name": "Charles", "email": "charles@referee.example", "relation": "Supervisor"}
BARRED = frozenset({"ada@lab.example", "@uni.example"})


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"name": ""}, "name"),
        ({"name": "C\x00"}, None),
        ({"name": "x" * 201}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "Ada@Lab.example"}, "email"),
        ({"email": "dean@uni.example"}, "email"),
        ({"email": "dean@physics.UNI.example"}, "email"),
        ({"email": "dean@notuni.example"}, None),
        ({"relation": " "}, "relation"),
        ({"relation": "left\u202eright"}, "relation"),
    ],
)
def test_a_referee_is_named_in_full_and_comes_from_elsewhere(
    changes: dict[str, str], part: str | None
) -> None:
    row = {**REFEREE, **changes}
    empty = dict.fromkeys(row, "")
    if part is None:
        assert len(clean_referees([row], BARRED)) == 1
        return
    with pytest.raises(RefereeProblem) as problem:
        clean_referees([empty, row], BARRED)
    assert (problem.value.row, problem.value.part) == (1, part)
    assert str(problem.value).endswith(".")


def test_referees_are_named_once_each() -> None:
    with pytest.raises(RefereeProblem, match="twice"):
        clean_referees([REFEREE, {**REFEREE, "email": "CHARLES@referee.example"}], frozenset())


@pytest.mark.parametrize("value", ["x", [REFEREE] * 4, [1], [{"name": 1}], [{"age": "7"}], {}])
def test_no_form_of_ours_sends_such_referees(value: object) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        clean_referees(value, frozenset())


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("https://orcid.org/0000-0002-1694-233x", "0000-0002-1694-233X"),
        ("0000 0002 1825 0097", "0000-0002-1825-0097"),
        ("0000-0002-1825-0098", None),
        ("0000-0002-1825-009", None),
        ("\u0660000-0002-1825-0097", None),
    ],
)
def test_an_orcid_is_told_by_its_check_digit(typed: str, kept: str | None) -> None:
    section = next(each for each in sections_of(ALONE) if each.key == "who")
    answers, errors = form.clean_section(section, {"orcid": typed}, TODAY)
    assert answers.get("orcid") == kept
    assert ("orcid" in errors) == (kept is None)


def test_answers_to_own_questions_are_sealed_whatever_they_are() -> None:
    clear, private = form.split_personal({"own_team": "Ada", "uses": ["research"]})
    assert (clear, private) == ({"uses": ["research"]}, {"own_team": "Ada"})


def test_the_tracks_are_named_in_words() -> None:
    assert all(": " in str(label) for label in Track.labels)

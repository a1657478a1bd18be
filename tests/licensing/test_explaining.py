"""Explanations of applications and grants agree with what the services do, and stay private."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services import add_member
from common.errors import Refused
from licensing import approval_rules, services, shown
from licensing.approval_rules import ApprovalFacts, ScreeningFact
from licensing.models import Application
from licensing.selectors import answers_of
from licensing.selectors.explaining import approval_facts, turn_of_application
from releases.models import Model
from tests.factories import make_organization, make_token, make_user
from tests.licensing.factories import (
    accept_all,
    answers,
    appeal,
    approve,
    decline,
    granted,
    make_all_terms,
    make_application,
    make_ban,
    make_draft,
    make_grant,
    make_hold,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
    make_terms,
    propose,
    tick_all,
)

FACTS = ApprovalFacts(
    state="in_review",
    state_name="In review",
    reviewer="Rosa",
    bans=(),
    checklist=4,
    unticked=(),
    screening=ScreeningFact(lists=True, watched=2),
    nameable=1,
    amended_ended=None,
    former_suspended=False,
    board_declined=False,
    board_approved=False,
    second_why="",
    proposed_by="",
)


@pytest.mark.parametrize(
    ("changes", "rule", "words"),
    [
        ({"state": "submitted", "reviewer": ""}, "in_review", "Take the application"),
        ({"state": "returned"}, "in_review", "not in review: In review"),
        ({"bans": (("Acme", "Fraud."),)}, "not_banned", "Acme is banned: Fraud."),
        ({"unticked": ("Read it.",)}, "checklist", "Left: Read it."),
        ({"screening": ScreeningFact(lists=True, open=1)}, "screened", "Decide it under Screening"),
        ({"screening": ScreeningFact(confirmed=1, open=1)}, "screened", "cannot be approved"),
        ({"nameable": 0}, "nameable", "Name at least one"),
        ({"amended_ended": True}, "amended", "has ended"),
        ({"former_suspended": True}, "former_grant", "is suspended"),
        ({"board_declined": True}, "board", "Refer it to the board again"),
        ({"second_why": "tier 3."}, "second_reviewer", "It takes a second reviewer: tier 3."),
        ({"proposed_by": "Rosa"}, "second_reviewer", "Rosa proposed the approval"),
    ],
)
def test_each_rule_of_an_approval_stops_it_alone(
    changes: dict[str, Any], rule: str, words: str
) -> None:
    stops = [each for each in approval_rules.evaluate(replace(FACTS, **changes)) if each.stops]
    assert [each.rule for each in stops] == [rule]
    assert words in stops[0].sentence


def test_without_anything_in_the_way_every_rule_is_shown_as_met_or_not_needed() -> None:
    told = shown.approval(approval_rules.evaluate(FACTS))
    assert told["allowed"]
    assert len(told["checks"]) == 10
    assert {each["state"] for each in told["checks"]} == {"yes", "na"}
    board = approval_rules.board(declined=True, approved=True)
    assert not board[0].stops


@pytest.fixture
def model(db: None) -> Model:
    model = make_model()
    make_all_terms()
    make_release(model)
    return model


def stops(application: Application) -> set[str]:
    application.refresh_from_db()
    return {
        each.rule for each in approval_rules.evaluate(approval_facts(application)) if each.stops
    }


def test_the_explanation_says_yes_where_the_service_approves_and_names_what_it_refuses(
    model: Model,
) -> None:
    application = make_application(model)
    assert stops(application) == {"in_review", "checklist"}
    make_in_review(application)
    assert stops(application) == {"checklist"}
    assert application.reviewer is not None
    with pytest.raises(Refused, match="Tick the checklist"):
        services.approve_application(
            actor=application.reviewer, application=application, **granted(application)
        )
    tick_all(application)
    assert stops(application) == set()
    approve(application)

    other = tick_all(make_in_review(make_application(model)))
    make_ban(other.applicant, model)
    assert stops(other) == {"not_banned"}
    with pytest.raises(Refused, match="is banned"):
        approve(other)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_applicant_reads_whose_turn_it_is_and_the_reviewer_what_an_approval_needs(
    model: Model,
) -> None:
    draft = make_draft(model, purpose="")
    own = client_of(draft.applicant)
    page = own.get(reverse("application_detail", args=[draft.public_id])).content.decode()
    assert "Waits for" in page
    assert f"/licensing/applications/{draft.public_id}/edit/" in page
    purpose = {"purpose": answers()["purpose"]}
    application = services.submit_application(
        actor=draft.applicant,
        application=services.save_draft(
            actor=draft.applicant,
            application=draft,
            answers={**answers_of(draft), **purpose},
        ),
    )
    page = own.get(reverse("application_detail", args=[application.public_id])).content.decode()
    assert "The reviewers of the model" in page
    assert "working days, as a rule" in page
    assert own.get(reverse("review_explain", args=[application.public_id])).status_code == 404
    staff = client_of(make_reviewer(model))
    page = staff.get(reverse("review_explain", args=[application.public_id])).content.decode()
    assert "It cannot be approved yet: 2 rules stand in the way." in page
    propose(make_in_review(application), tier=3)
    page = staff.get(reverse("review_explain", args=[application.public_id])).content.decode()
    assert "another reviewer confirms it or sends it back" in page


def test_a_returned_and_an_appealed_application_tell_since_when(model: Model) -> None:
    application = make_in_review(make_application(model))
    assert application.reviewer is not None
    services.return_application(
        actor=application.reviewer, application=application, message="How many users?"
    )
    application.refresh_from_db()
    turn = turn_of_application(application)
    assert turn.yours
    assert turn.by == application.answer_by
    assert turn.since is not None
    assert application.submitted_at is not None
    assert turn.since > application.submitted_at

    other = appeal(decline(make_in_review(make_application(model))))
    turn = turn_of_application(other)
    assert turn.since == other.appeal.made_at
    assert turn.who == "A reviewer who did not decide before"


def test_a_program_reads_its_own_application_and_a_reviewer_s_token_more(model: Model) -> None:
    application = make_in_review(make_application(model))
    assert application.reviewer is not None
    url = f"/api/applications/{application.public_id}/explain"
    assert Client().get(url).status_code == 401
    assert client_of(make_user()).get(url).status_code == 404
    own = client_of(application.applicant).get(url).json()
    assert own["turn"]["waits_for"] == "The reviewer"
    assert own["turn"]["by"] is not None
    assert own["approval"] is None

    _token, secret = make_token(application.reviewer, rights=("review",))
    told = Client().get(url, headers={"Authorization": f"Bearer {secret}"}).json()
    rules = {rule["rule"]: rule["state"] for rule in told["approval"]}
    assert (rules["in_review"], rules["checklist"]) == ("ok", "denied")
    _token, secret = make_token(application.reviewer, rights=("api",))
    assert Client().get(url, headers={"Authorization": f"Bearer {secret}"}).status_code == 404


def test_a_grant_is_explained_alone_with_the_facts_for_staff_only(model: Model) -> None:
    user, colleague = make_user(), make_user()
    organization = make_organization(user)
    add_member(actor=user, organization=organization, user=colleague, role="member")
    grant = make_grant(model, user, organization, accepted=False)
    accept_all(user, organization=organization)
    page_url = reverse("grant_explain", args=[grant.public_id])
    api_url = f"/api/grants/{grant.public_id}/explain"

    own = client_of(user)
    page = own.get(page_url).content.decode()
    assert "Every rule and its result for you" in page
    assert "The facts that were looked at" not in page
    told = own.get(api_url).json()
    assert told["releases"][0]["facts"] is None
    assert {each["action"] for each in told["releases"][0]["actions"]} <= {"download", "use_api"}

    # A colleague who is neither named nor keeps it does not know of it.
    assert client_of(colleague).get(api_url).status_code == 404

    staff = client_of(make_reviewer(model))
    page = staff.get(page_url).content.decode()
    assert "The facts that were looked at" in page
    assert f"?for={user.pseudonym}" in page
    facts = staff.get(api_url, {"person": str(user.pseudonym)}).json()["releases"][0]["facts"]
    assert facts["Named on it"] == "yes"
    assert facts["State of the grant"] == "active"
    for wrong in (make_user().pseudonym, "x"):
        assert staff.get(page_url, {"for": str(wrong)}).status_code == 404
    assert own.get(page_url, {"for": str(colleague.pseudonym)}).status_code == 404
    assert client_of(make_user()).get(api_url).status_code == 404


@pytest.mark.parametrize("grace_days", [0, 30])
def test_the_page_and_programs_tell_the_same_turn_of_a_grant_whose_terms_changed(
    model: Model, grace_days: int
) -> None:
    user = make_user()
    grant = make_grant(model, user)
    make_terms("weights-terms", grace_days=grace_days)
    own = client_of(user)
    page = own.get(reverse("grant_explain", args=[grant.public_id])).content.decode()
    turn = own.get(f"/api/grants/{grant.public_id}/explain").json()["turn"]
    assert turn["waits_for"] == "You"
    assert turn["rules"]
    assert turn["sentence"] in page


def test_a_grant_under_a_hold_says_so_on_its_page_and_not_once_one_release_can_be_used(
    model: Model,
) -> None:
    user = make_user()
    grant = make_grant(model, user)
    make_hold(model.releases.get())
    url, barred = reverse("grant_detail", args=[grant.public_id]), "nothing that it gives can be"
    assert barred in client_of(user).get(url).content.decode()
    make_release(model)
    assert barred not in client_of(user).get(url).content.decode()

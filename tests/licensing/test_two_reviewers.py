"""An approval that takes two: proposed by one reviewer, confirmed or sent back by another."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from accounts.selectors import tier_of_user
from audit.models import Event
from common.errors import Refused
from licensing import services
from licensing.models import Application, Grant, Proposal
from licensing.volume import Volume
from releases.choices import Right
from releases.models import Model
from tests.factories import make_user
from tests.licensing.factories import (
    SCOPE,
    approve,
    give_right,
    granted,
    make_application,
    make_ban,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
    propose,
    tick_all,
)
from tests.signing_in import proven_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def model() -> Model:
    model = make_model()
    make_release(model)
    return model


@pytest.fixture
def proposed(model: Model) -> Application:
    return propose(make_in_review(make_application(model)), tier=3)


def second(application: Application) -> User:
    return make_reviewer(application.model)


def test_tier_3_is_granted_when_a_second_reviewer_confirms_it(proposed: Application) -> None:
    assert proposed.state == "awaiting_second"
    assert not Grant.objects.exists()
    other = second(proposed)
    grant = services.confirm_approval(actor=other, application=proposed)
    proposed.refresh_from_db()
    assert (proposed.state, grant.scope) == ("approved", SCOPE)
    assert tier_of_user(proposed.applicant, grant.created_at) == 3
    proposal = Proposal.objects.get()
    assert (proposal.outcome, proposal.answered_by) == ("confirmed", other)
    event = Event.objects.get(action="application.approved")
    assert proposed.reviewer is not None
    assert event.data["first"] == str(proposed.reviewer.pseudonym)


def test_one_reviewer_alone_is_refused_tier_3(model: Model) -> None:
    application = make_in_review(make_application(model))
    with pytest.raises(Refused, match="second reviewer"):
        approve(application, tier=3)
    assert approve(application, tier=2).state == "pending_terms"


def test_a_stage_of_tier_3_and_a_model_s_own_rule_ask_for_a_second_reviewer() -> None:
    strict = make_model(tiers={"gated": 3})
    make_release(strict, "gated")
    with pytest.raises(Refused, match="asks for tier 3"):
        approve(make_in_review(make_application(strict)))
    plain = make_model()
    make_release(plain)
    lead = make_user()
    give_right(lead, Right.LEAD_REVIEW, plain)
    rule: dict[str, Any] = {
        "actor": lead,
        "model": plain,
        "service_days": None,
        "reason": "New reviewers.",
    }
    services.set_review_rule(**rule, second_reviewer=True)
    with pytest.raises(Refused, match="every approval"):
        approve(make_in_review(make_application(plain)))
    with pytest.raises(Refused, match="somebody else"):
        services.set_review_rule(**rule, second_reviewer=False)
    other = make_user()
    give_right(other, Right.LEAD_REVIEW, plain)
    services.set_review_rule(**(rule | {"actor": other}), second_reviewer=False)


def test_what_takes_no_second_reviewer_is_not_proposed_to_one(model: Model) -> None:
    with pytest.raises(Refused, match="no second reviewer"):
        propose(make_in_review(make_application(model)))


def test_nobody_is_their_own_second_reviewer(proposed: Application) -> None:
    assert proposed.reviewer is not None
    for act in (services.confirm_approval, services.claim_application):
        with pytest.raises(Refused):
            act(actor=proposed.reviewer, application=proposed)
    with pytest.raises(Refused, match="take it back"):
        services.send_back_approval(
            actor=proposed.reviewer, application=proposed, reason="Mine after all."
        )
    with pytest.raises(IntegrityError, match="second_is_another"), transaction.atomic():
        Proposal.objects.update(
            outcome="confirmed", answered_by=proposed.reviewer, answered_at=proposed.submitted_at
        )


def test_the_second_reviewer_is_in_no_conflict_and_has_the_right(proposed: Application) -> None:
    stranger = make_reviewer(make_model())
    with pytest.raises(Refused, match="no right"):
        services.confirm_approval(actor=stranger, application=proposed)
    give_right(proposed.applicant, Right.REVIEW_APPLICATION, proposed.model)
    with pytest.raises(Refused, match="your own application"):
        services.confirm_approval(actor=proposed.applicant, application=proposed)


def test_sent_back_it_is_the_first_reviewer_s_again_and_can_be_proposed_anew(
    proposed: Application,
) -> None:
    first, other = proposed.reviewer, second(proposed)
    services.send_back_approval(actor=other, application=proposed, reason="Ask about the rack.")
    proposed.refresh_from_db()
    assert (proposed.state, proposed.reviewer) == ("in_review", first)
    with pytest.raises(Refused):
        services.confirm_approval(actor=other, application=proposed)
    again = propose(proposed, tier=3)
    assert services.confirm_approval(actor=other, application=again).state == "pending_terms"


def test_the_first_reviewer_takes_it_back_and_nobody_else_does(proposed: Application) -> None:
    with pytest.raises(Refused, match="Somebody else proposed"):
        services.take_back_approval(actor=second(proposed), application=proposed)
    assert proposed.reviewer is not None
    back = services.take_back_approval(actor=proposed.reviewer, application=proposed)
    assert back.state == "in_review"
    assert Proposal.objects.get().outcome == "taken_back"


def test_withdrawn_it_is_confirmed_by_nobody(proposed: Application) -> None:
    services.withdraw_application(actor=proposed.applicant, application=proposed)
    assert Proposal.objects.get().outcome == "void"
    with pytest.raises(Refused, match="Withdrawn"):
        services.confirm_approval(actor=second(proposed), application=proposed)


def test_what_has_changed_since_it_was_proposed_is_looked_at_again(proposed: Application) -> None:
    make_ban(proposed.applicant, proposed.model)
    with pytest.raises(Refused, match="banned"):
        services.confirm_approval(actor=second(proposed), application=proposed)
    assert Proposal.objects.get().outcome == "pending"


def test_an_answer_is_written_once_and_a_proposal_never_changed(proposed: Application) -> None:
    with pytest.raises(Exception, match="answered once"), transaction.atomic():
        Proposal.objects.update(terms={})
    services.send_back_approval(actor=second(proposed), application=proposed, reason="No.")
    with pytest.raises(Exception, match="answered once"), transaction.atomic():
        Proposal.objects.update(reason="Yes.")


def test_grounds_are_needed_and_the_quota_is_kept(model: Model) -> None:
    application = tick_all(make_in_review(make_application(model)))
    assert application.reviewer is not None
    given = granted(application, tier=3, volume=Volume(10**9, 7))
    with pytest.raises(Refused, match="Grounds"):
        services.propose_approval(
            actor=application.reviewer, application=application, grounds=" ", **given
        )
    services.propose_approval(
        actor=application.reviewer, application=application, grounds="Known.", **given
    )
    grant = services.confirm_approval(actor=second(application), application=application)
    assert (grant.volume, grant.volume_set_by) == (Volume(10**9, 7), application.reviewer)


def test_the_page_to_confirm_on_says_what_is_granted_and_on_what_grounds(
    proposed: Application,
) -> None:
    client = proven_client(second(proposed))
    page = client.get(reverse("review_confirm", args=[proposed.public_id])).content.decode()
    assert "Vetted to tier 3." in page
    assert "Known, careful, and asks for little." in page

"""An appeal goes to somebody who did not decide, once, and their word is final."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Notification, User
from accounts.models.screening import WatchReason
from common.errors import Refused
from licensing import services
from licensing.models import Appeal, Application
from licensing.selectors.screening import APPLICATION
from releases.choices import Right
from releases.models import Model
from tests.factories import make_user
from tests.licensing.factories import (
    answers,
    appeal,
    approve,
    decline,
    give_right,
    make_application,
    make_ban,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
    propose,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def model() -> Model:
    model = make_model()
    make_release(model)
    return model


@pytest.fixture
def declined(model: Model) -> Application:
    return decline(make_in_review(make_application(model)))


def taken(application: Application) -> tuple[Application, User]:
    """Appeal, and have another reviewer take it."""
    other = make_reviewer(application.model)
    appealed = appeal(application)
    return services.claim_application(actor=other, application=appealed), other


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(recipient=user).values_list("kind", flat=True))


def test_an_appeal_waits_for_another_reviewer_with_a_date_of_its_own(
    declined: Application,
) -> None:
    first = declined.reviewer
    Application.objects.update(due_at=timezone.now() - timedelta(days=40))
    appealed = appeal(declined)
    assert (appealed.state, appealed.reviewer, appealed.decided_at) == ("appealed", None, None)
    assert appealed.due_at is not None
    assert appealed.due_at > timezone.now()
    row = Appeal.objects.get()
    assert (row.declined_by, row.declined_why, row.by_board) == (first, "No plan.", False)


def test_whoever_declined_cannot_take_it_nor_be_given_it(declined: Application) -> None:
    first = declined.reviewer
    assert first is not None
    appealed = appeal(declined)
    with pytest.raises(Refused, match="decided on this application before"):
        services.claim_application(actor=first, application=appealed)
    lead = make_user()
    give_right(lead, Right.LEAD_REVIEW, declined.model)
    with pytest.raises(Refused, match="cannot review it"):
        services.assign_application(actor=lead, application=appealed, reviewer=first)


def test_nor_can_whoever_sent_an_approval_back_before(model: Model) -> None:
    application = propose(make_in_review(make_application(model)), tier=3)
    second = make_reviewer(model)
    services.send_back_approval(actor=second, application=application, reason="Too wide.")
    application.refresh_from_db()
    appealed = appeal(decline(application))
    with pytest.raises(Refused, match="decided on this application before"):
        services.claim_application(actor=second, application=appealed)


def test_upheld_it_is_declined_for_good_and_both_sides_are_told(declined: Application) -> None:
    first = declined.reviewer
    assert first is not None
    appealed, other = taken(declined)
    ended = services.uphold_decline(actor=other, application=appealed, reason="Still no plan.")
    assert (ended.state, ended.message) == ("declined", "Still no plan.")
    assert "licensing.appeal_decided" in told(ended.applicant)
    assert "licensing.appeal_noted" in told(first)
    with pytest.raises(Refused, match="appealed once"):
        appeal(ended)


def test_overturned_it_is_approved_and_no_longer_declined(declined: Application) -> None:
    appealed, other = taken(declined)
    again = services.overturn_decline(actor=other, application=appealed, reason="It is there.")
    assert (again.state, again.reviewer) == ("in_review", other)
    with pytest.raises(Refused, match="overturned on appeal"):
        decline(again)
    assert approve(again).state == "pending_terms"


def test_overturned_and_put_back_it_is_still_not_for_whoever_declined(
    declined: Application,
) -> None:
    first = declined.reviewer
    assert first is not None
    appealed, other = taken(declined)
    services.overturn_decline(actor=other, application=appealed, reason="It is there.")
    free = services.release_claim(actor=other, application=appealed)
    with pytest.raises(Refused, match="decided on this application before"):
        services.claim_application(actor=first, application=free)
    assert make_in_review(free).state == "in_review"


def test_what_the_applicant_sends_after_an_appeal_is_decided_anew(declined: Application) -> None:
    appealed, other = taken(declined)
    services.overturn_decline(actor=other, application=appealed, reason="It is there.")
    services.return_application(actor=other, application=appealed, message="Which rack?")
    services.save_draft(
        actor=declined.applicant, application=declined, answers=answers(purpose="x" * 60)
    )
    services.submit_application(actor=declined.applicant, application=declined)
    services.claim_application(actor=other, application=declined)
    ended = services.decline_application(
        actor=other, application=declined, reason="That is another purpose."
    )
    assert ended.state == "declined"
    with pytest.raises(Refused, match="appealed once"):
        appeal(declined)


def test_the_decision_on_an_appeal_needs_a_reason_and_whoever_has_it(
    declined: Application,
) -> None:
    appealed, other = taken(declined)
    for act in (services.uphold_decline, services.overturn_decline):
        with pytest.raises(Refused, match="Reason"):
            act(actor=other, application=appealed, reason=" ")
        with pytest.raises(Refused, match="Somebody else"):
            act(actor=make_reviewer(declined.model), application=appealed, reason="Mine.")
    assert Appeal.objects.get().outcome == "pending"


def late(application: Application) -> None:
    Application.objects.update(decided_at=timezone.now() - timedelta(days=31))


def again(application: Application) -> None:
    make_application(application.model, application.applicant)


def banned(application: Application) -> None:
    make_ban(application.applicant, application.model)


@pytest.mark.parametrize(
    ("meanwhile", "sentence"),
    [(late, "have passed"), (again, "applied again"), (banned, "is banned")],
)
def test_when_it_cannot_be_appealed(declined: Application, meanwhile: Any, sentence: str) -> None:
    meanwhile(declined)
    declined.refresh_from_db()
    with pytest.raises(Refused, match=sentence):
        appeal(declined)


def test_only_the_applicant_appeals_and_only_a_decline(model: Model) -> None:
    application = make_in_review(make_application(model))
    with pytest.raises(Refused, match="was declined"):
        appeal(application)
    declined = decline(application)
    with pytest.raises(Refused, match="Only the applicant"):
        services.appeal_application(actor=make_user(), application=declined, ground="Unfair.")


def test_while_an_appeal_is_open_no_second_application_begins(declined: Application) -> None:
    appealed = appeal(declined)
    same = services.start_application(actor=declined.applicant, model=declined.model)
    assert same == appealed


def test_an_appeal_is_withdrawn_with_the_application(declined: Application) -> None:
    appealed = appeal(declined)
    services.withdraw_application(actor=declined.applicant, application=appealed)
    assert Appeal.objects.get().outcome == "void"


def test_the_database_lets_nobody_judge_their_own_decline(declined: Application) -> None:
    appeal(declined)
    with pytest.raises(IntegrityError, match="decided_by_another"), transaction.atomic():
        Appeal.objects.update(decided_by=declined.reviewer)


def test_the_parties_are_screened_again_while_an_appeal_is_open(declined: Application) -> None:
    live = WatchReason.objects.filter(
        source=APPLICATION, source_id=declined.pk, ended_at__isnull=True
    )
    assert not live.exists()
    appealed, other = taken(declined)
    assert live.exists()
    services.uphold_decline(actor=other, application=appealed, reason="Still no plan.")
    assert not live.exists()

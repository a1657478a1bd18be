"""A suspension of a selection against what gives access, over two real connections."""

import pytest
from pytest_django import Settings

from audit.models import Event
from audit.selectors import ref
from licensing import services
from licensing.facts import VerdictAction
from licensing.models import Admission, LeftOut, Suspension
from licensing.verdict import decide
from releases.choices import Right
from tests.licensing.factories import (
    give_right,
    make_brake,
    make_model,
    make_release,
    make_reviewer,
    make_suspension,
)
from tests.licensing.test_races import applications, given, pending_grants, people, refusals
from tests.racing import ROUNDS, Race

pytestmark = pytest.mark.django_db(transaction=True)
FEWER = max(2, ROUNDS // 4)


@pytest.fixture(autouse=True)
def quiet_mail(settings: Settings) -> None:
    """Leave mail to the queue, where it does not slow the race down."""
    settings.CELERY_TASK_ALWAYS_EAGER = False


def test_an_admission_comes_before_a_suspension_or_not_at_all(race: Race) -> None:
    for user in people(ROUNDS):
        model = make_model(terms={"gated": []}, caps={"gated": 9})
        make_release(model, "gated")
        brake = make_brake(model)
        (grant,) = pending_grants(model, [user])
        _activated, suspension = race(
            lambda g=grant: services.activate_grant(actor=None, grant=g),
            lambda m=model, by=brake: make_suspension(m, by, holder_kind="person"),
        )
        assert isinstance(suspension, Suspension)
        admission = Admission.objects.filter(grant=grant, state="admitted").first()
        grant.refresh_from_db()
        assert grant.state == ("active" if admission else "pending_terms")
        if admission is not None:
            admitted = Event.objects.get(action="grant.activated", refs__contains=[ref(grant)])
            placed = Event.objects.get(action="suspension.placed", refs__contains=[ref(suspension)])
            assert admitted.pk < placed.pk
        verdict = decide(user, model.releases.get(), VerdictAction.DOWNLOAD)
        assert "suspension" in {check.rule for check in verdict.denials}
        services.sweep_admissions()
        grant.refresh_from_db()
        assert grant.state == ("active" if admission else "pending_terms")


def test_what_is_approved_at_the_same_time_is_suspended_all_the_same(race: Race) -> None:
    model = make_model(terms={"gated": []})
    make_release(model, "gated")
    reviewer, brake = make_reviewer(model), make_brake(model)
    for application in applications(model, "in_review", reviewer)[:FEWER]:
        results = race(
            lambda a=application: services.approve_application(actor=reviewer, **given(a)),
            lambda: make_suspension(model, brake, countries=("DE",)),
        )
        assert not refusals(results)
        verdict = decide(application.applicant, model.releases.get(), VerdictAction.USE_API)
        assert "suspension" in {check.rule for check in verdict.denials}


def test_of_two_who_let_the_same_grant_out_one_does(race: Race) -> None:
    model = make_model(terms={"gated": []})
    make_release(model, "gated")
    suspension = make_suspension(model)
    first, second = make_reviewer(model), make_reviewer(model)
    for grant in pending_grants(model, people(FEWER)):
        results = race(
            *(
                lambda g=grant, by=each: services.let_out(
                    actor=by, suspension=suspension, grant=g, reason="Named."
                )
                for each in (first, second)
            )
        )
        assert refusals(results) == 1
        assert LeftOut.objects.filter(grant=grant).count() == 1


def test_letting_a_grant_out_and_another_suspension_leave_it_stopped(race: Race) -> None:
    model = make_model(terms={"gated": []})
    release = make_release(model, "gated")
    brake, second = make_brake(model), make_reviewer(model)
    give_right(second, Right.PLACE_HOLD, model)
    for grant in pending_grants(model, people(FEWER)):
        suspension = make_suspension(model, brake)
        results = race(
            lambda g=grant, s=suspension: services.let_out(
                actor=second, suspension=s, grant=g, reason="Named."
            ),
            lambda: make_suspension(model, brake, holder_kind="person"),
        )
        assert not refusals(results)
        grant.refresh_from_db()
        assert grant.person is not None
        denied = decide(grant.person, release, VerdictAction.DOWNLOAD).denials
        assert "suspension" in {check.rule for check in denied}

"""Two hands at one thing, over two real connections: whatever the order, one right outcome."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from audit.models import Event, Subject
from audit.selectors import ref
from boards.models import Motion
from common.errors import Refused
from licensing import services
from licensing.application_form import split_personal
from licensing.checklists import RESEARCHER
from licensing.models import (
    Acceptance,
    Admission,
    Application,
    Ban,
    Grant,
    GrantUser,
    Submission,
    Tick,
)
from releases.conditions import condition
from releases.models import Blocker, Hold, Model, Release, StageEntry
from releases.services import check_conditions, place_hold
from tests.factories import make_user
from tests.licensing.factories import (
    SCOPE,
    accept,
    answers,
    make_brake,
    make_model,
    make_release,
    make_reviewer,
    make_seats,
    make_terms,
)
from tests.racing import ROUNDS, Race
from tests.releases.factories import decide

pytestmark = pytest.mark.django_db(transaction=True)

# For what follows from the same locks as the four that were asked for.
FEWER = ROUNDS // 4


@pytest.fixture(autouse=True)
def quiet_mail(settings: Settings) -> None:
    """Leave mail to the queue, where it does not slow the race down."""
    settings.CELERY_TASK_ALWAYS_EAGER = False


def people(count: int) -> list[User]:
    """Make many people at once, as rows."""
    users = User.objects.bulk_create(
        User(email=f"racer{number}@example.org", full_name=f"Racer {number}")
        for number in range(count)
    )
    some = Subject.objects.get(pk=make_user().pseudonym)
    Subject.objects.bulk_create(
        Subject(
            pseudonym=user.pseudonym, wrapped_key=some.wrapped_key, sealed_label=some.sealed_label
        )
        for user in users
    )
    return users


def applications(model: Model, state: str, reviewer: User | None = None) -> list[Application]:
    """Make many sent applications at once, as rows."""
    clear, _private = split_personal(answers())
    made = Application.objects.bulk_create(
        Application(
            model=model,
            applicant=user,
            answers=clear,
            state=state,
            reviewer=reviewer,
            submitted_at=timezone.now(),
            due_at=timezone.now(),
        )
        for user in people(ROUNDS)
    )
    ticker = reviewer or make_user()
    Tick.objects.bulk_create(
        Tick(
            application=application,
            submission=0,
            checklist=RESEARCHER.key,
            item=item.key,
            done=True,
            ticked_by=ticker,
        )
        for application in made
        for item in RESEARCHER.items
    )
    return made


def given(application: Application) -> dict[str, Any]:
    return {
        "application": application,
        "modes": ["api"],
        "scope": SCOPE,
        "ends_at": timezone.now() + timedelta(days=30),
        "named_users": [application.applicant],
    }


def refusals(results: list[object]) -> int:
    return sum(isinstance(result, Refused) for result in results)


def test_of_two_reviewers_who_approve_at_once_one_does(race: Race) -> None:
    model = make_model()
    first, second = make_reviewer(model), make_reviewer(model)

    def claim_and_approve(reviewer: User, application: Application) -> Grant:
        services.claim_application(actor=reviewer, application=application)
        return services.approve_application(actor=reviewer, **given(application))

    for application in applications(model, "submitted"):
        results = race(
            lambda a=application: claim_and_approve(first, a),
            lambda a=application: claim_and_approve(second, a),
        )
        assert refusals(results) == 1
    assert Grant.objects.count() == ROUNDS
    assert Event.objects.filter(action="application.approved").count() == ROUNDS


def test_an_approval_clicked_twice_makes_one_grant(race: Race) -> None:
    model = make_model()
    reviewer = make_reviewer(model)
    for application in applications(model, "in_review", reviewer)[:FEWER]:
        results = race(
            lambda a=application: services.approve_application(actor=reviewer, **given(a)),
            lambda a=application: services.approve_application(actor=reviewer, **given(a)),
        )
        assert refusals(results) == 1
    assert Grant.objects.count() == FEWER


def test_an_application_is_approved_or_withdrawn_and_never_both(race: Race) -> None:
    model = make_model()
    reviewer = make_reviewer(model)
    outcomes = set()
    for application in applications(model, "in_review", reviewer):
        results = race(
            lambda a=application: services.approve_application(actor=reviewer, **given(a)),
            lambda a=application: services.withdraw_application(actor=a.applicant, application=a),
        )
        assert refusals(results) == 1
        application.refresh_from_db()
        outcomes.add(application.state)
        approved = application.state == "approved"
        assert Grant.objects.filter(application=application).exists() == approved
    assert outcomes <= {"approved", "withdrawn"}


def test_terms_accepted_twice_at_once_are_accepted_once(race: Race) -> None:
    release = make_release(stage="public")
    version = make_terms()
    for user in people(ROUNDS):
        results = race(
            lambda u=user: accept(u, version, model=release.model),
            lambda u=user: accept(u, version, model=release.model),
        )
        assert results[0] == results[1]
    assert Acceptance.objects.count() == ROUNDS
    assert Event.objects.filter(action="terms.accepted").count() == ROUNDS
    assert Grant.objects.filter(state="active").count() == ROUNDS


def pending_grants(model: Model, users: list[User]) -> list[Grant]:
    applications_of_all = Application.objects.bulk_create(
        Application(
            model=model,
            applicant=user,
            state="approved",
            reviewer=user,
            decided_at=timezone.now(),
        )
        for user in users
    )
    grants = Grant.objects.bulk_create(
        Grant(
            model=model,
            person=application.applicant,
            application=application,
            modes=["weights"],
            scope=SCOPE,
            ends_at=timezone.now() + timedelta(days=30),
        )
        for application in applications_of_all
    )
    GrantUser.objects.bulk_create(
        GrantUser(grant=grant, user=grant.person) for grant in grants if grant.person
    )
    return grants


def test_of_two_admissions_for_one_free_place_one_gets_it(race: Race) -> None:
    users = people(2 * ROUNDS)
    stage_terms = {"gated": list[str]()}
    for number in range(ROUNDS):
        if number % 20 == 0:
            model = make_model(caps={"gated": 1}, terms=stage_terms)
        Grant.objects.filter(model=model, state__in=["queued", "active"]).update(
            state="relinquished"
        )
        release = make_release(model, "gated")
        first, second = pending_grants(model, users[2 * number : 2 * number + 2])
        race(
            lambda g=first: services.activate_grant(actor=None, grant=g),
            lambda g=second: services.activate_grant(actor=None, grant=g),
        )
        states = sorted(Admission.objects.filter(release=release).values_list("state", flat=True))
        assert states == ["admitted", "queued"]
        assert {first.pk, second.pk} == set(
            Grant.objects.filter(model=model, state__in=["queued", "active"]).values_list(
                "pk", flat=True
            )
        )
        type(release).objects.filter(pk=release.pk).update(state="withdrawn")


def places(model: Model, users: list[User]) -> Iterator[tuple[Grant, Release]]:
    """Give each round a release of its own with a free place, and a grant that may have it."""
    for user in users:
        release = make_release(model, "gated")
        yield pending_grants(model, [user])[0], release
        Grant.objects.filter(model=model).update(state="relinquished", ends_at=timezone.now())
        Hold.objects.filter(release=None).delete()
        Release.objects.filter(pk=release.pk).update(state="withdrawn")


def is_before(grant: Grant, release: Release, hold: Hold) -> bool:
    """Tell whether the grant got its place, which it must have done before the hold."""
    admission = Admission.objects.filter(grant=grant, release=release).first()
    is_admitted = admission is not None and admission.state == "admitted"
    if admission is not None and admission.admitted_at is not None:
        assert admission.admitted_at < hold.placed_at
    grant.refresh_from_db()
    assert grant.state == ("active" if is_admitted else "queued")
    return is_admitted


@pytest.mark.parametrize("kind", ["admissions", "all"])
def test_nobody_is_admitted_after_a_hold_on_the_whole_model(race: Race, kind: str) -> None:
    model = make_model(terms={"gated": []}, caps={"gated": 9})
    holder = make_brake(model)
    for grant, release in places(model, people(ROUNDS)):
        _grant, hold = race(
            lambda g=grant: services.activate_grant(actor=None, grant=g),
            lambda: place_hold(actor=holder, model=model, release=None, kind=kind, reason="Stop."),
        )
        assert isinstance(hold, Hold)
        is_before(grant, release, hold)
        services.sweep_admissions()
        is_before(grant, release, hold)


def test_nobody_is_admitted_after_a_condition_of_the_decision_came_true(race: Race) -> None:
    model = make_model(terms={"gated": []}, caps={"gated": 9})
    chair = make_user()
    for number, (grant, release) in enumerate(places(model, people(ROUNDS))):
        watched(release, chair, number)
        Blocker.objects.create(release=release, title="An incident", reason="x", opened_by=chair)
        _grant, fired = race(
            lambda g=grant: services.activate_grant(actor=None, grant=g),
            lambda r=release: check_conditions(release_id=r.pk),
        )
        assert fired == 1
        hold = Hold.objects.get(release=release)
        assert (hold.kind, hold.cause) == ("admissions", "condition")
        is_before(grant, release, hold)
        services.sweep_admissions()
        is_before(grant, release, hold)


def watched(release: Release, proposer: User, number: int) -> None:
    """Let the release stand where it does by a decision that a blocker ends."""
    assert release.stage is not None
    decided = timezone.now() - timedelta(days=1)
    motion = Motion.objects.create(
        board=release.model.board,
        kind="transition",
        title="Move",
        subject_ref=ref(release),
        subject_label="a release",
        subject_url="/",
        dossier={"conditions": [condition({"kind": "blocker_appears"})]},
        dossier_digest=f"{number:064x}",
        rule={},
        voting_seconds=1,
        proposer=proposer,
        state="approved",
        decided_at=decided,
        applied_at=decided,
    )
    StageEntry.objects.create(
        release=release, stage=release.stage, cause="transition", motion=motion
    )


def test_two_sweeps_at_once_fill_one_free_place_once(race: Race) -> None:
    model = make_model(caps={"gated": 1}, terms={"gated": []})
    release = make_release(model, "gated")
    grants = pending_grants(model, people(FEWER + 1))
    services.sweep_admissions()
    services.sweep_admissions()
    for grant in grants[:FEWER]:
        admitted = Admission.objects.get(release=release, state="admitted", grant__state="active")
        assert admitted.grant_id == grant.pk
        Grant.objects.filter(pk=grant.pk).update(state="relinquished")
        race(services.sweep_admissions, services.sweep_admissions)
    assert Event.objects.filter(action="grant.admitted").count() == FEWER + 1


def test_a_suspension_and_an_activation_at_once_end_suspended(race: Race) -> None:
    model = make_model(terms={"gated": []})
    make_release(model, "gated")
    reviewer = make_reviewer(model)
    for grant in pending_grants(model, people(FEWER)):
        race(
            lambda g=grant: services.activate_grant(actor=None, grant=g),
            lambda g=grant: services.suspend_grant(actor=reviewer, grant=g, reason="A look."),
        )
        grant.refresh_from_db()
        assert grant.state == "suspended"


def test_a_ban_and_an_approval_leave_a_banned_holder_no_grant_that_came_after(race: Race) -> None:
    model = make_model()
    reviewer, brake = make_reviewer(model), make_brake(model)
    for application in applications(model, "in_review", reviewer):
        results = race(
            lambda a=application: services.approve_application(actor=reviewer, **given(a)),
            lambda a=application: services.place_ban(
                actor=brake, holder=a.applicant, model=model, reason="Weights were resold."
            ),
        )
        # The ban is never refused; the approval is, or it came first.
        assert isinstance(results[1], Ban)
        approved = Event.objects.filter(
            action="grant.created", refs__contains=[ref(application)]
        ).first()
        assert isinstance(results[0], Refused) == (approved is None)
        banned = Event.objects.get(action="ban.placed", refs__contains=[ref(results[1])])
        assert approved is None or approved.pk < banned.pk


def test_of_two_bans_of_one_holder_one_is_placed(race: Race) -> None:
    model = make_model()
    brake = make_brake(model)
    for user in people(FEWER):
        results = race(
            *[
                lambda u=user: services.place_ban(
                    actor=brake, holder=u, model=model, reason="Weights were resold."
                )
            ]
            * 2
        )
        assert refusals(results) == 1
    assert Ban.objects.count() == FEWER


def test_a_referral_is_withdrawn_or_declined_by_the_board_and_never_both(race: Race) -> None:
    model = make_model()
    make_seats(model)
    reviewer = make_reviewer(model)
    for application in applications(model, "in_review", reviewer)[:FEWER]:
        submission = Submission(application=application, number=1, answers=application.answers)
        submission.sealed_answers = b""
        submission.save()
        referred = services.refer_application(
            actor=reviewer, application=application, question="May we?", summary="It is solid."
        )
        assert referred.referral is not None
        decide(referred.referral, "reject")
        race(
            lambda a=application: services.withdraw_application(actor=a.applicant, application=a),
            lambda m=referred.referral: services.apply_referral(motion_id=m.pk),
        )
        application.refresh_from_db()
        ends = Event.objects.filter(
            action__in=["application.withdrawn", "application.declined"],
            refs__contains=[ref(application)],
        )
        (end,) = ends.values_list("action", flat=True)
        assert end == f"application.{application.state}"


def test_of_two_who_claim_one_has_it(race: Race) -> None:
    model = make_model()
    first, second = make_reviewer(model), make_reviewer(model)
    for application in applications(model, "submitted")[:FEWER]:
        results = race(
            lambda a=application: services.claim_application(actor=first, application=a),
            lambda a=application: services.claim_application(actor=second, application=a),
        )
        assert refusals(results) == 1


def test_what_a_second_reviewer_confirms_is_not_withdrawn_too(race: Race) -> None:
    model = make_model()
    first, second = make_reviewer(model), make_reviewer(model)
    for application in applications(model, "in_review", first)[:FEWER]:
        services.propose_approval(
            actor=first, grounds="Known.", **(given(application) | {"tier": 3})
        )
        results = race(
            lambda a=application: services.confirm_approval(actor=second, application=a),
            lambda a=application: services.withdraw_application(actor=a.applicant, application=a),
        )
        assert refusals(results) == 1
        application.refresh_from_db()
        approved = application.state == "approved"
        assert Grant.objects.filter(application=application).exists() == approved


def test_an_appeal_and_a_new_application_are_never_both_open(race: Race) -> None:
    model = make_release().model
    reviewer = make_reviewer(model)
    for application in applications(model, "in_review", reviewer)[:FEWER]:
        services.decline_application(actor=reviewer, application=application, reason="No plan.")
        race(
            lambda a=application: services.appeal_application(
                actor=a.applicant, application=a, ground="Unfair."
            ),
            lambda a=application: services.start_application(actor=a.applicant, model=model),
        )
        open_ones = Application.objects.filter(
            applicant=application.applicant, state__in=["draft", "appealed"]
        )
        assert open_ones.count() == 1

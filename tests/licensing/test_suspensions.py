"""Suspensions of a selection: placed by one, let out of by a second, lifted by the board."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Notification, User
from audit.models import Event
from boards import services as boards
from boards.models import Ballot, Motion
from common.errors import Refused
from licensing import services
from licensing.facts import VerdictAction
from licensing.models import Admission, Grant, LeftOut, Suspension
from licensing.selection import Criteria
from licensing.services.lifting import describe_lift
from licensing.services.suspensions import CHUNK
from licensing.verdict import decide
from releases.choices import Right
from releases.models import Model
from tests.factories import make_organization, make_user
from tests.licensing.factories import (
    accept_all,
    approve,
    give_right,
    make_all_terms,
    make_application,
    make_brake,
    make_grant,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
    make_seats,
    make_suspension,
)
from tests.releases.factories import decide as decide_motion

pytestmark = pytest.mark.django_db

LIFT = {"rationale": "The letter was withdrawn.", "remedy": "Nothing was asked for."}
DOWNLOAD = VerdictAction.DOWNLOAD


@pytest.fixture
def model() -> Model:
    make_all_terms()
    model = make_model()
    make_release(model, "gated")
    return model


def may(user: User, model: Model, action: VerdictAction = DOWNLOAD) -> bool:
    return decide(user, model.releases.get(), action).allowed


def test_one_row_stops_every_grant_of_the_selection_and_changes_none(model: Model) -> None:
    users = [make_user() for _each in range(3)]
    for user in users:
        make_grant(model, user)
    before = list(Grant.objects.order_by("pk").values())
    assert all(may(user, model) for user in users)
    suspension = make_suspension(model)
    assert not any(may(user, model) for user in users)
    assert list(Grant.objects.order_by("pk").values()) == before
    event = Event.objects.get(action="suspension.placed")
    assert event.data["reason"] == suspension.reason
    assert f"releases.model:{model.pk}" in event.refs


def test_placing_it_takes_as_many_queries_for_many_grants_as_for_few(model: Model) -> None:
    brake = make_brake(model)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            make_suspension(model, brake, origin="self_service")
        return len(asked)

    few = queries()
    for _each in range(5):
        make_grant(model, make_user())
    assert queries() == few


def test_grants_that_come_later_are_stopped_and_wait_without_a_place(model: Model) -> None:
    make_suspension(model, holder_kind="person")
    user, owner = make_user(), make_user()
    late = make_grant(model, user)
    of_organization = make_grant(model, owner, make_organization(owner))
    assert not may(user, model)
    assert may(owner, model)
    assert late.state == "pending_terms"
    assert not Admission.objects.filter(grant=late).exists()
    services.sweep_admissions()
    assert list(Admission.objects.values_list("grant", flat=True)) == [of_organization.pk]


def test_who_is_stopped_holds_up_nobody_in_line() -> None:
    make_all_terms()
    model = make_model(caps={"gated": 1})
    make_release(model, "gated")
    first = make_grant(model, make_user())
    make_grant(model, make_user())
    owner = make_user()
    last = make_grant(model, owner, make_organization(owner))
    make_suspension(model, holder_kind="person")
    services.revoke_grant(actor=make_reviewer(model), grant=first, reason="It is over.")
    services.sweep_admissions()
    admitted = Admission.objects.filter(state="admitted").values_list("grant", flat=True)
    assert set(admitted) == {first.pk, last.pk}


def test_it_takes_the_brake_of_the_model_a_reason_a_date_and_a_criterion(model: Model) -> None:
    brake = make_brake(model)
    good: dict[str, Any] = {
        "actor": brake,
        "model": model,
        "criteria": Criteria(model=model.pk),
        "reason": "A letter came.",
        "review_at": timezone.now() + timedelta(days=1),
    }
    other = make_model()
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"actor": make_user()}, "may place holds"),
        ({"actor": make_reviewer(model)}, "may place holds"),
        ({"actor": make_user(is_superuser=True)}, "may place holds"),
        ({"model": other, "criteria": Criteria(model=other.pk)}, "may place holds"),
        ({"criteria": Criteria()}, "at least one criterion"),
        ({"criteria": Criteria(model=other.pk)}, "another model"),
        ({"criteria": Criteria(all_other_countries=True)}, "Name the countries"),
        ({"reason": " "}, "Reason"),
        ({"review_at": timezone.now()}, "time to come"),
        ({"review_at": timezone.now() + timedelta(days=400)}, "within a year"),
    ]
    for changes, sentence in wrong:
        with pytest.raises(Refused, match=sentence):
            services.suspend_selection(**(good | changes))
    User.objects.filter(pk=brake.pk).update(is_active=False)
    with pytest.raises(Refused, match="may place holds"):
        services.suspend_selection(**good)
    assert not Suspension.objects.exists()


def test_those_left_out_from_the_start_go_on_with_their_reason(model: Model) -> None:
    trusted, other = make_user(), make_user()
    grant, _grant = make_grant(model, trusted), make_grant(model, other)
    make_suspension(model, leave_out=[(grant, "A partner named in the annex.")])
    assert may(trusted, model)
    assert not may(other, model)
    left_out = LeftOut.objects.get()
    assert (left_out.grant, left_out.from_the_start) == (grant, True)
    assert Event.objects.filter(
        action="suspension.left_out", refs__contains=[f"licensing.grant:{grant.pk}"]
    ).exists()


def test_only_what_is_selected_can_be_left_out_once_and_with_a_reason(model: Model) -> None:
    grant = make_grant(model, make_user())
    elsewhere = make_model()
    make_release(elsewhere)
    foreign = make_grant(elsewhere, make_user())
    brake = make_brake(model)
    for leave_out, sentence in (
        ([(foreign, "A partner.")], "not among those"),
        ([(grant, " ")], "Reason"),
        ([(grant, "A partner."), (grant, "A partner.")], "left out already"),
    ):
        with pytest.raises(Refused, match=sentence):
            make_suspension(model, brake, leave_out=leave_out)
    # Of every model, but of this one they have the brake alone.
    with pytest.raises(Refused, match="not among those"):
        make_suspension(
            model, brake, model=None, holder_kind="person", leave_out=[(foreign, "A partner.")]
        )
    assert not Suspension.objects.exists()


def test_a_second_person_lets_one_grant_out_and_the_rest_stay(model: Model) -> None:
    user, other = make_user(), make_user()
    grant, _other = make_grant(model, user), make_grant(model, other)
    suspension = make_suspension(model)
    services.tell_of_selection(suspension_id=suspension.pk)
    second = make_reviewer(model)
    services.let_out(actor=second, suspension=suspension, grant=grant, reason="Named in the annex.")
    assert may(user, model)
    assert not may(other, model)
    assert user.notifications.filter(kind="licensing.grant_left_out").count() == 1
    with pytest.raises(Refused, match="does not stop"):
        services.let_out(actor=second, suspension=suspension, grant=grant, reason="Again.")


def test_a_grant_that_came_under_it_gets_its_place_once_it_is_let_out(model: Model) -> None:
    suspension = make_suspension(model)
    user = make_user()
    grant = make_grant(model, user)
    services.let_out(
        actor=make_reviewer(model), suspension=suspension, grant=grant, reason="Named."
    )
    grant.refresh_from_db()
    assert grant.state == "active"
    assert may(user, model)


def test_neither_who_placed_it_nor_its_users_nor_strangers_let_a_grant_out(model: Model) -> None:
    owner, colleague = make_user(), make_user()
    organization = make_organization(owner, members=(colleague,))
    grant = make_grant(model, owner, organization)
    brake = make_brake(model)
    suspension = make_suspension(model, brake)
    give_right(colleague, Right.REVIEW_APPLICATION, model)
    for actor, sentence in (
        (brake, "another authorised person"),
        (colleague, "your own organisation's"),
        (make_user(), "no right"),
        (make_reviewer(make_model()), "no right"),
    ):
        with pytest.raises(Refused, match=sentence):
            services.let_out(actor=actor, suspension=suspension, grant=grant, reason="Please.")
    assert not may(owner, model)


def test_two_selections_on_one_grant_are_ended_one_by_one(model: Model) -> None:
    user = make_user()
    grant = make_grant(model, user)
    first, second = make_suspension(model), make_suspension(model, countries=("DE",))
    reviewer = make_reviewer(model)
    services.let_out(actor=reviewer, suspension=first, grant=grant, reason="Named.")
    assert not may(user, model)
    services.let_out(actor=reviewer, suspension=second, grant=grant, reason="Named.")
    assert may(user, model)


def test_a_grant_suspended_alone_stays_so_when_the_selection_is_lifted(model: Model) -> None:
    user = make_user()
    grant = make_grant(model, user)
    services.suspend_grant(actor=make_reviewer(model), grant=grant, reason="A look.")
    suspension = make_suspension(model)
    lift(suspension)
    assert {check.rule for check in decide(user, model.releases.get(), DOWNLOAD).denials} == {
        "grant_state"
    }


def propose(suspension: Suspension, actor: User | None = None) -> Motion:
    if actor is None:
        actor = make_user()
        give_right(actor, Right.MANAGE_RELEASE, Model.objects.get(board=suspension.board))
    return services.propose_lift_of_selection(actor=actor, suspension=suspension, dossier=LIFT)


def lift(suspension: Suspension, choice: str = "approve") -> Motion:
    if not suspension.board.seats.exists():
        make_seats(Model.objects.get(board=suspension.board))
    motion = propose(suspension)
    decide_motion(motion, choice)
    services.apply_decided_motions()
    suspension.refresh_from_db()
    return Motion.objects.get(pk=motion.pk)


def test_the_board_lifts_it_by_its_own_rule_and_access_is_back(model: Model) -> None:
    user = make_user()
    make_grant(model, user)
    suspension = make_suspension(model)
    motion = lift(suspension)
    assert motion.rule == suspension.board.rule
    assert (suspension.lifted_by, motion.applied_at is not None) == (motion, True)
    assert may(user, model)
    assert services.apply_decided_motions() == 0
    assert Event.objects.filter(action="suspension.lifted").count() == 1
    with pytest.raises(Refused, match="lifted already"):
        propose(suspension)


def test_a_grant_that_came_under_it_is_active_after_the_lift(model: Model) -> None:
    suspension = make_suspension(model)
    user = make_user()
    make_grant(model, user)
    lift(suspension)
    services.sweep_admissions()
    assert may(user, model)


def test_a_board_that_rejects_or_never_answers_leaves_it_in_force(model: Model) -> None:
    suspension = make_suspension(model)
    for choice in ("reject", "abstain"):
        motion = lift(suspension, choice)
        assert motion.applied_at is not None
        assert suspension.lifted_at is None


def test_a_decision_that_was_cancelled_lifts_nothing(model: Model) -> None:
    seats = make_seats(model)
    suspension = make_suspension(model)
    motion = decide_motion(propose(suspension))
    boards.cancel_motion(actor=seats["safety"], motion=motion, reason="Not yet.")
    services.apply_decided_motions()
    suspension.refresh_from_db()
    assert suspension.lifted_at is None


def test_who_has_a_grant_in_it_neither_proposes_nor_votes(model: Model) -> None:
    seats = make_seats(model)
    make_grant(model, seats["chair"])
    suspension = make_suspension(model)
    with pytest.raises(Refused, match="grant of your own"):
        propose(suspension, seats["chair"])
    with pytest.raises(Refused, match="proposed by a seat"):
        propose(suspension, make_user())
    motion = propose(suspension)
    excluded = Ballot.objects.filter(motion=motion).exclude(excluded="")
    assert [ballot.holder for ballot in excluded] == [seats["chair"]]
    assert ("Grants that it stops now", "1 grant") in describe_lift(motion)


def test_a_seat_that_joins_a_suspended_organisation_loses_its_vote(model: Model) -> None:
    seats = make_seats(model)
    owner = make_user()
    organization = make_organization(owner)
    make_grant(model, owner, organization)
    motion = propose(make_suspension(model))
    accounts.add_member(actor=None, organization=organization, user=seats["safety"], role="member")
    assert services.exclude_conflicted_voters() == 1
    assert services.exclude_conflicted_voters() == 0
    ballot = Ballot.objects.get(motion=motion, holder=seats["safety"])
    assert "belongs to an organisation" in ballot.excluded


def told(kind: str) -> list[int]:
    rows = Notification.objects.filter(kind=f"licensing.{kind}").order_by("pk")
    return [row.recipient_id for row in rows if row.recipient_id is not None]


def test_those_affected_are_told_in_chunks_each_once(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("licensing.services.suspensions.CHUNK", 2)
    monkeypatch.setattr("licensing.services.suspensions.enqueue", lambda *_args: None)
    users = [make_user() for _each in range(5)]
    for user in users:
        make_grant(model, user)
    left_out = make_grant(model, make_user())
    suspension = make_suspension(model, leave_out=[(left_out, "A partner.")])
    assert told("grant_in_selection") == []
    assert services.tell_of_selection(suspension_id=suspension.pk, budget_seconds=0) == 2
    assert services.tell_of_selections() == 3
    assert services.tell_of_selections() == 0
    assert told("grant_in_selection") == [user.pk for user in users]
    late = make_user()
    make_grant(model, late)
    assert services.tell_of_selections() == 1
    assert told("grant_in_selection")[-1] == late.pk
    lift(suspension)
    assert services.tell_of_selections() == 6
    assert services.tell_of_selections() == 0
    assert told("grant_out_of_selection") == [user.pk for user in [*users, late]]
    suspension.refresh_from_db()
    assert suspension.ended_told_to == suspension.told_to
    assert CHUNK > 2


def test_of_a_lift_only_those_are_told_who_knew_of_the_suspension(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("licensing.services.suspensions.enqueue", lambda *_args: None)
    monkeypatch.setattr("licensing.services.lifting.enqueue", lambda *_args: None)
    make_grant(model, make_user())
    lift(make_suspension(model))
    assert services.tell_of_selections() == 0
    assert told("grant_out_of_selection") == told("grant_in_selection") == []


def test_the_board_is_told_and_asked_for_a_review_once(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    seats = make_seats(model)
    brake = make_brake(model)
    suspension = make_suspension(model, brake)
    assert set(told("suspension_noted")) == {seat.pk for seat in seats.values()}
    assert services.call_for_review_of_selections() == 0
    monkeypatch.setattr(timezone, "now", lambda: suspension.review_at)
    assert services.call_for_review_of_selections() == 1
    assert services.call_for_review_of_selections() == 0
    assert set(told("suspension_review_due")) == {brake.pk, *(seat.pk for seat in seats.values())}
    suspension.refresh_from_db()
    assert suspension.lifted_at is None


FORBIDDEN = [
    "UPDATE licensing_suspension SET reason = 'Another'",
    "UPDATE licensing_suspension SET countries = '{{DE}}'",
    "UPDATE licensing_suspension SET lifted_at = now()",
    "UPDATE licensing_suspension SET lifted_at = now(), lifted_by_id = {motion}",
    "UPDATE licensing_suspension SET told_to = -1",
    "DELETE FROM licensing_suspension",
    "UPDATE licensing_leftout SET reason = 'Another'",
    "DELETE FROM licensing_leftout",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_knows_no_other_way_out_of_a_suspension(model: Model, statement: str) -> None:
    make_seats(model)
    grant = make_grant(model, make_user())
    suspension = make_suspension(model, leave_out=[(grant, "A partner.")])
    # One that the board rejects, and one of another suspension that it approved.
    rejected = lift(suspension, "reject")
    approved = lift(make_suspension(model, countries=("FR",)))
    for motion in (rejected, approved):
        with (
            pytest.raises((DatabaseError, IntegrityError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format(motion=motion.pk))


def test_the_database_keeps_nonsense_out(model: Model) -> None:
    common: dict[str, Any] = {
        "board": model.board,
        "model": model,
        "reason": "A letter.",
        "placed_by": make_user(),
        "review_at": timezone.now(),
    }
    for wrong in (
        {"model": None},
        {"reason": ""},
        {"access_modes": ["none"]},
        {"access_modes": ["elsewhere"]},
        {"all_other_countries": True},
        {"holder_kind": "robot"},
        {"origin": "bought"},
        {"track": "tourist"},
        {"lifted_at": timezone.now()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Suspension.objects.create(**(common | wrong))


def test_accepting_public_terms_gives_nothing_to_those_selected() -> None:
    make_all_terms()
    model = make_model()
    make_release(model, "open")
    make_suspension(model, unknown_country=True)
    user = make_user()
    accept_all(user, model)
    assert not may(user, model)
    denied = {check.rule for check in decide(user, model.releases.get(), DOWNLOAD).denials}
    assert "suspension" in denied


def test_a_review_goes_on_while_the_applicant_s_country_is_suspended(model: Model) -> None:
    make_suspension(model, countries=("DE",))
    user = make_user()
    grant = approve(make_in_review(make_application(model, user, country="DE")))
    accept_all(user)
    grant.refresh_from_db()
    assert grant.state == "pending_terms"
    assert not may(user, model)

"""Emergency decisions that no full review confirmed: what they opened is held, once."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from audit.models import Event
from boards import services as boards
from boards.models import Motion
from boards.tasks import sweep_decisions
from common.errors import Refused
from portal.schedule import beat_schedule
from releases import notifications, selectors, services, tasks
from releases.models import Hold, Model, Release, Transition
from tests.factories import make_user
from tests.releases.emergencies import (
    cooling_off,
    fall_due,
    make_fast_model,
    moved,
    review,
)
from tests.releases.factories import (
    LIFT_DOSSIER,
    decide,
    end_cool_off,
    make_hold,
    make_release,
    put_at,
    stage_of,
)
from tests.releases.test_pages import signed_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return make_user()


@pytest.fixture
def model(manager: User) -> Model:
    return make_fast_model(manager)


@pytest.fixture
def release(model: Model) -> Release:
    return make_release(model, version="v1", stage="internal")


def seat_of(model: Model) -> User:
    seat = User.objects.filter(seats__board=model.board_id).first()
    assert seat is not None
    return seat


def lift(hold: Hold, manager: User) -> Motion:
    motion = services.propose_lift(actor=manager, hold=hold, dossier=LIFT_DOSSIER)
    decide(motion)
    services.apply_decided_motions()
    return Motion.objects.get(pk=motion.pk)


def test_nothing_is_held_while_the_review_is_not_due(release: Release, manager: User) -> None:
    moved(release, manager)
    assert services.hold_unconfirmed() == 0
    assert not Hold.objects.exists()


def test_what_is_overdue_is_held_once_and_the_board_is_told(
    release: Release, manager: User, model: Model
) -> None:
    motion = moved(release, manager)
    fall_due(motion)
    assert [services.hold_unconfirmed(), services.hold_unconfirmed()] == [1, 0]
    hold = Hold.objects.get()
    assert (hold.kind, hold.cause, hold.placed_by, hold.state, hold.release) == (
        "admissions", "full_review", None, "review_due", release,
    )  # fmt: skip
    assert "did not confirm in time" in hold.reason
    assert motion.title not in hold.reason
    for action in ("hold.placed", "release.decision_unconfirmed"):
        event = Event.objects.get(action=action)
        assert event.data["reason"] == hold.reason
    for person in (manager, seat_of(model)):
        message = person.notifications.get(kind="decision_unconfirmed")
        assert "Admissions held" in message.subject
        assert "whoever was admitted keeps access" in message.body
        assert motion.title in message.body


def test_the_sweep_does_it_and_runs_by_itself(release: Release, manager: User) -> None:
    fall_due(moved(release, manager))
    tasks.sweep_full_reviews()
    assert Hold.objects.count() == 1
    entries = beat_schedule(timedelta(seconds=15)).values()
    assert tasks.sweep_full_reviews.name in {each["task"] for each in entries}


def test_what_the_review_refused_is_held_before_it_is_due(release: Release, manager: User) -> None:
    motion = moved(release, manager)
    review(motion, "reject")
    assert services.hold_unconfirmed() == 1
    assert "did not confirm" in Hold.objects.get().reason


def test_what_was_confirmed_is_never_held(release: Release, manager: User) -> None:
    motion = moved(release, manager)
    review(motion)
    fall_due(motion)
    assert services.hold_unconfirmed() == 0


def test_a_hold_that_is_in_force_is_enough_and_its_review_becomes_due(
    release: Release, manager: User
) -> None:
    motion = moved(release, manager)
    hold = make_hold(release.model, release, kind="admissions")
    fall_due(motion)
    assert [services.hold_unconfirmed(), services.hold_unconfirmed()] == [1, 0]
    hold.refresh_from_db()
    assert (Hold.objects.count(), hold.state, hold.cause) == (1, "review_due", "person")


def test_a_move_that_cools_off_is_held_too_and_does_not_take_effect(
    release: Release, manager: User
) -> None:
    motion = cooling_off(release, manager)
    fall_due(motion)
    assert services.hold_unconfirmed() == 1
    end_cool_off(Transition.objects.get(motion=motion))
    services.apply_decided_motions()
    release.refresh_from_db()
    assert release.stage == stage_of(release.model, "internal")
    assert "hold" in Transition.objects.get(motion=motion).waiting_for


def test_a_release_that_left_the_stage_is_not_held(release: Release, manager: User) -> None:
    motion = moved(release, manager)
    put_at(release, "internal")
    fall_due(motion)
    assert services.hold_unconfirmed() == 0


def test_one_that_fails_does_not_hold_up_the_others(
    manager: User, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (make_release(model, stage="internal") for _number in range(2))
    for release in (first, second):
        fall_due(moved(release, manager))
    tell = notifications.decision_unconfirmed

    def fail(release: Release, decided: Motion, reason: str) -> None:
        if release.pk == first.pk:
            raise RuntimeError
        tell(release, decided, reason)

    monkeypatch.setattr(notifications, "decision_unconfirmed", fail)
    assert services.hold_unconfirmed() == 1
    assert [hold.release for hold in Hold.objects.all()] == [second]
    monkeypatch.undo()
    assert services.hold_unconfirmed() == 1


# The way back


def test_it_stays_until_a_review_confirms_and_then_takes_a_motion(
    release: Release, manager: User
) -> None:
    motion = moved(release, manager)
    fall_due(motion)
    services.hold_unconfirmed()
    hold = Hold.objects.get()
    with pytest.raises(Refused, match="stays until a full review has confirmed"):
        services.propose_lift(actor=manager, hold=hold, dossier=LIFT_DOSSIER)
    page = signed_in(manager).get(reverse("hold_lift", args=[hold.public_id]))
    assert page.status_code == 409
    assert "stays until a full review has confirmed" in text(page)
    review(motion)
    assert services.hold_unconfirmed() == 0
    assert selectors.holds_in_force(release) == [hold]
    lift(hold, manager)
    assert selectors.holds_in_force(release) == []
    assert services.hold_unconfirmed() == 0


def test_a_hold_of_everything_can_be_lifted_meanwhile(release: Release, manager: User) -> None:
    motion = moved(release, manager)
    hold = make_hold(release.model, release, kind="all")
    fall_due(motion)
    services.hold_unconfirmed()
    lift(hold, manager)
    assert [each.kind for each in selectors.holds_in_force(release)] == ["admissions"]


def test_a_lift_that_was_approved_before_waits_for_the_review(
    release: Release, manager: User
) -> None:
    motion = moved(release, manager)
    hold = make_hold(release.model, release, kind="admissions")
    asked = services.propose_lift(actor=manager, hold=hold, dossier=LIFT_DOSSIER)
    fall_due(motion)
    decide(asked)
    services.apply_decided_motions()
    hold.refresh_from_db()
    asked.refresh_from_db()
    assert (hold.state, asked.applied_at) == ("placed", None)
    review(motion)
    services.apply_decided_motions()
    hold.refresh_from_db()
    assert hold.state == "lifted"


def test_after_a_demotion_the_hold_can_be_lifted(release: Release, manager: User) -> None:
    fall_due(moved(release, manager))
    services.hold_unconfirmed()
    lead = make_user()
    services.grant_right(actor=None, user=lead, right="place_hold", model=release.model)
    internal = stage_of(release.model, "internal")
    services.demote_release(actor=lead, release=release, to_stage=internal, reason="Unreviewed.")
    lift(Hold.objects.get(), manager)
    assert selectors.holds_in_force(release) == []


def test_an_override_to_approve_owes_its_review_as_well(release: Release, manager: User) -> None:
    """The debt follows from what the motion counts as, whoever made it count so."""
    motion = cooling_off(release, manager)
    chair = motion.board.seats.get(role="chair").holder
    boards.cancel_motion(actor=chair, motion=motion, reason="Stop.")
    fall_due(Motion.objects.get(pk=motion.pk))
    services.apply_decided_motions()
    motion.refresh_from_db()
    assert motion.full_review_due_at is None
    assert services.hold_unconfirmed() == 0


# Pages


def test_staff_see_on_the_release_what_is_owed_and_until_when(
    release: Release,
    manager: User,
    model: Model,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    motion = moved(release, manager)
    client, address = signed_in(manager), release.get_absolute_url()
    page = text(client.get(address))
    assert "A full review is owed" in page
    assert motion.full_review_due_at is not None
    assert str(timezone.localtime(motion.full_review_due_at).year) in page
    assert f"/motions/{motion.public_id}/" in page
    assert "/propose/" not in page
    fall_due(motion)
    services.hold_unconfirmed()
    with django_assert_max_num_queries(15):
        assert "The full review is overdue" in text(client.get(address))
    review(motion, "reject")
    assert "The full review did not confirm the decision" in text(client.get(address))
    review(motion)
    page = text(client.get(address))
    assert "full review" not in page.partition("Timeline")[0].partition("What happened")[0].replace(
        Hold.objects.get().reason, ""
    )
    other = make_user()
    services.grant_right(actor=None, user=other, right="review_application", model=model)
    assert f"/motions/{motion.public_id}/" not in text(signed_in(other).get(address))


def test_the_board_is_reminded_in_time_and_the_proposer_with_it(
    release: Release, manager: User, model: Model
) -> None:
    motion = moved(release, manager)
    told = manager.notifications.get(kind="boards.motion_decided")
    assert "must confirm this under its full rule before" in told.body
    for days in (6, 0.5):
        Motion.objects.filter(pk=motion.pk).update(
            full_review_due_at=timezone.now() + timedelta(days=days),
            decided_at=timezone.now() - timedelta(days=9 - days),
        )
        boards.send_reminders()
        boards.send_reminders()
    for person in (manager, seat_of(model)):
        assert person.notifications.filter(kind="boards.review_due").count() == 2


def test_the_review_is_swept_with_the_other_decisions_of_the_board(
    release: Release, manager: User
) -> None:
    motion = moved(release, manager)
    done = review(motion)
    sweep_decisions()
    motion.refresh_from_db()
    assert (motion.full_review_result, done.applied_at is not None) == ("confirmed", True)

"""Judging releases again: called for in time, held when it was not done, kept by a motion."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from audit.models import Event
from boards.models import Motion
from common.errors import Refused
from releases import selectors, services
from releases.models import Hold, Model, Release, ReviewCall, StageReview
from releases.selectors.watch import review_due_at, reviews_due
from tests.factories import make_user
from tests.releases.factories import (
    LIFT_DOSSIER,
    decide,
    make_approved,
    make_hold,
    make_ladder_asking,
    make_model,
    make_release,
    put_at,
)

pytestmark = pytest.mark.django_db

DOSSIER = {"rationale": "Nothing was reported.", "changes": "Two more models like it are out."}
PERIOD = timedelta(days=180)


@pytest.fixture
def manager() -> User:
    return make_user()


@pytest.fixture
def model(manager: User) -> Model:
    return make_model(manager=manager, ladder=make_ladder_asking("trusted-api", re_review="180d"))


def staying(model: Model, since: timedelta) -> Release:
    return make_release(model, stage="trusted-api", soaked=since)


def keep(release: Release, manager: User, choice: str = "approve") -> Motion:
    motion = services.propose_re_review(actor=manager, release=release, dossier=DOSSIER)
    decide(motion, choice)
    services.apply_decided_motions()
    motion.refresh_from_db()
    return motion


def test_a_review_is_due_so_long_after_the_release_came_to_its_stage(model: Model) -> None:
    release = staying(model, PERIOD - timedelta(days=1))
    assert release.staged_at is not None
    assert review_due_at(release) == release.staged_at + PERIOD
    assert review_due_at(put_at(release, "public-api")) is None


def test_it_is_called_for_once_thirty_days_before(model: Model, manager: User) -> None:
    release = staying(model, PERIOD - timedelta(days=29))
    staying(model, PERIOD - timedelta(days=31))
    assert [services.call_re_reviews(), services.call_re_reviews()] == [1, 0]
    call = ReviewCall.objects.get()
    assert (call.release, call.step, call.hold) == (release, "soon", None)
    assert not Hold.objects.exists()
    assert Event.objects.get(action="release.review_called").data["step"] == "soon"
    message = manager.notifications.get(kind="review_called")
    assert "is to be judged again at Trusted API" in message.subject
    seat = User.objects.filter(seats__board=model.board_id).first()
    assert seat is not None
    assert seat.notifications.filter(kind="review_called").count() == 1


def test_what_is_overdue_has_its_admissions_held_once(model: Model, manager: User) -> None:
    release = staying(model, PERIOD)
    assert [services.call_re_reviews(), services.call_re_reviews()] == [1, 0]
    hold = Hold.objects.get()
    assert (hold.kind, hold.cause, hold.placed_by, hold.state) == (
        "admissions", "re_review", None, "review_due",
    )  # fmt: skip
    assert hold.release == release
    assert "was not" in hold.reason
    assert Event.objects.filter(action="hold.placed").count() == 1
    assert "Admissions held" in manager.notifications.get(kind="review_called").subject


def test_a_hold_that_is_in_force_is_enough_and_its_review_becomes_due(model: Model) -> None:
    release = staying(model, PERIOD)
    hold = make_hold(model, release, kind="admissions")
    services.call_re_reviews()
    hold.refresh_from_db()
    assert (Hold.objects.count(), hold.state, hold.cause) == (1, "review_due", "person")
    assert ReviewCall.objects.get().hold == hold


def test_an_approved_review_lets_the_time_begin_anew_and_lifts_nothing(
    model: Model, manager: User
) -> None:
    release = staying(model, PERIOD)
    services.call_re_reviews()
    motion = keep(release, manager)
    assert motion.decided_at is not None
    assert motion.applied_at is not None
    assert StageReview.objects.get().motion == motion
    assert review_due_at(release) == motion.decided_at + PERIOD
    assert services.call_re_reviews() == 0
    assert len(selectors.holds_in_force(release)) == 1

    lift = services.propose_lift(actor=manager, hold=Hold.objects.get(), dossier=LIFT_DOSSIER)
    decide(lift)
    services.apply_decided_motions()
    assert selectors.holds_in_force(release) == []
    assert Event.objects.filter(action="release.reviewed").count() == 1


def test_the_page_of_the_release_tells_when_it_is_judged_again_after_a_review(
    model: Model, manager: User, client: Client
) -> None:
    release = staying(model, PERIOD - timedelta(days=20))
    motion = keep(release, manager)
    assert motion.decided_at is not None
    client.force_login(manager)
    page = client.get(release.get_absolute_url()).content.decode()
    assert date_format(timezone.localtime(motion.decided_at + PERIOD), "j M Y") in page
    assert release.staged_at is not None
    assert date_format(timezone.localtime(release.staged_at + PERIOD), "j M Y") not in page


def test_a_rejected_review_changes_nothing(model: Model, manager: User) -> None:
    release = staying(model, timedelta(days=170))
    before = review_due_at(release)
    keep(release, manager, "reject")
    assert review_due_at(release) == before
    assert not StageReview.objects.exists()


def test_a_release_that_left_its_stage_is_not_judged_by_it(model: Model, manager: User) -> None:
    release = staying(model, timedelta(days=170))
    motion = services.propose_re_review(actor=manager, release=release, dossier=DOSSIER)
    put_at(release, "public-api")
    decide(motion)
    services.apply_decided_motions()
    assert not StageReview.objects.exists()
    motion.refresh_from_db()
    assert motion.applied_at is not None


def test_moving_on_and_down_begins_the_time_anew(model: Model) -> None:
    release = staying(model, PERIOD)
    moved_at = timezone.now()
    Release.objects.filter(pk=release.pk).update(staged_at=moved_at)
    assert review_due_at(release) == moved_at + PERIOD


def test_reviews_that_are_due_come_nearest_first(model: Model) -> None:
    late, later = staying(model, PERIOD * 2), staying(model, PERIOD * 3)
    staying(model, timedelta(0))
    now = timezone.now()
    assert reviews_due(now) == [later, late]
    assert reviews_due(now - PERIOD * 3) == []
    Release.objects.filter(pk=late.pk).update(state="withdrawn")
    assert reviews_due(now) == [later]


def test_the_rule_is_that_of_the_stage_and_managers_have_no_vote(
    model: Model, manager: User
) -> None:
    release = staying(model, timedelta(0))
    assert release.stage is not None
    motion = services.propose_re_review(actor=manager, release=release, dossier=DOSSIER)
    assert motion.state == "voting"
    assert motion.rule == release.stage.rule
    assert motion.params["outcome"] == "keep"


def test_it_is_proposed_by_managers_for_a_stage_that_asks_for_it(
    model: Model, manager: User
) -> None:
    release = staying(model, timedelta(0))
    with pytest.raises(Refused, match="You need the right"):
        services.propose_re_review(actor=make_user(), release=release, dossier=DOSSIER)
    with pytest.raises(Refused, match="The dossier's changes"):
        services.propose_re_review(
            actor=manager, release=release, dossier={**DOSSIER, "changes": ""}
        )
    put_at(release, "public-api")
    with pytest.raises(Refused, match="not judged again"):
        services.propose_re_review(actor=manager, release=release, dossier=DOSSIER)


def test_a_cool_off_begins_anew_when_a_review_is_overdue(model: Model, manager: User) -> None:
    release = staying(model, PERIOD)
    transition = make_approved(release)
    services.apply_decided_motions()
    services.call_re_reviews()
    transition.refresh_from_db()
    assert transition.effective_after == Hold.objects.get().placed_at + timedelta(seconds=5)


# Pages


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_page_says_when_it_is_due_and_leads_to_the_motion(model: Model, manager: User) -> None:
    release = staying(model, PERIOD)
    services.call_re_reviews()
    args = [model.namespace, model.name, release.version]
    watched, proposing = (
        reverse("release_watch", args=args),
        reverse("re_review_propose", args=args),
    )
    client = signed_in(manager)
    page = client.get(watched).content.decode()
    assert "Due since" in page
    assert proposing in page
    assert "Write at least a sentence." in client.post(proposing, {}).content.decode()
    response = client.post(proposing, DOSSIER)
    motion = Motion.objects.get(kind="re_review")
    assert response.headers["Location"] == reverse("motion_detail", args=[motion.public_id])
    assert "before the board" in client.get(watched).content.decode()
    assert client.get(proposing).status_code == 409
    assert (
        "What has changed since the last decision"
        in client.get(reverse("motion_detail", args=[motion.public_id])).content.decode()
    )
    assert signed_in(make_user()).get(watched).status_code == 404


def test_times_are_compared_with_their_zone(model: Model) -> None:
    due = review_due_at(staying(model, timedelta(0)))
    assert isinstance(due, datetime)
    assert due.tzinfo is not None

"""Reminders: what is owed is said in time, once, whoever runs the sweep."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Notification, User
from boards.deadlines import escalation_at, reached, review_steps, term_steps, vote_steps
from boards.models import Motion, Reminder, Seat
from boards.tasks import sweep_reminders
from tests.boards.factories import cast, holder, make_board, make_vote_open

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


# When, as tables


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (7 * DAY, [("vote_half", 3.5 * DAY), ("vote_day", 6 * DAY)]),
        (3 * DAY, [("vote_half", 1.5 * DAY), ("vote_day", 2 * DAY)]),
        # A day before the end would come before half of the time
        (2 * DAY, [("vote_half", DAY)]),
        (HOUR, [("vote_half", HOUR / 2)]),
    ],
)
def test_awaited_seats_are_reminded_halfway_and_a_day_before(
    length: timedelta, expected: list[tuple[str, timedelta]]
) -> None:
    steps = vote_steps(NOON, NOON + length)
    assert [(kind.value, at - NOON) for kind, at in steps] == expected


@pytest.mark.parametrize(
    ("length", "before"), [(7 * DAY, DAY), (4 * DAY, DAY), (HOUR, HOUR / 4), (2 * DAY, DAY / 2)]
)
def test_a_missing_quorum_is_the_chairs_matter_near_the_end(
    length: timedelta, before: timedelta
) -> None:
    assert escalation_at(NOON, NOON + length) == NOON + length - before


def test_steps_before_something_began_are_not_reached() -> None:
    ends = NOON + 10 * DAY
    assert reached(term_steps(ends), NOON, NOON + DAY) == []
    assert reached(term_steps(ends), NOON, NOON + 3 * DAY) == ["term_week"]
    assert reached(term_steps(ends), NOON, ends) == ["term_week", "term_over"]
    assert reached(review_steps(ends), NOON, NOON + 9 * DAY) == ["review_week", "review_day"]


# Said once


def shift(motion: Motion, *, opened: timedelta, closes: timedelta) -> None:
    now = timezone.now()
    Motion.objects.filter(pk=motion.pk).update(
        voting_opened_at=now - opened, voting_closes_at=now + closes
    )


def told(kind: str) -> list[User | None]:
    return [
        note.recipient for note in Notification.objects.filter(kind=f"boards.{kind}").order_by("id")
    ]


@pytest.mark.django_db
def test_only_awaited_seats_are_reminded_and_each_step_once() -> None:
    motion = make_vote_open(voting_seconds=7 * 86400)
    cast(motion, holder(motion, "chair"))
    sweep_reminders()
    assert told("vote_reminder") == []
    shift(motion, opened=4 * DAY, closes=3 * DAY)
    for _time in range(3):
        sweep_reminders()
    awaited = [holder(motion, "safety"), holder(motion, "independent")]
    assert told("vote_reminder") == awaited
    cast(motion, holder(motion, "safety"))
    # The deadline moves here where in life the clock does, so that the step is a new one.
    shift(motion, opened=6.5 * DAY, closes=DAY / 2)
    for _time in range(2):
        sweep_reminders()
    assert told("vote_reminder") == [*awaited, holder(motion, "independent")]


@pytest.mark.django_db
def test_a_late_sweep_says_only_the_latest() -> None:
    motion = make_vote_open(voting_seconds=7 * 86400)
    shift(motion, opened=6.5 * DAY, closes=DAY / 2)
    sweep_reminders()
    assert len(told("vote_reminder")) == 3
    assert Reminder.objects.filter(about__startswith="boards.ballot").count() == 6


@pytest.mark.django_db
def test_the_chair_is_called_where_the_quorum_is_missing_near_the_deadline() -> None:
    motion = make_vote_open(voting_seconds=7 * 86400)
    cast(motion, holder(motion, "chair"))
    cast(motion, holder(motion, "safety"))
    shift(motion, opened=6.5 * DAY, closes=DAY / 2)
    for _time in range(2):
        sweep_reminders()
    assert told("quorum_missing") == [holder(motion, "chair")]
    note = Notification.objects.get(kind="boards.quorum_missing")
    assert "No independent seat took part" in note.body
    assert motion.title in note.subject


@pytest.mark.django_db
def test_nobody_is_called_where_the_quorum_is_there() -> None:
    motion = make_vote_open(voting_seconds=7 * 86400)
    for role in ("chair", "independent"):
        cast(motion, holder(motion, role))
    shift(motion, opened=6.5 * DAY, closes=DAY / 2)
    sweep_reminders()
    assert told("quorum_missing") == []


@pytest.mark.django_db
def test_without_a_chair_every_member_is_called() -> None:
    motion = make_vote_open(voting_seconds=7 * 86400)
    Seat.objects.filter(board=motion.board, role="chair").update(term_ends_at=timezone.now())
    shift(motion, opened=6.5 * DAY, closes=DAY / 2)
    sweep_reminders()
    members = {holder(motion, "safety"), holder(motion, "independent")}
    assert set(told("quorum_missing")) == members


@pytest.mark.django_db
def test_holder_and_chair_hear_of_a_term_that_ends_and_the_board_of_one_that_ended() -> None:
    board = make_board()
    seat = Seat.objects.get(board=board, role="safety")
    person, chair = holder(board, "safety"), holder(board, "chair")

    def ends_in(days: float) -> None:
        now = timezone.now()
        Seat.objects.filter(pk=seat.pk).update(
            held_since=now - 300 * DAY, term_ends_at=now + days * DAY
        )
        for _time in range(2):
            sweep_reminders()

    ends_in(31)
    assert told("term_ending") == []
    ends_in(29)
    assert told("term_ending") == [person, chair]
    ends_in(6)
    assert told("term_ending") == [person, chair] * 2
    ends_in(-1)
    assert set(told("term_over")) == {person, chair, holder(board, "independent")}
    assert len(told("term_ending")) == 4
    # What ended long ago is not said any more.
    ends_in(-40)
    assert len(told("term_over")) == 3

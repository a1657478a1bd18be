"""A motion in review whose vote nobody opens: it is reminded of, and it lapses."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, User
from audit.models import Event
from boards import services
from boards.deadlines import DAY, IDLE
from boards.models import Motion, Reminder
from boards.tasks import sweep_motions, sweep_reminders
from common.errors import Refused
from tests.boards.factories import holder, make_motion, make_vote_open

pytestmark = pytest.mark.django_db

CHANGED = {"rationale": "It was tested again."}
Later = Callable[[timedelta], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Return a function that lets so much time pass since the beginning of the test."""
    clock = timezone.now

    def later(time: timedelta) -> None:
        monkeypatch.setattr(timezone, "now", lambda: clock() + time)

    return later


def state_of(motion: Motion) -> str:
    return Motion.objects.get(pk=motion.pk).state


def reminded() -> list[User | None]:
    notes = Notification.objects.filter(kind="boards.vote_unopened").order_by("id")
    return [note.recipient for note in notes]


def test_proposer_and_chair_are_reminded_after_a_month_and_a_week_before_the_end(
    later: Later,
) -> None:
    motion = make_motion()
    people = [motion.proposer, holder(motion, "chair")]
    nobody: list[User] = []
    for time, so_far in (
        (29 * DAY, nobody),
        (31 * DAY, people),
        (IDLE - 8 * DAY, people),
        (IDLE - 6 * DAY, people * 2),
        (IDLE + DAY, people * 2),
    ):
        later(time)
        for _time in range(2):
            sweep_reminders()
        assert reminded() == so_far, time
    note = Notification.objects.filter(kind="boards.vote_unopened").latest("id")
    assert motion.title in note.subject
    assert "otherwise it lapses" in note.body


def test_a_late_sweep_reminds_once(later: Later) -> None:
    make_motion()
    later(IDLE - DAY)
    sweep_reminders()
    assert len(reminded()) == 2
    assert set(Reminder.objects.values_list("kind", flat=True)) == {"idle_month", "idle_week"}


def test_it_lapses_when_the_time_is_over_and_the_proposer_is_told(later: Later) -> None:
    motion = make_motion()
    later(IDLE - DAY)
    sweep_motions()
    assert state_of(motion) == "in_review"
    later(IDLE + DAY)
    for _time in range(2):
        sweep_motions()
    motion.refresh_from_db()
    assert (motion.state, motion.tally, motion.record_owed) == ("lapsed", None, False)
    assert "Nobody opened the vote within 180 days." in motion.closing_reason
    event = Event.objects.get(action="motion.lapsed")
    assert event.actor is None
    assert event.data["from"] == "in_review"
    note = Notification.objects.get(kind="boards.motion_ended")
    assert note.recipient == motion.proposer


def test_a_changed_dossier_begins_the_time_anew(later: Later) -> None:
    motion = make_motion()
    later(IDLE - DAY)
    services.revise_dossier(actor=motion.proposer, motion=motion, dossier=CHANGED)
    later(IDLE + DAY)
    sweep_motions()
    assert state_of(motion) == "in_review"
    later(2 * IDLE)
    sweep_motions()
    assert state_of(motion) == "lapsed"


def test_a_vote_that_was_opened_is_not_idle(later: Later) -> None:
    motion = make_vote_open(voting_seconds=366 * 86400)
    later(IDLE + DAY)
    sweep_motions()
    sweep_reminders()
    assert state_of(motion) == "voting"
    assert not reminded()
    with pytest.raises(Refused, match="does not wait for its vote any more"):
        services.lapse_idle(motion=motion)


def test_what_changed_since_the_sweep_looked_does_not_lapse(later: Later) -> None:
    motion = make_motion()
    later(IDLE + DAY)
    services.revise_dossier(actor=motion.proposer, motion=motion, dossier=CHANGED)
    with pytest.raises(Refused, match="not for long enough"):
        services.lapse_idle(motion=motion)
    assert state_of(motion) == "in_review"


def test_the_page_says_until_when_the_vote_can_be_opened(client: Client) -> None:
    motion = make_motion()
    client.force_login(motion.proposer)
    page = client.get(reverse("motion_detail", args=[motion.public_id])).content.decode()
    assert "If no vote is opened, the motion lapses" in page
    assert (timezone.now() + IDLE).strftime("%b %Y") in page

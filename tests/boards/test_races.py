"""Two hands at one motion, over real connections: whatever the order, one right outcome."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Notification, User
from audit.models import Event
from audit.selectors import ref
from boards import services
from boards.models import Ballot, Board, Dossier, Motion, Seat, Vote
from boards.selectors import standing
from common import dsse
from common.errors import Refused
from tests.boards.factories import RULE, holder, make_board, tally_of
from tests.factories import make_user
from tests.racing import ROUNDS, Act, Race, racers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet_mail(settings: Settings) -> None:
    """Leave mail to the queue, where it does not slow the race down."""
    settings.CELERY_TASK_ALWAYS_EAGER = False


@pytest.fixture
def race() -> Iterator[Race]:
    """Run acts at once, each on a connection of its own; a refusal is a result."""
    with racers(3) as run:
        yield run


def accepted(result: object) -> bool:
    return not isinstance(result, Refused)


class Table:
    """A board, and as many motions under vote as there are rounds."""

    def __init__(self) -> None:
        self.board: Board = make_board()
        self.proposer: User = make_user()
        self.chair = holder(self.board, "chair")
        self.safety = holder(self.board, "safety")
        self.independent = holder(self.board, "independent")

    def motion(self, number: int, seconds: float = 3600) -> Motion:
        """Make a motion as `open_voting` leaves it, without its mail."""
        now = timezone.now()
        motion = Motion.objects.create(
            board=self.board,
            kind="transition",
            title="Move",
            subject_ref=f"releases.release:{number}",
            subject_label="demo/heron",
            subject_url="/",
            dossier={"rationale": "Tested."},
            dossier_digest=f"{number:064x}",
            rule=RULE,
            voting_seconds=3600,
            proposer=self.proposer,
            state="voting",
            round=1,
            voting_opened_at=now,
            voting_closes_at=now + timedelta(seconds=seconds),
        )
        Dossier.objects.create(
            motion=motion,
            content=motion.dossier,
            digest=motion.dossier_digest,
            submitted_by=self.proposer,
        )
        Ballot.objects.bulk_create(
            Ballot(motion=motion, seat=seat, role=seat.role, holder=seat.holder)
            for seat in self.board.seats.all()
        )
        return motion

    def voted(self, motion: Motion, **choices: str) -> None:
        """Let seats have voted before the race begins."""
        Vote.objects.bulk_create(
            Vote(
                ballot=ballot,
                voter=holder(self.board, ballot.role),
                choice=choices[ballot.role],
                reason="Because.",
                dossier_digest=motion.dossier_digest,
                nonce="0" * 64,
                commitment="0" * 64,
            )
            for ballot in motion.ballots.filter(role__in=choices)
        )


def voting(motion: Motion, voter: User, choice: str) -> Act:
    return lambda: services.cast_vote(
        actor=voter,
        motion=motion,
        choice=choice,
        reason="Because.",
        conflict="I advise them." if choice == "recuse" else "",
        dossier_digest=motion.dossier_digest,
    )


def closing(motion: Motion, chair: User | None) -> Act:
    return lambda: services.close_voting(actor=chair, motion=motion)


def events(motion: Motion) -> list[str]:
    found: Any = Event.objects.filter(target=ref(motion)).order_by("id")
    return list(found.values_list("action", flat=True))


def test_two_last_votes_and_the_chairs_close(race: Race) -> None:
    table = Table()
    for number in range(ROUNDS):
        motion = table.motion(number)
        table.voted(motion, chair="approve")
        *votes, closed = race(
            voting(motion, table.safety, "reject"),
            voting(motion, table.independent, "approve"),
            closing(motion, table.chair),
        )
        assert all(accepted(vote) for vote in votes)
        if not accepted(closed):
            assert "Still awaited" in str(closed)
            services.close_voting(actor=table.chair, motion=motion)
        motion.refresh_from_db()
        assert motion.state == "approved"
        assert (tally_of(motion)["present"], tally_of(motion)["approve"]) == (3, 2)
        assert events(motion) == ["vote.cast"] * 2 + ["motion.approved"]


def test_two_closes_count_once(race: Race) -> None:
    table = Table()
    for number in range(ROUNDS):
        motion = table.motion(number, seconds=0)
        results = race(*[closing(motion, None)] * 3)
        assert [accepted(result) for result in results].count(True) == 1
        assert events(motion) == ["motion.undecided"]


def test_a_vote_against_a_changed_dossier(race: Race) -> None:
    table = Table()
    for number in range(ROUNDS):
        motion = table.motion(number)
        vote, revised = race(
            voting(motion, table.chair, "approve"),
            lambda motion=motion: services.revise_dossier(
                actor=table.proposer, motion=motion, dossier={"rationale": "Tested twice."}
            ),
        )
        assert accepted(revised)
        expected = ["vote.cast"] if accepted(vote) else []
        assert events(motion) == [*expected, "motion.dossier_revised"]
        assert Vote.objects.filter(ballot__motion=motion).count() == len(expected)
        motion.refresh_from_db()
        assert motion.state == "in_review"
        assert not standing(motion).votes
    # The last one goes on, whichever way it went: no stale vote comes back to life.
    motion = services.open_voting(actor=table.proposer, motion=motion)
    Motion.objects.filter(pk=motion.pk).update(voting_closes_at=timezone.now())
    motion = services.close_voting(actor=None, motion=motion)
    assert (motion.state, tally_of(motion)["present"]) == ("lapsed", 0)


def test_a_changed_vote_against_the_chairs_close(race: Race) -> None:
    table = Table()
    for number in range(ROUNDS):
        motion = table.motion(number)
        table.voted(motion, chair="approve", safety="approve", independent="reject")
        vote, closed = race(voting(motion, table.safety, "reject"), closing(motion, table.chair))
        assert accepted(closed)
        motion.refresh_from_db()
        assert motion.state == ("rejected" if accepted(vote) else "approved")
        assert tally_of(motion)["approve"] == (1 if accepted(vote) else 2)
        assert events(motion)[-1] == f"motion.{motion.state}"
        assert events(motion).count("vote.cast") == int(accepted(vote))


def test_a_vote_in_the_last_moment_against_the_deadline(race: Race) -> None:
    table = Table()
    for number in range(ROUNDS):
        motion = table.motion(number, seconds=0.004)
        vote, closed = race(voting(motion, table.independent, "approve"), closing(motion, None))
        if not accepted(closed):
            Motion.objects.filter(pk=motion.pk).update(voting_closes_at=timezone.now())
            services.close_voting(actor=None, motion=motion)
        motion.refresh_from_db()
        assert motion.state == "lapsed"
        assert tally_of(motion)["present"] == int(accepted(vote))
        assert len(
            Event.objects.get(action="motion.undecided", target=ref(motion)).data["openings"]
        ) == int(accepted(vote))


def test_a_vote_against_a_resignation(race: Race) -> None:
    table = Table()
    for number in range(ROUNDS):
        motion = table.motion(number)
        seat = table.board.seats.get(role="safety")
        vote, left = race(
            voting(motion, table.safety, "approve"),
            lambda seat=seat: services.resign_seat(
                actor=table.safety, seat=seat, reason="I move on."
            ),
        )
        assert accepted(left)
        # Whichever came first: a vote that was taken counts, and the seat is vacant either way.
        found = standing(motion)
        assert len(found.votes) == int(accepted(vote))
        assert [each.role for each in found.awaited] == ["chair", "independent"]
        assert events(motion) == ["vote.cast"] * int(accepted(vote))
        Seat.objects.filter(pk=seat.pk).update(holder=table.safety)


def test_a_tightened_rule_against_the_close(race: Race) -> None:
    table = Table()
    veto = {**RULE, "veto": ["safety"]}
    for number in range(ROUNDS):
        motion = table.motion(number)
        table.voted(motion, chair="approve", safety="reject", independent="approve")
        tightened, closed = race(
            lambda motion=motion: services.tighten_rule(
                actor=None, motion=motion, rule=veto, reason="Version 2."
            ),
            closing(motion, table.chair),
        )
        assert accepted(closed)
        motion.refresh_from_db()
        assert motion.state == ("rejected" if accepted(tightened) else "approved")
        assert bool(motion.tightened_rule) == accepted(tightened)


def test_an_override_against_its_effect(race: Race, settings: Settings) -> None:
    settings.SIGNING_KEY = dsse.derived_private_key("tests")
    table = Table()
    for number in range(ROUNDS):
        motion = table.motion(number)
        Motion.objects.filter(pk=motion.pk).update(rule={**RULE, "executive": ["safety"]})
        table.voted(motion, chair="approve", safety="reject", independent="approve")
        motion = services.close_voting(actor=table.chair, motion=motion)
        read = Motion.objects.select_related("executive_override").get(pk=motion.pk)
        overridden, applied = race(
            lambda motion=motion: services.override_result(
                actor=table.safety, motion=motion, outcome="rejected", reason="It is unsafe."
            ),
            lambda read=read: services.mark_applied(motion=read),
        )
        assert accepted(overridden) != accepted(applied)
        motion = Motion.objects.get(pk=motion.pk)
        assert motion.outcome == ("rejected" if accepted(overridden) else "approved")
        assert (motion.applied_at is not None) == accepted(applied)


def test_two_sweeps_remind_once(race: Race) -> None:
    table = Table()
    for number in range(ROUNDS):
        motion = table.motion(number)
        now = timezone.now()
        Motion.objects.exclude(pk=motion.pk).update(state="lapsed", decided_at=now)
        Motion.objects.filter(pk=motion.pk).update(
            voting_opened_at=now - timedelta(days=4), voting_closes_at=now + timedelta(days=3)
        )
        before = Notification.objects.count()
        race(*[services.send_reminders] * 3)
        assert Notification.objects.count() == before + 3

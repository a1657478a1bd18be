"""A motion under any sequence of acts: what must hold, holds after every one of them."""

import itertools
from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from audit.models import Event
from audit.selectors import ref
from boards import services
from boards.models import Motion, Seat, Vote, VoteChoice
from boards.sealing import Opening, opens
from boards.selectors import votes_for_display
from boards.tally import SeatState, parse_rule, tally
from common.errors import Refused
from tests.boards.factories import make_board, make_motion
from tests.factories import make_user

OPEN = ("in_review", "voting")
RULES: list[dict[str, Any]] = [
    {"quorum": {"more_than": "1/2"}, "approval": {"more_than": "1/2"}},
    {
        "quorum": {"at_least": "1/3"},
        "approval": {"at_least": "2/3"},
        "required_present": ["independent"],
        "veto": ["safety"],
    },
]
numbers = itertools.count(1)
choices = st.sampled_from(VoteChoice.values)
# The fourth seat is the proposer's own, the fifth is vacant.
voters = st.integers(0, 3)


class MotionMachine(RuleBasedStateMachine):
    """Acts on one motion, and beside it the little that ought to be true of it."""

    def __init__(self) -> None:
        super().__init__()
        self.state = "in_review"
        self.votes: dict[int, str] = {}
        self.excluded: set[int] = set()
        self.over = False
        self.applied = False
        self.expected_events = 1
        self.counted: dict[str, Any] | None = None

    @initialize(rule_data=st.sampled_from(RULES), opened=st.sampled_from([True, True, False]))
    def propose(self, rule_data: dict[str, Any], opened: bool) -> None:
        self.people = [make_user() for _seat in range(4)]
        self.proposer = self.people[3]
        self.stranger = make_user()
        roles = ["chair", "safety", "independent", "legal"]
        self.board = make_board(*zip(roles, self.people, strict=True), ("security", None))
        self.seats: list[Seat] = list(self.board.seats.order_by("id"))
        self.rule_data = rule_data
        self.motion = make_motion(self.board, proposer=self.proposer, rule=rule_data)
        self.digest = self.motion.dossier_digest
        self.former_digests: list[str] = []
        if opened:
            self.open_voting()

    def attempt(self, allowed: bool, act: Any, **arguments: Any) -> bool:
        """Try an act: it must succeed exactly where it is allowed, and then leave one event."""
        sentence = ""
        try:
            act(motion=self.motion, **arguments)
        except Refused as refused:
            sentence = refused.sentence
        done = not sentence
        assert done is allowed, sentence
        self.expected_events += done
        return done

    def may_vote(self, number: int) -> bool:
        voting = self.state == "voting" and not self.over
        return voting and number != 3 and number not in self.excluded

    @property
    def all_voted(self) -> bool:
        return all(n in self.votes or n in self.excluded for n in range(3))

    @rule()
    def open_voting(self) -> None:
        if self.attempt(self.state == "in_review", services.open_voting, actor=self.proposer):
            self.state, self.over = "voting", False
            self.votes, self.excluded = {}, set()

    @rule(number=voters, choice=choices)
    def cast(self, number: int, choice: str) -> None:
        if self.attempt(
            self.may_vote(number),
            services.cast_vote,
            actor=self.people[number],
            choice=choice,
            reason=f"reason-{choice}",
            dossier_digest=self.digest,
        ):
            self.votes[number] = choice

    @rule(number=st.integers(0, 2), choice=choices, data=st.data())
    def cast_on_another_dossier(self, number: int, choice: str, data: st.DataObject) -> None:
        stale = data.draw(st.sampled_from([*self.former_digests, "0" * 64]))
        self.attempt(
            stale == self.digest and self.may_vote(number),
            services.cast_vote,
            actor=self.people[number],
            choice=choice,
            reason="stale",
            dossier_digest=stale,
        )
        assert stale != self.digest

    @rule(choice=choices)
    def cast_by_a_stranger(self, choice: str) -> None:
        self.attempt(
            False,
            services.cast_vote,
            actor=self.stranger,
            choice=choice,
            reason="me too",
            dossier_digest=self.digest,
        )

    @rule(number=voters)
    def revise(self, number: int) -> None:
        allowed = number == 3 and self.state in OPEN and not self.over
        done = self.attempt(
            allowed,
            services.revise_dossier,
            actor=self.people[number],
            dossier={"rationale": f"Version {next(numbers)}"},
        )
        if done:
            self.former_digests.append(self.digest)
            self.digest = Motion.objects.get(pk=self.motion.pk).dossier_digest
            self.state, self.votes = "in_review", {}

    @precondition(lambda self: self.state == "voting")
    @rule(number=st.integers(0, 2))
    def come_into_conflict(self, number: int) -> None:
        changed = services.exclude_voter(
            actor=None,
            subject_ref=self.motion.subject_ref,
            user=self.people[number],
            why="Manages the model.",
        )
        assert changed == int(number not in self.excluded)
        self.expected_events += changed
        self.excluded.add(number)

    @precondition(lambda self: self.state == "voting")
    @rule()
    def let_time_pass(self) -> None:
        past = timezone.now() - timedelta(seconds=1)
        Motion.objects.filter(pk=self.motion.pk).update(voting_closes_at=past)
        self.over = True

    @rule()
    def close_as_the_chair(self) -> None:
        allowed = self.state == "voting" and (self.all_voted or self.over)
        if self.attempt(allowed, services.close_voting, actor=self.people[0]):
            self.expect_count()

    @rule(number=st.integers(1, 3))
    def close_as_another(self, number: int) -> None:
        self.attempt(False, services.close_voting, actor=self.people[number])

    @rule()
    def sweep(self) -> None:
        allowed = self.state == "voting" and self.over
        if self.attempt(allowed, services.close_voting, actor=None):
            self.expect_count()

    def expect_count(self) -> None:
        seats = [
            SeatState(seat.pk, seat.role, n == 4, n == 3 or n in self.excluded)
            for n, seat in enumerate(self.seats)
        ]
        votes = {self.seats[n].pk: choice for n, choice in self.votes.items()}
        result = tally(parse_rule(self.rule_data), seats, votes)
        self.counted = {"outcome": result.outcome, "present": result.present}
        self.state = {"approved": "approved", "rejected": "rejected"}.get(result.outcome, "lapsed")

    @rule(number=voters)
    def withdraw(self, number: int) -> None:
        allowed = number == 3 and self.state in OPEN and not (self.state == "voting" and self.over)
        who = self.people[number]
        if self.attempt(allowed, services.withdraw_motion, actor=who, reason="Later."):
            self.state = "withdrawn"

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        who: User = data.draw(st.sampled_from([self.people[1], self.stranger]))
        allowed = self.state == "approved" and not self.applied and who != self.stranger
        if self.attempt(allowed, services.cancel_motion, actor=who, reason="Stop."):
            self.state = "cancelled"

    @precondition(lambda self: self.state not in OPEN)
    @rule()
    def apply(self) -> None:
        services.mark_applied(motion=Motion.objects.get(pk=self.motion.pk))
        self.applied = True

    # What must hold

    def events(self) -> list[Event]:
        return list(Event.objects.filter(target=ref(self.motion)).order_by("id"))

    @invariant()
    def the_motion_is_where_it_should_be(self) -> None:
        motion = Motion.objects.get(pk=self.motion.pk)
        assert motion.state == self.state
        if motion.tally is None:
            assert self.counted is None
        else:
            assert {key: motion.tally[key] for key in self.counted or ()} == self.counted

    @invariant()
    def every_act_left_one_event(self) -> None:
        assert len(self.events()) == self.expected_events

    @invariant()
    def nothing_is_approved_without_quorum(self) -> None:
        motion = Motion.objects.get(pk=self.motion.pk)
        if motion.state == "approved":
            assert motion.tally is not None
            assert motion.tally["present"] >= motion.tally["quorum_needed"] > 0
            assert motion.tally["approve"] >= motion.tally["approvals_needed"] > 0

    @invariant()
    def nothing_tells_a_vote_before_the_close(self) -> None:
        if self.counted is None:
            told = str(votes_for_display(self.motion)) + str([e.data for e in self.events()])
            assert "reason-" not in told
            assert not any(f"'{choice}'" in told for choice in VoteChoice.values)

    @invariant()
    def the_events_replay_to_the_state_and_the_tally(self) -> None:
        state, seats, sealed = "", {}, {}
        for event in self.events():
            data = event.data
            match event.action.partition("."):
                case ("vote", _, "cast"):
                    sealed[data["seat"]] = data["commitment"]
                case (_, _, "proposed" | "dossier_revised"):
                    state, sealed = "in_review", {}
                case (_, _, "voting_opened"):
                    state, seats = "voting", {each["seat"]: each for each in data["seats"]}
                case (_, _, "voter_excluded"):
                    seats[data["seat"]] = data
                case (_, _, "undecided" | "approved" | "rejected" as end):
                    state = "lapsed" if end == "undecided" else end
                    self.check_count(data, seats, sealed)
                case (_, _, end):
                    state = end
        assert state == self.state

    def check_count(
        self, closing: dict[str, Any], seats: dict[int, Any], sealed: dict[int, str]
    ) -> None:
        votes = {}
        for opening in closing["openings"]:
            parts = (opening[key] for key in ("nonce", "choice", "reason", "dossier_digest"))
            assert opens(sealed[opening["seat"]], Opening(*parts))
            assert opening["dossier_digest"] == self.digest
            assert not seats[opening["seat"]]["excluded"]
            votes[opening["seat"]] = opening["choice"]
        states = [
            SeatState(key, seat["role"], seat["holder"] is None, bool(seat["excluded"]))
            for key, seat in seats.items()
        ]
        again = tally(parse_rule(self.rule_data), states, votes)
        assert again.outcome == closing["tally"]["outcome"]
        assert list(again.reasons) == closing["tally"]["reasons"]

    @invariant()
    def nobody_without_a_vote_has_voted(self) -> None:
        cast = Vote.objects.filter(ballot__motion=self.motion)
        assert not cast.filter(voter__in=[self.proposer, self.stranger]).exists()


@pytest.mark.django_db
def test_a_motion_under_any_sequence_of_acts() -> None:
    run_state_machine_as_test(
        MotionMachine,
        settings=settings(
            max_examples=20,
            stateful_step_count=22,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

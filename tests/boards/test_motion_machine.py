"""A motion under any sequence of acts: what must hold, holds after every one of them."""

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import hypothesis.strategies as st
import pytest
from django.utils import timezone
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
from boards.deadlines import IDLE
from boards.models import Motion, Seat, Vote, VoteChoice
from boards.selectors import votes_for_display
from boards.tally import Rule, SeatState, combine, obstacles, parse_rule, tally
from common import dsse
from common.errors import Refused
from tests.boards.factories import make_board, make_motion
from tests.factories import make_user
from tests.machines import machine_settings
from tests.replay import Replay

OPEN = ("in_review", "voting")
MAJORITY: dict[str, Any] = {"quorum": {"more_than": "1/2"}, "approval": {"more_than": "1/2"}}
STRICT: dict[str, Any] = {
    "quorum": {"at_least": "1/3"},
    "approval": {"at_least": "2/3"},
    "required_present": ["independent"],
    "veto": ["safety"],
}
# The fourth seat, legal, is the proposer's own.
EXECUTIVE = {"executive": ["safety", "legal"]}
FAST = {"emergency": {"rule": MAJORITY, "voting_period": 3600, "full_review": 864000}}
RULES: list[dict[str, Any]] = [
    MAJORITY,
    STRICT,
    {**MAJORITY, **EXECUTIVE, **FAST},
    {**STRICT, **EXECUTIVE, **FAST},
]
TIGHTER: list[dict[str, Any]] = [
    MAJORITY,
    {**STRICT, **EXECUTIVE},
    {"quorum": {"at_least": "3/4"}, "approval": {"at_least": "3/4"}, **EXECUTIVE, **FAST},
]
ROLES = ["chair", "safety", "independent", "legal", "security"]
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
        self.ended: set[int] = set()
        self.unseated: set[int] = {4}
        self.overridden = ""
        self.replay = Replay()
        self.heard: list[Event] = []
        self.last_event = 0

    @initialize(
        rule_data=st.sampled_from(RULES),
        opened=st.sampled_from([True, True, False]),
        emergency=st.booleans(),
    )
    def propose(self, rule_data: dict[str, Any], opened: bool, emergency: bool) -> None:
        self.people = [make_user() for _seat in range(4)]
        self.proposer = self.people[3]
        self.stranger = make_user()
        self.board = make_board(*zip(ROLES, self.people, strict=False), ("security", None))
        self.seats: list[Seat] = list(self.board.seats.order_by("id"))
        self.emergency = emergency and "emergency" in rule_data
        self.motion = make_motion(
            self.board, proposer=self.proposer, rule=rule_data, emergency=self.emergency
        )
        self.binding = self.asked_of(rule_data)
        self.digest = self.motion.dossier_digest
        self.former_digests: list[str] = []
        if opened:
            self.open_voting()

    def asked_of(self, rule_data: dict[str, Any]) -> Rule:
        """What a rule asks of this motion: in an emergency, its fast track."""
        parsed = parse_rule(rule_data)
        if not self.emergency or parsed.emergency is None:
            return parsed
        return replace(parsed.emergency.rule, executive=parsed.executive)

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
        return voting and number != 3 and not self.has_no_say(number)

    def has_no_say(self, number: int) -> bool:
        return number in self.excluded | self.unseated | self.ended

    def seat_states(self) -> list[SeatState]:
        """The seats as the vote has them: excluded, or vacant without a vote."""
        return [
            SeatState(
                seat.pk,
                seat.role,
                vacant=n in self.unseated | self.ended and n not in self.votes,
                excluded=n not in self.unseated and (n == 3 or n in self.excluded),
            )
            for n, seat in enumerate(self.seats)
        ]

    @property
    def all_voted(self) -> bool:
        return all(n in self.votes or self.has_no_say(n) for n in range(3))

    @rule()
    def open_voting(self) -> None:
        allowed = self.state == "in_review"
        before = (self.votes, self.excluded, self.unseated)
        if allowed:
            self.votes, self.excluded, self.unseated = {}, set(), {4} | self.ended
            allowed = not obstacles(self.binding, self.seat_states())
        if self.attempt(allowed, services.open_voting, actor=self.proposer):
            self.state, self.over = "voting", False
        else:
            self.votes, self.excluded, self.unseated = before

    @rule(number=voters, choice=choices)
    def cast(self, number: int, choice: str) -> None:
        if self.attempt(
            self.may_vote(number),
            services.cast_vote,
            actor=self.people[number],
            choice=choice,
            reason=f"reason-{choice}",
            conflict="reason-conflict" if choice == "recuse" else "",
            dossier_digest=self.digest,
        ):
            self.votes[number] = choice

    @rule(number=st.integers(0, 2), choice=choices)
    def cast_with_a_conflict_and_no_recusal_or_the_reverse(self, number: int, choice: str) -> None:
        self.attempt(
            False,
            services.cast_vote,
            actor=self.people[number],
            choice=choice,
            reason="Because.",
            conflict="" if choice == "recuse" else "I own shares.",
            dossier_digest=self.digest,
        )

    @rule(number=st.integers(0, 3))
    def let_a_term_end(self, number: int) -> None:
        past = timezone.now() - timedelta(seconds=1)
        Seat.objects.filter(pk=self.seats[number].pk).update(term_ends_at=past)
        self.ended.add(number)

    @rule(number=st.integers(0, 3))
    def extend_a_term(self, number: int) -> None:
        later = timezone.now() + timedelta(days=30)
        Seat.objects.filter(pk=self.seats[number].pk).update(term_ends_at=later)
        self.ended.discard(number)

    @rule(rule_data=st.sampled_from(TIGHTER))
    def tighten(self, rule_data: dict[str, Any]) -> None:
        allowed = self.state in OPEN
        both = combine([self.binding, self.asked_of(rule_data)]) if allowed else self.binding
        self.attempt(
            allowed, services.tighten_rule, actor=None, rule=rule_data, reason="A new version."
        )
        # The same rule once more changes nothing, and leaves no event.
        self.expected_events -= allowed and both == self.binding
        self.binding = both

    @rule(number=voters, outcome=st.sampled_from(["approved", "rejected"]))
    def override(self, number: int, outcome: str) -> None:
        allowed = (
            self.state in ("approved", "rejected", "lapsed")
            and self.counted is not None
            and not self.applied
            and not self.overridden
            and outcome != self.state
            and ROLES[number] in self.binding.executive
            and number not in self.ended | self.excluded | {3}
            and self.votes.get(number) != "recuse"
        )
        who = self.people[number]
        if self.attempt(
            allowed, services.override_result, actor=who, outcome=outcome, reason="I know better."
        ):
            self.overridden = outcome

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
        assert changed == int(number not in self.excluded | self.unseated)
        self.expected_events += changed
        if number not in self.unseated:
            self.excluded.add(number)

    @precondition(lambda self: self.state == "voting")
    @rule()
    def let_time_pass(self) -> None:
        past = timezone.now() - timedelta(seconds=1)
        Motion.objects.filter(pk=self.motion.pk).update(voting_closes_at=past)
        self.over = True

    @precondition(lambda self: self.state == "voting" and not self.over)
    @rule(said=st.tuples(choices, choices, choices))
    def vote_and_let_it_end(self, said: tuple[str, str, str]) -> None:
        for number, choice in enumerate(said):
            self.cast(number, choice)
        self.let_time_pass()
        self.sweep()

    @rule()
    def close_as_the_chair(self) -> None:
        allowed = self.state == "voting" and (self.all_voted or self.over) and 0 not in self.ended
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

    @rule(long=st.booleans())
    def leave_in_review(self, long: bool) -> None:
        allowed = long and self.state == "in_review"
        with patch("boards.services.motions.IDLE", timedelta(0) if long else IDLE):
            if self.attempt(allowed, services.lapse_idle):
                self.state = "lapsed"

    def expect_count(self) -> None:
        votes = {self.seats[n].pk: choice for n, choice in self.votes.items()}
        result = tally(self.binding, self.seat_states(), votes)
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
        allowed = (
            self.outcome == "approved"
            and not self.applied
            and who != self.stranger
            and 1 not in self.ended
        )
        if self.attempt(allowed, services.cancel_motion, actor=who, reason="Stop."):
            self.state = "cancelled"

    @precondition(lambda self: self.state not in OPEN)
    @rule()
    def apply(self) -> None:
        services.mark_applied(motion=Motion.objects.get(pk=self.motion.pk))
        self.applied = True

    @property
    def outcome(self) -> str:
        results = ("approved", "rejected", "lapsed")
        return self.overridden if self.overridden and self.state in results else self.state

    # What must hold

    @invariant()
    def what_must_hold(self) -> None:
        """Read the row and the new events once, and hold both against all that must be true."""
        motion = Motion.objects.select_related("executive_override").get(pk=self.motion.pk)
        news = list(Event.objects.filter(target=ref(motion), pk__gt=self.last_event).order_by("id"))
        self.last_event = news[-1].pk if news else self.last_event
        self.heard += news
        self.the_motion_is_where_it_should_be(motion)
        self.an_approved_emergency_and_nothing_else_owes_a_full_review(motion)
        self.nothing_is_approved_without_quorum(motion)
        self.nothing_tells_a_vote_before_the_close()
        self.nobody_without_a_vote_has_voted()
        # Every act left one event, and the events alone tell the state and the tally.
        assert len(self.heard) == self.expected_events
        self.replay.take(news)
        told = self.replay.motions[ref(motion)]
        assert (told.state, told.outcome) == (motion.state, motion.outcome)
        assert (told.digest, told.tally) == (motion.dossier_digest, motion.tally)

    def the_motion_is_where_it_should_be(self, motion: Motion) -> None:
        assert (motion.state, motion.outcome) == (self.state, self.outcome)
        # The rule that binds is the strictest of all.
        assert motion.binding_rule == self.binding
        if motion.tally is None:
            assert self.counted is None
        else:
            assert {key: motion.tally[key] for key in self.counted or ()} == self.counted

    def an_approved_emergency_and_nothing_else_owes_a_full_review(self, motion: Motion) -> None:
        owed = self.emergency and self.outcome == "approved"
        assert (motion.full_review_due_at is not None) == owed

    def nothing_is_approved_without_quorum(self, motion: Motion) -> None:
        if motion.state == "approved":
            assert motion.tally is not None
            assert motion.tally["present"] >= motion.tally["quorum_needed"] > 0
            assert motion.tally["approve"] >= motion.tally["approvals_needed"] > 0
        elif motion.outcome == "approved":
            assert motion.override is not None
            assert motion.override.role in self.binding.executive
            assert motion.override.board_result == motion.state

    def nothing_tells_a_vote_before_the_close(self) -> None:
        if self.counted is None:
            told = str(votes_for_display(self.motion)) + str([e.data for e in self.heard])
            assert "reason-" not in told
            assert not any(f"'{choice}'" in told for choice in VoteChoice.values)

    def nobody_without_a_vote_has_voted(self) -> None:
        cast = Vote.objects.filter(ballot__motion=self.motion)
        assert not cast.filter(voter__in=[self.proposer, self.stranger]).exists()


@pytest.mark.django_db
def test_a_motion_under_any_sequence_of_acts(request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("settings").SIGNING_KEY = dsse.derived_private_key("tests")
    run_state_machine_as_test(MotionMachine, settings=machine_settings(examples=16, steps=20))

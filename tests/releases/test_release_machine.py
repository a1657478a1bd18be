"""A release under any sequence of acts and of time: what must hold, holds after every one."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from django.utils import timezone
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from audit.selectors import ref
from boards import services as boards
from boards.models import Board, Motion
from boards.tally import Rule, combine, parse_rule, tally
from common import dsse
from releases import services
from releases.choices import OPEN_TRANSITIONS
from releases.ladder import parse_ladder
from releases.models import Hold, Model, Release, Transition
from releases.selectors import cohort_cap
from releases.services.decisions import PATIENCE
from tests.machines import machine_settings
from tests.releases.factories import LIFT_DOSSIER, STAGES, stage_of
from tests.releases.release_machine import (
    PROPOSER,
    ROLES,
    Asked,
    Machine,
    Move,
    Raise,
    dossier_for,
    slow_ladder,
)
from tests.releases.replaying import as_rows, as_told

CAP_DOSSIER = {"rationale": "More deployers asked.", "experience": "Nothing bad was seen."}
seats = st.integers(0, PROPOSER)
voters = st.integers(0, PROPOSER - 1)
choices = st.sampled_from(["approve", "reject", "abstain", "recuse"])
UNANIMOUS = ("approve",) * PROPOSER
boards_of_choices = st.one_of(
    st.just(UNANIMOUS),
    st.just(("approve", "approve", "approve", "reject")),
    st.tuples(*[st.sampled_from(["approve", "reject", "abstain", "recuse", ""])] * PROPOSER),
)


class ReleaseMachine(Machine):
    """Acts on one release, each tried whether it is allowed or not."""

    @initialize(
        at=st.sampled_from([1, 3, 0, 2]),
        begun=st.sampled_from(["held", "cooled off", "blocked", "approved", ""]),
    )
    def begin(self, at: int, begun: str) -> None:
        """Begin with nothing proposed, or with a move that is approved, or that waits in vain."""
        self.seal(at)
        if begun:
            self.decide(UNANIMOUS)
        if begun == "held":
            self.wait_in_vain(UNANIMOUS, by_a_hold=True)
        elif begun == "blocked":
            self.wait_in_vain(UNANIMOUS, by_a_hold=False)
        elif begun == "cooled off":
            self.let_the_cool_off_pass()

    # The move and its vote

    @precondition(lambda self: self.move is None or self.move.approved)
    @rule()
    def propose(self) -> None:
        allowed = not self.withdrawn and self.move is None and self.at + 1 < len(STAGES)
        target = self.stages[min(self.at + 1, len(STAGES) - 1)]
        transition = self.attempt(
            allowed,
            ["motion.proposed"],
            services.propose_transition,
            actor=self.people[PROPOSER],
            release=self.release,
            to_stage=target,
            dossier=dossier_for(target),
        )
        if transition is not None:
            asked = Asked(transition.motion, parse_rule(target.decision_rule))
            self.move = Move(asked, transition)

    @precondition(lambda self: self.move is not None)
    @rule()
    def open_the_vote(self) -> None:
        assert self.move is not None
        asked = self.move.asked
        allowed = asked.state == "in_review" and self.soaked and not self.is_stopped
        allowed = allowed and self.can_open(asked)
        if self.attempt(
            allowed,
            ["motion.voting_opened"],
            services.open_transition_vote,
            actor=self.people[PROPOSER],
            transition=self.move.transition,
        ):
            self.now_voting(asked)

    @precondition(lambda self: self.move is not None)
    @rule(number=seats, choice=choices)
    def cast(self, number: int, choice: str) -> None:
        assert self.move is not None
        self.cast_on(self.move.asked, number, choice)

    def cast_on(self, asked: Asked, number: int, choice: str) -> None:
        allowed = asked.state == "voting" and number not in asked.excluded
        if self.attempt(
            allowed,
            ["vote.cast"],
            boards.cast_vote,
            actor=self.people[number],
            motion=asked.motion,
            choice=choice,
            reason="Because.",
            conflict="I own shares." if choice == "recuse" else "",
            dossier_digest=Motion.objects.get(pk=asked.motion.pk).dossier_digest,
        ):
            asked.votes[number] = choice

    @precondition(lambda self: self.move is not None)
    @rule()
    def revise(self) -> None:
        assert self.move is not None
        asked = self.move.asked
        if self.attempt(
            asked.is_open,
            ["motion.dossier_revised"],
            services.revise_transition,
            actor=self.people[PROPOSER],
            transition=self.move.transition,
            dossier=dossier_for(self.move.transition.to_stage),
        ):
            asked.state, asked.votes = "in_review", {}

    @precondition(lambda self: self.move is not None)
    @rule()
    def close_in_time(self) -> None:
        assert self.move is not None
        self.close(self.move.asked)

    def close(self, asked: Asked) -> None:
        past = timezone.now() - timedelta(seconds=1)
        Motion.objects.filter(pk=asked.motion.pk).update(voting_closes_at=past)
        states = self.seat_states(asked)
        votes = {states[n].seat_id: choice for n, choice in asked.votes.items()}
        result = tally(asked.rule, states, votes).outcome
        end = result if result in ("approved", "rejected") else "undecided"
        allowed = asked.state == "voting"
        if self.attempt(
            allowed, [f"motion.{end}"], boards.close_voting, actor=None, motion=asked.motion
        ):
            asked.state = "lapsed" if end == "undecided" else end
            asked.may_override = bool(asked.rule.executive)

    @rule(said=boards_of_choices)
    def decide(self, said: tuple[str, ...]) -> None:
        """Go as far as a result, and let the portal see to what follows."""
        self.propose()
        if self.move is not None:
            self.open_the_vote()
            self.decide_on(self.move.asked, said)
            self.sweep()

    def decide_on(self, asked: Asked, said: tuple[str, ...]) -> None:
        if asked.state == "voting":
            for number, choice in enumerate(said):
                if choice and number not in asked.excluded:
                    self.cast_on(asked, number, choice)
            self.close(asked)

    @precondition(lambda self: self.move is not None)
    @rule()
    def withdraw(self) -> None:
        assert self.move is not None
        asked = self.move.asked
        if self.attempt(
            asked.is_open,
            ["motion.withdrawn"],
            boards.withdraw_motion,
            actor=self.people[PROPOSER],
            motion=asked.motion,
            reason="Later.",
        ):
            asked.state = "withdrawn"

    @precondition(lambda self: self.move is not None)
    @rule(number=seats)
    def cancel(self, number: int) -> None:
        assert self.move is not None
        asked = self.move.asked
        if self.attempt(
            asked.outcome == "approved",
            ["motion.cancelled"],
            boards.cancel_motion,
            actor=self.people[number],
            motion=asked.motion,
            reason="Stop.",
        ):
            asked.state = "cancelled"

    @precondition(lambda self: self.move is not None)
    @rule(number=seats, outcome=st.sampled_from(["approved", "rejected"]))
    def override(self, number: int, outcome: str) -> None:
        assert self.move is not None
        asked = self.move.asked
        allowed = (
            asked.state in ("approved", "rejected", "lapsed")
            and not asked.overridden
            and outcome != asked.state
            and (asked.state == "approved" or asked.may_override)
            and ROLES[number] == "security"
            and number not in asked.excluded | self.managers
            and asked.votes.get(number) != "recuse"
        )
        if self.attempt(
            allowed,
            ["motion.result_overridden"],
            boards.override_result,
            actor=self.people[number],
            motion=asked.motion,
            outcome=outcome,
            reason="I know better.",
        ):
            asked.overridden = outcome

    @rule(number=voters)
    def make_a_manager_of(self, number: int) -> None:
        """Whoever comes to manage the model's releases has no vote on them any more."""
        voting = [
            asked
            for asked in self.all_asked
            if asked.state == "voting" and number not in asked.excluded
        ]
        if number not in self.managers and len(self.managers) < 2:
            self.attempt(
                True,
                ["right.granted", *["motion.voter_excluded"] * len(voting)],
                services.grant_right,
                actor=None,
                user=self.people[number],
                right="manage_release",
                model=self.model,
            )
            self.managers.add(number)
            for asked in voting:
                asked.excluded.add(number)
                asked.votes.pop(number, None)

    @precondition(lambda self: not self.tightened)
    @rule()
    def tighten_the_ladder(self) -> None:
        """A stricter version is followed at once, and binds what is before the board as well."""
        self.tightened = True
        bound = []
        for asked, target in [(self.move.asked, self.at + 1)] if self.move else []:
            both = combine([asked.rule, self.tighter(target)])
            if asked.is_open and both != asked.rule:
                bound.append("motion.rule_tightened")
                asked.rule = both
        self.attempt(
            True,
            ["ladder.loaded", "model.ladder_adopted", *bound],
            services.load_ladder,
            actor=None,
            source_text=slow_ladder(2),
        )
        self.model.refresh_from_db()
        self.release.refresh_from_db()
        self.stages = [stage_of(self.model, slug) for slug in STAGES]

    def tighter(self, place: int) -> Rule:
        """Return the rule of the stage at this place in the second version."""
        plan = parse_ladder(slow_ladder(2))
        return parse_rule({**plan.stages[place].rule, "executive": list(plan.executive)})

    # What follows from decisions, and time

    @rule()
    def sweep(self) -> None:
        expected = self.carry_on()
        for pk, asked in list(self.lifts.items()):
            if asked.is_open or asked.waits_for_override:
                continue
            del self.lifts[pk]
            if asked.outcome == "approved":
                expected.append("hold.lifted")
                del self.holds[pk]
        expected += self.raise_caps()
        self.attempt(True, expected, services.apply_decided_motions)

    def raise_caps(self) -> list[str]:
        """Say what becomes of the motions for a higher cap; what stops keeps them waiting."""
        expected = []
        for each in list(self.raises):
            approved = each.asked.outcome == "approved"
            if each.asked.waits_for_override or (approved and self.is_stopped):
                continue
            self.raises.remove(each)
            fits = (STAGES[self.at], self.cap) == (each.stage, each.present) and not self.withdrawn
            if approved and fits:
                self.caps[each.stage] = each.cap
            if approved:
                expected.append("release.cap_raised" if fits else "release.cap_kept")
        return expected

    def carry_on(self) -> list[str]:
        """Say what becomes of the move, and of the release with it."""
        move = self.move
        if move is None or move.asked.is_open or move.asked.waits_for_override:
            return []
        if move.asked.outcome != "approved" or (move.cooled and move.expired):
            self.move = None
            return ["transition.ended"]
        if not move.approved:
            move.approved = True
            return ["transition.approved"]
        # Hold and blocker beat everything.
        if not move.cooled or self.is_stopped:
            return []
        self.at, self.soaked, self.move = self.at + 1, False, None
        return ["transition.effective"]

    @precondition(lambda self: self.move is not None and self.move.approved)
    @rule()
    def let_the_cool_off_pass(self) -> None:
        assert self.move is not None
        if not self.move.cooled:
            self.shift(timedelta(seconds=1))
            self.move.cooled = True

    @rule(said=boards_of_choices, by_a_hold=st.booleans())
    def wait_in_vain(self, said: tuple[str, ...], by_a_hold: bool) -> None:
        """Let the time come for a move that something stops, and for the vote on one."""
        if by_a_hold:
            self.place_hold("admissions", on_model=False)
        else:
            self.open_blocker()
        if self.move is not None and self.move.approved:
            self.let_the_cool_off_pass()
            self.sweep()
        else:
            self.let_the_release_soak()
            self.decide(said)

    @precondition(lambda self: self.move is not None and self.move.approved)
    @rule()
    def let_the_patience_end(self) -> None:
        assert self.move is not None
        self.shift(PATIENCE + timedelta(seconds=1))
        self.move.cooled = self.move.expired = True

    def shift(self, ago: timedelta) -> None:
        """Let the cool-off of the approved move have ended so long ago."""
        ended = timezone.now() - ago
        Transition.objects.filter(release=self.release, state="approved").update(
            effective_after=ended, expires_at=ended + PATIENCE
        )

    @rule()
    def let_the_release_soak(self) -> None:
        if not self.withdrawn:
            Release.objects.filter(pk=self.release.pk).update(
                staged_at=timezone.now() - timedelta(days=9)
            )
            self.soaked = True

    @rule()
    def let_the_time_for_overrides_end(self) -> None:
        past = timezone.now() - timedelta(seconds=1)
        for asked in self.all_asked:
            if not asked.is_open:
                Motion.objects.filter(pk=asked.motion.pk).update(override_until=past)
                asked.may_override = False

    # Stopping it

    @rule(kind=st.sampled_from(["admissions", "all"]), on_model=st.booleans())
    def place_hold(self, kind: str, on_model: bool) -> None:
        # One whose lifting is before the board does not cover what comes up meanwhile.
        lasting = [what for pk, what in self.holds.items() if pk not in self.lifts]
        allowed = (kind, on_model) not in lasting
        allowed = allowed and (on_model or not self.withdrawn)
        hold = self.attempt(
            allowed,
            ["hold.placed"],
            services.place_hold,
            actor=self.holder,
            model=self.model,
            release=None if on_model else self.release,
            kind=kind,
            reason="A filter fails.",
        )
        if hold is not None:
            self.holds[hold.pk] = (kind, on_model)
            if self.move is not None:
                # The cool-off begins anew.
                self.move.cooled = self.move.expired = False

    @precondition(lambda self: bool(self.holds))
    @rule()
    def call_for_the_review_of_holds(self) -> None:
        due = Hold.objects.filter(model=self.model, state="placed")
        expected = ["hold.review_due"] * due.update(review_at=timezone.now())
        self.attempt(True, expected, services.call_for_review)

    @precondition(lambda self: bool(self.holds))
    @rule(which=st.integers(0, 3), said=boards_of_choices)
    def ask_for_a_lift(self, which: int, said: tuple[str, ...]) -> None:
        """Lift a hold as far as the board agrees; the sweep does what follows."""
        pk = sorted(self.holds)[which % len(self.holds)]
        if pk in self.lifts:
            # One is decided already, and the sweep has not come by yet.
            return
        hold = Hold.objects.get(pk=pk)
        stage = self.stages[-1] if hold.release_id is None else self.stages[self.at]
        asked = Asked(Motion(board=self.model.board), parse_rule(stage.decision_rule))
        allowed = self.can_open(asked)
        motion = self.attempt(
            allowed,
            ["motion.proposed", "motion.voting_opened"],
            services.propose_lift,
            actor=self.people[PROPOSER],
            hold=hold,
            dossier=LIFT_DOSSIER,
        )
        if motion is not None:
            asked.motion = motion
            self.lifts[pk] = self.now_voting(asked)
            self.decide_on(asked, said)

    @precondition(lambda self: self.cap is not None)
    @rule()
    def lower_the_cap(self) -> None:
        allowed = not self.withdrawn and self.cap is not None and self.cap > 1
        lower = (self.cap or 2) - 1
        if self.attempt(
            allowed,
            ["release.cap_lowered"],
            services.lower_cap,
            actor=self.holder,
            release=self.release,
            cap=lower,
            reason="Slower.",
        ):
            self.caps[STAGES[self.at]] = lower

    @precondition(lambda self: self.cap is not None)
    @rule(said=boards_of_choices)
    def ask_for_a_higher_cap(self, said: tuple[str, ...]) -> None:
        stage = self.stages[self.at]
        asked = Asked(Motion(board=self.model.board), parse_rule(stage.decision_rule))
        allowed = not self.withdrawn and self.cap is not None and not self.is_stopped
        allowed = allowed and self.can_open(asked)
        present = self.cap or 1
        motion = self.attempt(
            allowed,
            ["motion.proposed", "motion.voting_opened"],
            services.propose_raise,
            actor=self.people[PROPOSER],
            release=self.release,
            cap=present + 5,
            dossier=CAP_DOSSIER,
        )
        if motion is not None:
            asked.motion = motion
            self.raises.append(Raise(self.now_voting(asked), stage.slug, present, present + 5))
            self.decide_on(asked, said)

    @rule(steps=st.integers(1, 3))
    def demote(self, steps: int) -> None:
        below = max(self.at - steps, 0)
        allowed = not self.withdrawn and below < self.at
        ends = self.end_move(allowed)
        if self.attempt(
            allowed,
            [*ends, "release.demoted"],
            services.demote_release,
            actor=self.holder,
            release=self.release,
            to_stage=self.stages[below],
            reason="A leak.",
        ):
            self.at, self.soaked = below, False

    @precondition(lambda self: len(self.holds) != 1 and not self.withdrawn)
    @rule()
    def withdraw_the_release(self) -> None:
        allowed = not self.withdrawn and bool(self.holds)
        ends = self.end_move(allowed)
        if self.attempt(
            allowed,
            [*ends, "release.withdrawn"],
            services.withdraw_release,
            actor=self.holder,
            release=self.release,
            reason="It is unsafe.",
        ):
            self.withdrawn = True

    def end_move(self, allowed: bool) -> list[str]:
        """Say what becomes of the open move of a release that is stopped for good."""
        if not allowed or self.move is None:
            return []
        lapses = self.move.asked.is_open
        self.move = None
        return [*(["motion.lapsed"] if lapses else []), "transition.ended"]

    @rule()
    def open_blocker(self) -> None:
        blocker = self.attempt(
            not self.withdrawn,
            ["blocker.opened"],
            services.open_blocker,
            actor=self.holder,
            release=self.release,
            title="An incident",
            reason="It leaked a key.",
        )
        if blocker is not None:
            self.blockers.append(blocker)

    @precondition(lambda self: bool(self.blockers))
    @rule(by_another=st.booleans())
    def close_blocker(self, by_another: bool) -> None:
        if self.attempt(
            by_another,
            ["blocker.closed"],
            services.close_blocker,
            actor=self.people[PROPOSER] if by_another else self.holder,
            blocker=self.blockers[-1],
            reason="The key was changed.",
        ):
            self.blockers.pop()

    # What must hold

    @invariant()
    def the_events_alone_tell_where_everything_stands(self) -> None:
        models = Model.objects.filter(pk=self.model.pk)
        rows = as_rows(models, Board.objects.filter(pk=self.model.board_id))
        assert rows == as_told(self.replay)
        self.rows_are_where_they_should_be(rows)

    def rows_are_where_they_should_be(self, rows: Mapping[str, Mapping[str, Any]]) -> None:
        state = "withdrawn" if self.withdrawn else "sealed"
        assert rows["releases"][ref(self.release)] == (state, STAGES[self.at])
        in_force = {key for key, hold in rows["holds"].items() if hold[3] != "lifted"}
        assert in_force == {f"releases.hold:{pk}" for pk in self.holds}
        assert sum(each == "open" for each in rows["blockers"].values()) == len(self.blockers)
        moving = [state for state, _to in rows["moves"].values() if state in OPEN_TRANSITIONS]
        expected = [("approved" if self.move.approved else "proposed")] if self.move else []
        assert moving == expected
        assert cohort_cap(Release.objects.get(pk=self.release.pk)) == self.shown_cap
        for asked in self.all_asked:
            told = rows["motions"][ref(asked.motion)]
            assert told[:2] == (asked.state, asked.outcome)

    @property
    def shown_cap(self) -> int | None:
        """What the release's page says, also where nobody is admitted by name."""
        return self.caps.get(STAGES[self.at], self.stages[self.at].cohort_cap)


@pytest.mark.django_db
def test_a_release_under_any_sequence_of_acts(request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("settings").SIGNING_KEY = dsse.derived_private_key("tests")
    run_state_machine_as_test(ReleaseMachine, settings=machine_settings(examples=8, steps=20))

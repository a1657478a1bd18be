"""Grants, releases, answers and time in any order: the plan of duties keeps its promises."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from licensing.duties import Duty
from licensing.duty_plan import ENDED, Declined, GrantFacts, Happened, Held, Known, plan
from tests.machines import machine_settings

BEGIN = datetime(2026, 1, 31, 9, tzinfo=UTC)
KINDS = {"attest_use": 3, "apply_updates": 14, "certify_destruction": 30}


class Duties(RuleBasedStateMachine):
    """One grant, looked at by the sweep at any time; rows as the service would write them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.ids = itertools.count(1)
        self.releases = itertools.count(1)
        held = tuple(
            Held(1, 11, Duty(kind, number, "keeper", "stop"), BEGIN)
            for kind, number in KINDS.items()
        )
        self.facts = GrantFacts(
            state="active",
            has_weights=True,
            created_at=BEGIN,
            ends_at=BEGIN + timedelta(days=700),
            held=held,
        )

    @rule(days=st.integers(1, 120))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
        if self.facts.ends_at <= self.now and self.facts.state not in ENDED:
            self.end("expired")

    @rule()
    def sweep(self) -> None:
        found = plan(self.facts, self.now, UTC)
        gone = {each.id: each.reason for each in found.void}
        assert all(gone.values())
        rows = [
            replace(row, state="void", closed_at=self.now) if row.id in gone else row
            for row in self.facts.known
        ]
        for each in found.open:
            # Whoever performs it has time for it, however late it was noticed.
            assert each.due_at > self.now
            rows.append(
                Known(
                    next(self.ids), each.held.terms, each.held.duty.kind, each.trigger, "due",
                    each.due_at, each.anchor,
                )
            )  # fmt: skip
        self.facts = replace(self.facts, known=tuple(rows))
        assert not plan(self.facts, self.now, UTC)

    @precondition(lambda self: any(row.is_open for row in self.facts.known))
    @rule(state=st.sampled_from(["done", "waived"]), data=st.data())
    def close(self, state: str, data: st.DataObject) -> None:
        row = data.draw(st.sampled_from([row for row in self.facts.known if row.is_open]))
        self._put(replace(row, state=state, closed_at=self.now), row)

    def _put(self, row: Known, former: Known) -> None:
        rows = [row if each == former else each for each in self.facts.known]
        self.facts = replace(self.facts, known=tuple(rows))

    @rule()
    def release(self) -> None:
        newer = Happened(next(self.releases), self.now)
        self.facts = replace(self.facts, released=(*self.facts.released, newer), weights_left=True)

    @precondition(lambda self: self.facts.released)
    @rule()
    def withdraw(self) -> None:
        *others, last = self.facts.released
        self.facts = replace(
            self.facts,
            released=tuple(others),
            withdrawn=(*self.facts.withdrawn, Happened(last.release, self.now)),
            weights_left=bool(others),
        )

    @rule(accept=st.booleans())
    def answer_a_later_version(self, accept: bool) -> None:
        declined = () if accept else (Declined(1, 12, self.now),)
        self.facts = replace(self.facts, declined=declined)

    @precondition(lambda self: self.facts.state not in ENDED)
    @rule(state=st.sampled_from(["revoked", "relinquished"]))
    def end(self, state: str) -> None:
        self.facts = replace(self.facts, state=state, ended_at=self.now)

    @rule()
    def suspend_or_lift(self) -> None:
        states = {"active": "suspended", "suspended": "active"}
        self.facts = replace(self.facts, state=states.get(self.facts.state, self.facts.state))

    @precondition(lambda self: self.facts.state in ENDED)
    @rule(again=st.booleans())
    def license_again(self, again: bool) -> None:
        self.facts = replace(self.facts, licensed_again=again)

    @invariant()
    def each_is_opened_once_and_few_at_a_time(self) -> None:
        known = self.facts.known
        keys = [(row.terms, row.kind, row.trigger) for row in known]
        assert len(keys) == len(set(keys))
        for kind in ("attest_use", "certify_destruction"):
            assert sum(row.is_open for row in known if row.kind == kind) <= 1
        periods = sorted(row.due_at for row in known if row.kind == "attest_use")
        # Three months lie between two of them, of which February is the shortest part.
        assert all(b - a >= timedelta(days=89) for a, b in itertools.pairwise(periods))


TestDuties = Duties.TestCase
TestDuties.settings = machine_settings(examples=60, steps=25)

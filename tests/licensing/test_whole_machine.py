"""Vetting, grants, terms and what stops them, in one life: the verdict never says yes outside it.

Adds to the machine of applications and grants what clearances, appeals, declined terms, suspensions
of a selection and bans do, at a stage that asks for a clearance.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from accounts import services as accounts
from accounts.models import Clearance, User
from common.errors import Refused
from licensing import services
from licensing.facts import VerdictAction
from licensing.models import Ban, Grant, LeftOut, Suspension
from licensing.selectors.agreements import version_in_force
from licensing.verdict import Context, decide, decide_all
from tests.factories import make_clearance, make_user
from tests.licensing.factories import (
    WITNESS,
    make_all_terms,
    make_brake,
    make_model,
    make_release,
    make_reviewer,
    make_seats,
    make_suspension,
    tick_all,
)
from tests.licensing.test_machine import USES, Licensing
from tests.machines import machine_settings
from tests.releases.factories import decide as decide_motion

LIFT = {"rationale": "What was found is mended.", "remedy": "Nothing was asked for."}


class Whole(Licensing):
    """The same three people and model, whose gated stage asks for a clearance."""

    @initialize()
    def begin(self) -> None:
        self.savepoint = transaction.savepoint()
        make_all_terms()
        self.model = make_model(caps={"trusted": 1}, tiers={"gated": 1})
        self.releases = [make_release(self.model, "gated"), make_release(self.model, "trusted")]
        self.people = [make_user() for _ in range(3)]
        self.reviewers = [make_reviewer(self.model) for _ in range(2)]
        self.brake = make_brake(self.model)
        make_seats(self.model)
        self.later = timedelta(0)

    who = Licensing.who
    reviewer = Licensing.reviewer

    @rule(who=who, reviewer=reviewer, modes=st.sampled_from([["weights"], ["api", "weights"]]))
    def go_the_whole_way(self, who: int, reviewer: int, modes: list[str]) -> None:
        """Come to a grant in one step: what takes it away again is what is looked for here."""
        self.apply(who, "DE", "DE")
        make_clearance(user=self.people[who], tier=1, days=60)
        self.review(who, reviewer, "approve", modes)
        self.accept(who, on_its_page=False)

    @rule(who=who)
    def appeal(self, who: int) -> None:
        application = self._application(who)
        if application is not None:
            self._try(
                services.appeal_application,
                actor=self.people[who],
                application=application,
                ground="It is in section 3.",
            )

    @rule(who=who, reviewer=reviewer, overturn=st.booleans())
    def judge(self, who: int, reviewer: int, overturn: bool) -> None:
        application = self._application(who)
        if application is None:
            return
        declined_by = application.reviewer_id if application.state == "declined" else None
        given: dict[str, Any] = {"actor": self.reviewers[reviewer], "application": application}
        self._try(services.claim_application, **given)
        act = services.overturn_decline if overturn else services.uphold_decline
        done = self._try(act, reason="I read it.", **given)
        assert done is None or declined_by is None
        if done is not None and overturn:
            self._try(tick_all, application=application, reviewer=given["actor"])

    @rule(who=who, slug=st.sampled_from(["api-terms", "weights-terms"]))
    def decline_terms(self, who: int, slug: str) -> None:
        from licensing.models import Terms

        version = version_in_force(Terms.objects.get(slug=slug))
        assert version is not None
        self._try(services.decline_terms, actor=self.people[who], version=version, witness=WITNESS)

    @rule(
        who=who,
        change=st.sampled_from([Clearance.Change.NAME, Clearance.Change.COUNTRY]),
    )
    def circumstances_change(self, who: int, change: Clearance.Change) -> None:
        accounts.reopen_clearances(actor=None, change=change, user=self.people[who])

    @rule(who=who)
    def revoke_clearances(self, who: int) -> None:
        for clearance in self.people[who].clearances.filter(revoked_at=None):
            self._try(
                accounts.revoke_clearance, actor=None, clearance=clearance, reason="It was wrong."
            )

    @rule(days=st.sampled_from([20, 40]))
    def clearances_age(self, days: int) -> None:
        for clearance in Clearance.objects.filter(user__in=self.people):
            past = timedelta(days=days)
            Clearance.objects.filter(pk=clearance.pk).update(
                granted_at=clearance.granted_at - past,
                expires_at=clearance.expires_at - past,
                reopened_at=clearance.reopened_at and clearance.reopened_at - past,
                counts_until=clearance.counts_until and clearance.counts_until - past,
            )

    @rule(narrow=st.booleans())
    def suspend_selection(self, narrow: bool) -> None:
        criteria = {"access_modes": ("weights_gated",)} if narrow else {}
        with suppress(Refused):
            make_suspension(self.model, self.brake, **criteria)

    @rule(who=who, reviewer=reviewer)
    def let_out(self, who: int, reviewer: int) -> None:
        grant, suspension = self._grant(who), Suspension.objects.filter(lifted_at=None).first()
        if grant is not None and suspension is not None:
            self._try(
                services.let_out,
                actor=self.reviewers[reviewer],
                suspension=suspension,
                grant=grant,
                reason="They have shown it.",
            )

    @rule()
    def lift_selection(self) -> None:
        suspension = Suspension.objects.filter(lifted_at=None).first()
        if suspension is None:
            return
        motion = self._try(
            services.propose_lift_of_selection,
            actor=self.brake,
            suspension=suspension,
            dossier=LIFT,
        )
        if motion is not None:
            decide_motion(motion, "approve")
            services.apply_decided_motions()

    @rule()
    def ban(self) -> None:
        """Always the same person, so that the others live on."""
        self._try(
            services.place_ban,
            actor=self.brake,
            holder=self.people[2],
            model=self.model,
            reason="Weights were resold.",
        )

    def _check_yes(
        self, person: User, release: Any, action: VerdictAction, grant_id: int | None
    ) -> None:
        super()._check_yes(person, release, action, grant_id)
        assert grant_id is not None
        now = timezone.now()
        assert not Ban.objects.filter(person=person, lifted_at=None).exists()
        if release.stage.required_tier:
            live = person.clearances.filter(
                tier__gte=release.stage.required_tier, revoked_at=None, expires_at__gt=now
            )
            assert any(each.counts_until is None or each.counts_until > now for each in live), (
                "a clearance"
            )
        grant = Grant.objects.get(pk=grant_id)
        for suspension in Suspension.objects.filter(lifted_at=None):
            modes = suspension.access_modes
            meets = not modes or release.stage.access_mode in modes
            out = LeftOut.objects.filter(suspension=suspension, grant=grant).exists()
            assert out or not meets

    @invariant()
    def what_i_may_use_is_what_each_verdict_says(self) -> None:
        if not hasattr(self, "model"):
            return
        context = Context()
        for person in self.people[:2]:
            listed = decide_all(person, self.releases, USES, context)
            for release in self.releases:
                for action in USES:
                    alone = decide(person, release, action, context)
                    assert listed[release.pk][action] == alone


@pytest.mark.django_db
class TestWhole(TestCase):
    """Runs the machine; each run is rolled back."""

    def test_whatever_stops_access_the_verdict_never_says_yes_all_the_same(self) -> None:
        run_state_machine_as_test(Whole, settings=machine_settings(examples=4, steps=20))

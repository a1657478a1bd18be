"""An application's life in any order: every move is in the table, and nobody decides twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from common.errors import Refused
from licensing import services, tasks
from licensing.models import Appeal, Application, Grant, Proposal
from licensing.states import APPLICATION
from releases.choices import Right
from tests.factories import make_user
from tests.licensing.factories import (
    SCOPE,
    answers,
    give_right,
    make_model,
    make_release,
    make_reviewer,
    tick_all,
)
from tests.machines import machine_settings


class Review(RuleBasedStateMachine):
    """One applicant, three reviewers, one lead."""

    @initialize()
    def begin(self) -> None:
        self.savepoint = transaction.savepoint()
        self.model = make_model()
        make_release(self.model)
        self.applicant = make_user()
        self.reviewers = [make_reviewer(self.model) for _number in range(3)]
        self.lead = make_user()
        give_right(self.lead, Right.LEAD_REVIEW, self.model)

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)

    def _try(self, act: Any, **given: Any) -> None:
        """Do what may be refused; a refusal moves nothing, and a move is one of the table's."""
        before = dict(Application.objects.values_list("pk", "state"))
        try:
            act(**given)
        except Refused:
            assert dict(Application.objects.values_list("pk", "state")) == before
        for pk, state in Application.objects.values_list("pk", "state"):
            was = before.get(pk, "")
            assert was == state or APPLICATION.allows(was, state), (was, state)

    def _newest(self) -> Application | None:
        return Application.objects.order_by("-pk").first()

    who = st.integers(0, 2)

    @rule()
    def apply(self) -> None:
        self._try(services.start_application, actor=self.applicant, model=self.model)
        application = self._newest()
        if application is not None and application.state in ("draft", "returned"):
            given: dict[str, Any] = {"actor": self.applicant, "application": application}
            services.save_draft(**given, answers=answers())
            self._try(services.submit_application, **given)

    @rule(
        who=who,
        act=st.sampled_from(
            [
                "claim",
                "claim",
                "release",
                "return",
                "decline",
                "decline",
                "approve",
                "propose",
                "confirm",
                "send_back",
                "take_back",
                "uphold",
                "overturn",
                "assign",
            ]
        ),
    )
    def review(self, who: int, act: str) -> None:
        application, reviewer = self._newest(), self.reviewers[who]
        if application is None:
            return
        given: dict[str, Any] = {"actor": reviewer, "application": application}
        granted = {
            "modes": ["api"],
            "scope": SCOPE,
            "ends_at": timezone.now() + timedelta(days=30),
        }
        if act in ("approve", "propose"):
            self._try(tick_all, application=application, reviewer=reviewer)
        acts: dict[str, tuple[Any, dict[str, Any]]] = {
            "claim": (services.claim_application, {}),
            "release": (services.release_claim, {}),
            "return": (services.return_application, {"message": "Which rack?"}),
            "decline": (services.decline_application, {"reason": "No plan."}),
            "approve": (services.approve_application, granted),
            "propose": (services.propose_approval, {**granted, "tier": 3, "grounds": "Known."}),
            "confirm": (services.confirm_approval, {}),
            "send_back": (services.send_back_approval, {"reason": "Too wide."}),
            "take_back": (services.take_back_approval, {}),
            "uphold": (services.uphold_decline, {"reason": "It stands."}),
            "overturn": (services.overturn_decline, {"reason": "It was there."}),
            "assign": (
                services.assign_application,
                {"actor": self.lead, "reviewer": reviewer, "reason": "Away."},
            ),
        }
        service, more = acts[act]
        self._try(service, **{**given, **more})

    @rule()
    def withdraw(self) -> None:
        application = self._newest()
        if application is not None:
            given = {"actor": self.applicant, "application": application}
            self._try(services.withdraw_application, **given)

    @rule()
    def appeal(self) -> None:
        application = self._newest()
        if application is not None:
            given = {"actor": self.applicant, "application": application, "ground": "Unfair."}
            self._try(services.appeal_application, **given)

    @rule()
    def a_month_passes(self) -> None:
        month = timedelta(days=29)
        for each in Application.objects.filter(answer_by__isnull=False):
            assert each.answer_by is not None
            Application.objects.filter(pk=each.pk).update(answer_by=each.answer_by - month)
        self._try(tasks.sweep_returned)

    @invariant()
    def what_hangs_on_a_state_is_there(self) -> None:
        if not hasattr(self, "model"):
            return
        for application in Application.objects.all():
            pending = Proposal.objects.filter(application=application, outcome="pending").exists()
            assert pending == (application.state == "awaiting_second")
            open_appeal = Appeal.objects.filter(application=application, outcome="pending").exists()
            assert open_appeal == (application.state == "appealed")
            granted = Grant.objects.filter(application=application).exists()
            assert granted == (application.state == "approved")

    @invariant()
    def nobody_decides_twice(self) -> None:
        if not hasattr(self, "model"):
            return
        for proposal in Proposal.objects.filter(outcome="confirmed"):
            assert proposal.answered_by_id != proposal.proposed_by_id
        for appeal in Appeal.objects.exclude(decided_by=None).select_related("application"):
            assert appeal.decided_by_id != appeal.declined_by_id
            after = appeal.application
            if appeal.outcome == "overturned" and after.state in ("in_review", "approved"):
                assert after.reviewer_id != appeal.declined_by_id
            if appeal.outcome == "upheld":
                assert after.state == "declined"

    @invariant()
    def tier_3_has_two_behind_it(self) -> None:
        if not hasattr(self, "model"):
            return
        person = User.objects.get(pk=self.applicant.pk)
        if person.clearances.filter(tier=3).exists():
            assert Proposal.objects.filter(outcome="confirmed").exists()


@pytest.mark.django_db
class TestReview(TestCase):
    """Runs the machine; each run is rolled back."""

    def test_whatever_happens_an_application_is_decided_as_the_rules_say(self) -> None:
        run_state_machine_as_test(Review, settings=machine_settings(examples=8, steps=25))

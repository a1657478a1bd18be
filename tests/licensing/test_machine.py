"""Applications, grants, terms, stages and time in any order: the verdict never says yes wrongly."""

from contextlib import suppress
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
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from accounts.selectors.screening import confirmed_hits
from accounts.services.screening import Party
from common.errors import Refused
from licensing import services, tasks
from licensing.facts import VerdictAction
from licensing.models import (
    LIVE_GRANT_STATES,
    Acceptance,
    Admission,
    Application,
    Grant,
    TermsVersion,
)
from licensing.selectors.countries import table_in_force, version_in_force
from licensing.verdict import Context, decide_all
from tests.factories import make_user
from tests.licensing.countries import in_force, table_text
from tests.licensing.factories import (
    SCOPE,
    accept_all,
    answers,
    make_all_terms,
    make_brake,
    make_confirmed,
    make_hold,
    make_model,
    make_release,
    make_reviewer,
    make_seats,
    make_terms,
    put_at,
    tick_all,
)
from tests.machines import machine_settings
from tests.releases.factories import decide as decide_motion

USES = (VerdictAction.DOWNLOAD, VerdictAction.USE_API)
STAGES = ["internal", "trusted", "public", "gated", "open"]


class Licensing(RuleBasedStateMachine):
    """Three people, two reviewers, one model with two releases and a small cohort."""

    @initialize()
    def begin(self) -> None:
        self.savepoint = transaction.savepoint()
        make_all_terms()
        self.model = make_model(caps={"gated": 1, "trusted": 1})
        self.releases = [make_release(self.model, "gated"), make_release(self.model, "trusted")]
        self.people = [make_user() for _ in range(3)]
        self.reviewers = [make_reviewer(self.model) for _ in range(2)]
        make_seats(self.model)
        self.later = timedelta(0)

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)

    def _try(self, act: Any, **given: Any) -> Any:
        """Do what may be refused; a refusal writes nothing."""
        before = self._picture()
        try:
            return act(**given)
        except Refused:
            assert self._picture() == before
            return None

    def _picture(self) -> list[Any]:
        return [
            list(Application.objects.order_by("pk").values_list("pk", "state", "reviewer")),
            list(Grant.objects.order_by("pk").values_list("pk", "state", "modes")),
            list(Admission.objects.order_by("pk").values_list("pk", "state")),
            Acceptance.objects.count(),
        ]

    def _application(self, number: int) -> Application | None:
        person = self.people[number]
        return Application.objects.filter(applicant=person).order_by("-pk").first()

    def _grant(self, number: int) -> Grant | None:
        return Grant.objects.filter(person=self.people[number]).order_by("-pk").first()

    who = st.integers(0, 2)
    reviewer = st.integers(0, 1)

    @rule(who=who, country=st.sampled_from(["DE", "FR"]), hosting=st.sampled_from(["DE", "FR"]))
    def apply(self, who: int, country: str, hosting: str) -> None:
        person = self.people[who]
        application = self._try(services.start_application, actor=person, model=self.model)
        if application is not None and application.state in ("draft", "returned"):
            given = answers(country=country, hosting_country=hosting)
            services.save_draft(actor=person, application=application, answers=given)
            self._try(services.submit_application, actor=person, application=application)

    @rule(
        who=who,
        reviewer=reviewer,
        what=st.sampled_from(["claim", "release", "return", "decline", "approve", "approve"]),
        modes=st.sampled_from([["api"], ["weights"], ["api", "weights"]]),
    )
    def review(self, who: int, reviewer: int, what: str, modes: list[str]) -> None:
        application = self._application(who)
        if application is None:
            return
        given: dict[str, Any] = {"actor": self.reviewers[reviewer], "application": application}
        if what == "claim":
            self._try(services.claim_application, **given)
        elif what == "release":
            self._try(services.release_claim, **given)
        elif what == "return":
            self._try(services.return_application, message="Which one?", **given)
        elif what == "decline":
            self._try(services.decline_application, reason="No.", **given)
        else:
            if self._try(services.claim_application, **given) is not None:
                self._try(tick_all, application=application, reviewer=self.reviewers[reviewer])
            ends_at = timezone.now() + timedelta(days=30)
            self._try(
                services.approve_application, modes=modes, scope=SCOPE, ends_at=ends_at, **given
            )

    @rule(who=who)
    def withdraw(self, who: int) -> None:
        application = self._application(who)
        if application is not None:
            person = self.people[who]
            self._try(services.withdraw_application, actor=person, application=application)

    @rule(who=who, on_its_page=st.booleans())
    def accept(self, who: int, on_its_page: bool) -> None:
        # After a revocation its page says so, and refuses.
        with suppress(Refused):
            accept_all(self.people[who], self.model if on_its_page else None)

    @rule(
        who=who,
        reviewer=reviewer,
        what=st.sampled_from(["suspend", "lift", "revoke", "relinquish"]),
    )
    def govern(self, who: int, reviewer: int, what: str) -> None:
        grant = self._grant(who)
        if grant is None:
            return
        actor = self.reviewers[reviewer]
        if what == "relinquish":
            self._try(services.relinquish_grant, actor=self.people[who], grant=grant)
        else:
            act = {
                "suspend": services.suspend_grant,
                "lift": services.lift_suspension,
                "revoke": services.revoke_grant,
            }[what]
            suspended_by = grant.suspended_by_id
            done = self._try(act, actor=actor, grant=grant, reason="Because.")
            assert not (what == "lift" and done and suspended_by == actor.pk)

    @rule(
        code=st.sampled_from(["DE", "FR"]),
        effect=st.sampled_from(["review", "licence", "deny"]),
        mode=st.sampled_from(["api_named", "api_public", "weights_gated", "weights_open"]),
        asks_the_board=st.booleans(),
    )
    def countries(self, code: str, effect: str, mode: str, asks_the_board: bool) -> None:
        """Let another table count: by one person if it asks nobody for less, else by a motion."""
        text = table_text(countries={code: effect}, at=[mode])
        board = self.model.board
        before = version_in_force(board)
        if before is not None and before.table.text == text:
            return  # It counts already, which every hand is refused.
        try:
            in_force(self.model, text)
        except Refused:
            assert version_in_force(board) == before
            if asks_the_board:
                lead = make_brake(self.model)
                texts = {"rationale": "Eased.", "legal": "Counsel says so."}
                motion = services.propose_countries(
                    actor=lead, board=board, text=text, dossier=texts
                )
                assert version_in_force(board) == before
                decide_motion(motion)
                services.apply_decided_motions()

    @rule(who=who)
    def list_somebody(self, who: int) -> None:
        make_confirmed(Party(user=self.people[who]))

    @rule(number=st.integers(0, 1), stage=st.sampled_from(STAGES))
    def move(self, number: int, stage: str) -> None:
        put_at(self.releases[number], stage)

    @rule(number=st.integers(0, 1), kind=st.sampled_from(["all", "admissions"]))
    def hold(self, number: int, kind: str) -> None:
        make_hold(self.releases[number], kind)

    @rule()
    def lift_holds(self) -> None:
        for release in self.releases:
            release.holds.all().delete()

    @precondition(lambda self: self.later < timedelta(days=90))
    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        self.later += timedelta(days=days)
        for grant in Grant.objects.all():
            Grant.objects.filter(pk=grant.pk).update(ends_at=grant.ends_at - timedelta(days=days))

    @rule(
        slug=st.sampled_from(["api-terms", "weights-terms"]),
        kind=st.sampled_from(
            [{}, {"grace_days": 30}, {"change": "editorial"}, {"in_force_at": timedelta(days=9)}]
        ),
    )
    def publish(self, slug: str, kind: dict[str, Any]) -> None:
        given = dict(kind)
        if "in_force_at" in given:
            given["in_force_at"] += timezone.now()
        # While a version is scheduled, no other is published.
        with suppress(Refused):
            make_terms(slug, **given)

    @rule()
    def sweep(self) -> None:
        tasks.sweep_grants()
        tasks.sweep_admissions()

    @invariant()
    def every_yes_is_right(self) -> None:
        if not hasattr(self, "model"):
            return
        context = Context()
        for person in self.people:
            verdicts = decide_all(person, self.releases, USES, context)
            # The list of what one may use is what each release alone says.
            alone = decide_all(person, self.releases[:1], USES, context)
            assert alone == {self.releases[0].pk: verdicts[self.releases[0].pk]}
            for release in self.releases:
                for action, verdict in verdicts[release.pk].items():
                    if verdict.allowed:
                        self._check_yes(person, release, action, verdict.grant_id)

    def _check_yes(
        self, person: User, release: Any, action: VerdictAction, grant_id: int | None
    ) -> None:
        assert grant_id is not None
        grant = Grant.objects.get(pk=grant_id)
        assert grant.person == person
        assert grant.state == "active"
        assert grant.ends_at > timezone.now()
        assert not release.holds.filter(kind="all").exists()
        mode = release.stage.access_mode
        assert mode != "none"
        if action is VerdictAction.DOWNLOAD:
            assert mode in ("weights_gated", "weights_open")
            assert "weights" in grant.modes
        if (action, mode) in {
            (VerdictAction.DOWNLOAD, "weights_gated"),
            (VerdictAction.USE_API, "api_named"),
        }:
            assert grant.application is not None
            assert grant.application.state == "approved"
            assert grant.admissions.filter(release=release, state="admitted").exists()
        self._check_terms(person, release.stage.terms)
        self._check_countries(grant, mode)
        assert not confirmed_hits().filter(watch__user=person).exists()

    def _check_countries(self, grant: Grant, mode: str) -> None:
        """Say a second time which countries a person's grant asks about, and what is done."""
        stage = table_in_force(self.model.board).at(mode)
        given = grant.application.answers if grant.application else {}
        stated = {given[key] for key in ("country", "hosting_country") if given.get(key)}
        for code in stated or {""}:
            assert stage.effect_on(code) in ("allow", "review")

    def _check_terms(self, person: User, slugs: list[str]) -> None:
        """Say a second time, in the shortest way, which acceptance counts."""
        for slug in slugs:
            begun = TermsVersion.objects.filter(
                terms__slug=slug, in_force_at__lte=timezone.now(), withdrawn_at__isnull=True
            )
            bound = begun.filter(binds_at__lte=timezone.now()).order_by("number").last()
            assert bound is not None
            numbers = person.acceptances.filter(version__terms__slug=slug, organization=None)
            accepted = numbers.values_list("version__number", flat=True)
            assert max(accepted, default=0) >= bound.number

    @invariant()
    def the_rows_agree(self) -> None:
        if not hasattr(self, "model"):
            return
        for grant in Grant.objects.all():
            assert (grant.ended_at is None) == (grant.state in LIVE_GRANT_STATES)
        for application in Application.objects.filter(state="approved"):
            assert Grant.objects.filter(application=application).exists()


@pytest.mark.django_db
class TestLicensing(TestCase):
    """Runs the machine; each run is rolled back."""

    def test_whatever_happens_the_verdict_never_says_yes_wrongly(self) -> None:
        run_state_machine_as_test(Licensing, settings=machine_settings(examples=6, steps=16))

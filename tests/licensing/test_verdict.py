"""The verdict over real rows: gathered afresh, in three queries, the same for one and for many."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Clearance, Organization, User
from accounts.services import reopen_clearances
from accounts.services.screening import Party
from licensing import services
from licensing.facts import Check, VerdictAction
from licensing.models import Application, Grant, OwedDuty, Terms, TermsVersion
from licensing.verdict import Context, decide, decide_all, decide_many
from releases.choices import Right
from releases.models import Model, Release
from tests.factories import make_clearance, make_organization, make_token, make_user
from tests.licensing.factories import (
    accept,
    accept_all,
    approve,
    decline,
    give_right,
    make_all_terms,
    make_application,
    make_ban,
    make_confirmed,
    make_draft,
    make_grant,
    make_hold,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
    make_suspension,
    make_terms,
    put_at,
    sign,
)

pytestmark = pytest.mark.django_db

DOWNLOAD = VerdictAction.DOWNLOAD
API = VerdictAction.USE_API


class World:
    """A release at gated weights, and a deployer whose organisation holds a working grant."""

    def __init__(self, second_factor: timedelta | None = None) -> None:
        make_all_terms()
        asked = {"gated": second_factor} if second_factor else {}
        self.model = make_model(caps={"gated": 3}, tiers={"gated": 1}, second_factors=asked)
        self.release = make_release(self.model, "gated")
        self.user = make_user()
        self.organization = make_organization(self.user)
        make_clearance(user=self.user, tier=2)
        make_clearance(organization=self.organization, tier=2)
        self.grant = make_grant(self.model, self.user, self.organization)

    def denied(self, action: VerdictAction = DOWNLOAD, context: Context | None = None) -> set[str]:
        verdict = decide(self.user, self.release, action, context)
        return {check.rule for check in verdict.denials}


@pytest.fixture
def world() -> World:
    return World()


def test_a_deployer_with_a_working_grant_may_download(world: World) -> None:
    verdict = decide(world.user, world.release, DOWNLOAD)
    assert verdict.allowed, verdict.denials
    assert verdict.grant_id == world.grant.pk
    assert decide(world.user, world.release, API).allowed
    assert decide(world.user, world.release, VerdictAction.SEE).allowed


def _close_account(world: World) -> None:
    User.objects.filter(pk=world.user.pk).update(is_active=False)


def _unverify(world: World) -> None:
    EmailAddress.objects.filter(user=world.user).update(verified=False)


def _hold(world: World) -> None:
    make_hold(world.release, "all")


def _step_down(world: World) -> None:
    put_at(world.release, "public")


def _withdraw(world: World) -> None:
    Release.objects.filter(pk=world.release.pk).update(state="withdrawn")


def _suspend(world: World) -> None:
    services.suspend_grant(
        actor=make_reviewer(world.model), grant=world.grant, reason="We look into it."
    )


def _revoke(world: World) -> None:
    services.revoke_grant(actor=make_reviewer(world.model), grant=world.grant, reason="It is over.")


def _end(world: World) -> None:
    Grant.objects.filter(pk=world.grant.pk).update(ends_at=timezone.now())


def _unname(world: World) -> None:
    services.end_named_user(actor=world.user, grant=world.grant, user=world.user)


def _leave(world: World) -> None:
    owner = make_user()
    accounts.add_member(actor=None, organization=world.organization, user=owner, role="owner")
    membership = world.user.memberships.get()
    accounts.end_membership(actor=owner, membership=membership, reason="Left the company.")


def _ban(world: World) -> None:
    make_ban(world.user)


def _ban_organization(world: World) -> None:
    make_ban(world.organization)


def _suspend_everybody(world: World) -> None:
    make_suspension(world.model)


def _suspend_country(world: World) -> None:
    make_suspension(world.model, model=None, countries=("DE",))


def _suspend_stage(world: World) -> None:
    make_suspension(world.model, access_modes=("weights_gated",))


def _owe(world: World) -> None:
    version = TermsVersion.objects.get(terms__slug="weights-terms", number=1)
    OwedDuty.objects.create(
        grant=world.grant,
        model=world.grant.model,
        terms=version.terms,
        version=version,
        kind="apply_updates",
        performer="keeper",
        consequence="stop",
        trigger="released:1",
        due_at=timezone.now(),
    )


def _owe_in_time(world: World) -> None:
    _owe(world)
    OwedDuty.objects.update(due_at=timezone.now() + timedelta(minutes=5))


def _owe_what_stops_nothing(world: World) -> None:
    _owe(world)
    OwedDuty.objects.update(consequence="call", state="overdue")


def _listed(world: World) -> None:
    make_confirmed(Party(user=world.user))


def _listed_organization(world: World) -> None:
    make_confirmed(Party(organization=world.organization))


def _new_terms(world: World) -> None:
    make_terms("weights-terms")


def _new_terms_with_grace(world: World) -> None:
    make_terms("weights-terms", grace_days=30)


def _editorial_terms(world: World) -> None:
    make_terms("weights-terms", change="editorial")


def _scheduled_terms(world: World) -> None:
    make_terms("weights-terms", in_force_at=timezone.now() + timedelta(days=2))


def _lose_own_clearance(world: World) -> None:
    world.user.clearances.update(revoked_at=timezone.now())


def _reopen_own_clearance(world: World) -> None:
    reopen_clearances(actor=None, change=Clearance.Change.COUNTRY, user=world.user)


def _reopen_organization_clearance(world: World) -> None:
    change = Clearance.Change.PARENT
    reopen_clearances(actor=None, change=change, organization=world.organization)


def _lapse(world: World) -> None:
    world.user.memberships.update(affiliation_until=timezone.now())


def _lose_organization_clearance(world: World) -> None:
    world.organization.clearances.update(expires_at=timezone.now())


def _lose_place(world: World) -> None:
    world.grant.admissions.all().delete()


CHANGES: list[tuple[Callable[[World], None], set[str]]] = [
    # Closing an account takes the person's grants out of sight as well.
    (_close_account, {"account", "grant", "terms"}),
    (_unverify, {"email_verified"}),
    (_hold, {"hold"}),
    (_step_down, {"stage"}),
    (_withdraw, {"sealed"}),
    (_suspend, {"grant_state"}),
    (_revoke, {"grant_state"}),
    (_end, {"grant_time"}),
    (_unname, {"named"}),
    (_leave, {"membership"}),
    (_ban, {"banned"}),
    (_ban_organization, {"banned"}),
    (_suspend_everybody, {"suspension"}),
    (_suspend_country, {"suspension"}),
    (_suspend_stage, {"suspension"}),
    (_owe, {"duties"}),
    (_owe_in_time, set()),
    (_owe_what_stops_nothing, set()),
    (_listed, {"screening"}),
    (_listed_organization, {"screening"}),
    (_new_terms, {"terms", "organization_terms"}),
    (_new_terms_with_grace, set()),
    (_editorial_terms, set()),
    (_scheduled_terms, set()),
    (_lose_own_clearance, {"person_tier"}),
    (_lose_organization_clearance, {"organization_tier"}),
    (_reopen_own_clearance, {"person_tier"}),
    (_reopen_organization_clearance, {"organization_tier"}),
    (_lapse, {"membership"}),
    (_lose_place, {"cohort"}),
]


@pytest.mark.parametrize(
    ("change", "rules"), CHANGES, ids=lambda each: getattr(each, "__name__", "")
)
def test_a_change_in_the_rows_counts_at_once_whatever_the_caller_holds(
    world: World, change: Callable[[World], None], rules: set[str]
) -> None:
    held_user, held_release = world.user, world.release
    change(world)
    verdict = decide(held_user, held_release, DOWNLOAD)
    assert {check.rule for check in verdict.denials} == rules


def test_a_newer_version_of_the_terms_is_told_as_such(world: World) -> None:
    make_terms("weights-terms")
    for denial in decide(world.user, world.release, DOWNLOAD).denials:
        assert "newer version" in denial.sentence
        assert "/accept/" in denial.remedy_url


def test_a_grace_period_ends_by_time_and_by_no_job(world: World) -> None:
    version = make_terms("weights-terms", grace_days=30)
    assert version.binds_at is not None
    just = Context(now=version.binds_at - timedelta(seconds=1))
    assert world.denied(DOWNLOAD, just) == set()
    ended = world.denied(DOWNLOAD, Context(now=version.binds_at))
    assert ended == {"terms", "organization_terms"}
    accept(world.user, version, world.organization)
    sign(world.user, version, world.organization)
    assert world.denied(DOWNLOAD, Context(now=version.binds_at)) == set()


def test_a_scheduled_version_is_asked_for_from_its_date_on(world: World) -> None:
    version = make_terms("weights-terms", in_force_at=timezone.now() + timedelta(days=2))
    before = Context(now=version.in_force_at - timedelta(seconds=1))
    assert world.denied(DOWNLOAD, before) == set()
    assert world.denied(DOWNLOAD, Context(now=version.in_force_at)) >= {"terms"}


def test_an_editorial_version_after_a_material_one_does_not_shorten_or_lengthen_its_grace(
    world: World,
) -> None:
    material = make_terms("weights-terms", grace_days=30)
    make_terms("weights-terms", change="editorial")
    assert material.binds_at is not None
    assert world.denied(DOWNLOAD) == set()
    assert "terms" in world.denied(DOWNLOAD, Context(now=material.binds_at))
    accept(world.user, make_terms("weights-terms", change="editorial"), world.organization)
    assert "terms" not in world.denied(DOWNLOAD, Context(now=material.binds_at))


def test_a_user_s_acceptance_and_the_organisation_s_signature_are_both_needed() -> None:
    versions = make_all_terms()
    model = make_model()
    release, user, official = make_release(model), make_user(), make_user(full_name="Eva Sign")
    owner = make_user(full_name="Olga Owner")
    organization = make_organization(owner, members=(user,))
    accounts.add_member(
        actor=None, organization=organization, user=official, role="signing_official"
    )
    grant = make_grant(model, user, organization, accepted=False)
    for version in versions:
        accept(user, version, organization)
    grant.refresh_from_db()
    assert grant.state == "pending_terms"
    verdict = decide(user, release, DOWNLOAD)
    told = [check for check in verdict.denials if check.rule == "organization_terms"]
    assert [check.remedy for check in told] == [
        "Ask your signing official: Eva Sign, Olga Owner."
    ] * 2
    for version in versions:
        sign(official, version, organization)
    grant.refresh_from_db()
    assert grant.state == "active"
    assert decide(user, release, DOWNLOAD).allowed
    # The official bound the organisation, and may not use the grant by that.
    assert not decide(official, release, DOWNLOAD).allowed


def test_names_of_officials_are_for_members_only(world: World) -> None:
    make_terms("weights-terms")
    _leave(world)
    denials = decide(world.user, world.release, DOWNLOAD).denials
    (check,) = [check for check in denials if check.rule == "organization_terms"]
    assert check.remedy == "Ask whoever may sign for your organisation."


def test_a_retired_agreement_keeps_the_door_shut(world: World) -> None:
    Terms.objects.filter(slug="weights-terms").update(
        retired_at=timezone.now(), retired_by=world.user
    )
    assert "terms" in world.denied()


def test_terms_that_nobody_published_keep_the_door_shut() -> None:
    model = make_model(terms={"gated": ["never-written"]})
    release = make_release(model, "gated")
    verdict = decide(make_user(), release, DOWNLOAD)
    sentences = [check.sentence for check in verdict.denials if check.rule == "terms"]
    assert sentences == ["The terms “never-written” are not published yet."]


def test_a_hold_on_the_model_is_a_hold_on_each_release(world: World) -> None:
    hold = make_hold(world.release, "all")
    hold.release = None
    hold.save()
    assert world.denied() == {"hold"}
    assert world.denied(API) == {"hold"}


def test_a_hold_on_another_release_is_none_on_this(world: World) -> None:
    make_hold(make_release(world.model, "gated"), "all")
    assert world.denied() == set()


def test_a_token_must_live_and_carry_the_right(world: World) -> None:
    token, _secret = make_token(world.user, rights=("api",))
    assert world.denied(DOWNLOAD, Context(token=token)) == {"token_right"}
    assert world.denied(API, Context(token=token)) == set()
    accounts.revoke_token(actor=world.user, token=token)
    assert world.denied(API, Context(token=token)) == {"token_live", "token_right"}


def test_somebody_else_s_token_is_nobody_s(world: World) -> None:
    token, _secret = make_token(make_user(), rights=("weights",))
    assert "token_live" in world.denied(DOWNLOAD, Context(token=token))


def test_time_is_the_context_s(world: World) -> None:
    later = Context(now=world.grant.ends_at)
    assert "grant_time" in world.denied(DOWNLOAD, later)
    just = Context(now=world.grant.ends_at - timedelta(seconds=1))
    assert "grant_time" not in world.denied(DOWNLOAD, just)


def test_an_earlier_admission_stays_when_the_release_steps_down() -> None:
    make_all_terms()
    model = make_model()
    release = make_release(model, "gated")
    user = make_user()
    make_grant(model, user)
    put_at(release, "trusted")
    assert decide(user, release, API).allowed


def test_a_place_at_the_api_stage_is_none_at_the_weights_stage() -> None:
    make_all_terms()
    model = make_model()
    release = make_release(model, "trusted")
    user = make_user()
    make_grant(model, user)
    put_at(release, "gated")
    assert {check.rule for check in decide(user, release, DOWNLOAD).denials} == {"cohort"}
    assert decide(user, release, API).allowed


def test_the_best_of_several_grants_counts() -> None:
    make_all_terms()
    model = make_model()
    release, user = make_release(model), make_user()
    own = make_grant(model, user, modes=["api"])
    shared = make_grant(model, user, make_organization(user))
    verdict = decide(user, release, DOWNLOAD)
    assert verdict.allowed
    assert verdict.grant_id == shared.pk
    assert verdict.grant_ids == (shared.pk,)
    assert set(decide(user, release, API).grant_ids) == {own.pk, shared.pk}
    services.suspend_grant(actor=make_reviewer(model), grant=shared, reason="We look into it.")
    assert not decide(user, release, DOWNLOAD).allowed
    assert decide(user, release, API).allowed


def test_a_colleague_who_is_not_named_is_told_so(world: World) -> None:
    colleague = make_user()
    accounts.add_member(actor=None, organization=world.organization, user=colleague, role="member")
    verdict = decide(colleague, world.release, DOWNLOAD)
    assert "named" in {check.rule for check in verdict.denials}


def test_a_visitor_sees_what_has_left_the_internal_stage(world: World) -> None:
    anyone = AnonymousUser()
    assert decide(anyone, world.release, VerdictAction.SEE).allowed
    rules = {check.rule for check in decide(anyone, world.release, DOWNLOAD).denials}
    assert rules == {"signed_in", "grant", "terms", "person_tier"}
    put_at(world.release, "internal")
    assert not decide(anyone, world.release, VerdictAction.SEE).allowed


@pytest.mark.parametrize("right", list(Right))
def test_staff_see_an_internal_release_and_get_nothing_more(right: Right) -> None:
    release = make_release(stage="internal")
    staff = make_user()
    give_right(staff, right, release.model)
    verdicts = decide_all(staff, [release])[release.pk]
    assert verdicts[VerdictAction.SEE].allowed
    assert not verdicts[DOWNLOAD].allowed
    assert not verdicts[API].allowed
    User.objects.filter(pk=staff.pk).update(is_active=False)
    assert not decide(staff, release, VerdictAction.SEE).allowed


def test_superuser_opens_no_governed_door() -> None:
    superuser = make_user(is_superuser=True, is_staff=True)
    release = make_release(stage="internal")
    assert not any(
        verdict.allowed for verdict in decide_all(superuser, [release])[release.pk].values()
    )
    put_at(release, "open")
    assert not decide(superuser, release, DOWNLOAD).allowed


def test_an_application_once_open_cannot_be_begun_again() -> None:
    model = make_model()
    release = make_release(model)
    user = make_user()
    assert decide(user, release, VerdictAction.APPLY).allowed
    application = make_application(model, user)
    verdict = decide(user, release, VerdictAction.APPLY)
    assert [check.rule for check in verdict.denials] == ["no_application"]
    assert str(application.public_id) in verdict.denials[0].remedy_url


def _decline(application: Application, decided_at: datetime | None = None) -> Application:
    application = decline(make_in_review(application))
    if decided_at is not None:
        Application.objects.filter(pk=application.pk).update(decided_at=decided_at)
    return application


def _about_grant(user: User, release: Release) -> Check:
    denials = decide(user, release, DOWNLOAD).denials
    return next(check for check in denials if check.rule == "grant")


DECLINED = "Your application was declined."


@pytest.mark.parametrize("of_organization", [False, True])
def test_whose_application_was_declined_reads_so_and_finds_the_reason(
    of_organization: bool,
) -> None:
    model = make_model()
    release, user = make_release(model), make_user()
    colleague = make_user()
    organization = make_organization(user) if of_organization else None
    if organization is not None:
        accounts.add_member(actor=None, organization=organization, user=colleague, role="member")
    application = _decline(make_application(model, user, organization))
    told = _about_grant(user, release)
    assert told.sentence == DECLINED
    assert told.remedy_url == f"/licensing/applications/{application.public_id}/"
    assert decide(user, release, VerdictAction.APPLY).allowed
    # The application is its applicant's, as one that waits is.
    for other in (colleague, make_user()):
        assert _about_grant(other, release).sentence == "You have no grant for this model."
    elsewhere = make_release(make_model())
    assert _about_grant(user, elsewhere).sentence == "You have no grant for this model."


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (make_draft, "Your application is not sent yet."),
        (make_application, "Your application is with the reviewers."),
    ],
)
def test_who_applied_again_reads_of_the_application_that_is_open(
    step: Callable[..., Application], sentence: str
) -> None:
    model = make_model()
    release, user = make_release(model), make_user()
    _decline(make_application(model, user))
    again = step(model, user)
    told = _about_grant(user, release)
    assert told.sentence == sentence
    assert str(again.public_id) in told.remedy_url


def test_of_two_that_were_declined_the_one_decided_last_is_shown() -> None:
    model = make_model()
    release, user = make_release(model), make_user()
    last = _decline(make_application(model, user))
    _decline(
        make_application(model, user, make_organization(user)),
        decided_at=timezone.now() - timedelta(days=3),
    )
    assert str(last.public_id) in _about_grant(user, release).remedy_url


def test_who_withdrew_the_next_application_still_reads_of_the_decline() -> None:
    model = make_model()
    release, user = make_release(model), make_user()
    declined = _decline(make_application(model, user))
    services.withdraw_application(actor=user, application=make_application(model, user))
    told = _about_grant(user, release)
    assert told.sentence == DECLINED
    assert str(declined.public_id) in told.remedy_url


def test_who_withdrew_the_only_application_has_not_been_declined() -> None:
    model = make_model()
    release, user = make_release(model), make_user()
    services.withdraw_application(actor=user, application=make_application(model, user))
    assert _about_grant(user, release).sentence == "You have no grant for this model."


def test_a_grant_given_after_a_decline_is_what_counts() -> None:
    make_all_terms()
    model = make_model()
    release, user = make_release(model), make_user()
    _decline(make_application(model, user))
    make_grant(model, user)
    assert decide(user, release, DOWNLOAD).allowed


def test_a_closed_account_reads_of_no_decline() -> None:
    model = make_model()
    release, user = make_release(model), make_user()
    _decline(make_application(model, user))
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert _about_grant(user, release).sentence == "You have no grant for this model."


def test_a_withdrawn_release_is_seen_by_those_who_had_a_grant(world: World) -> None:
    _withdraw(world)
    assert decide(world.user, world.release, VerdictAction.SEE).allowed
    assert not decide(make_user(), world.release, VerdictAction.SEE).allowed


def test_public_terms_make_a_grant_and_the_verdict_says_yes() -> None:
    make_all_terms()
    release = make_release(stage="open")
    user = make_user()
    assert not decide(user, release, DOWNLOAD).allowed
    accept_all(user, release.model)
    assert decide(user, release, DOWNLOAD).allowed
    assert decide(user, release, API).allowed


def test_public_terms_open_no_named_stage_of_the_same_model() -> None:
    make_all_terms()
    model = make_model()
    public, gated = make_release(model, "open"), make_release(model, "gated")
    user = make_user()
    accept_all(user, model)
    assert decide(user, public, DOWNLOAD).allowed
    services.sweep_admissions()
    assert [check.rule for check in decide(user, gated, DOWNLOAD).denials] == ["grant", "cohort"]


def test_an_erased_person_breaks_no_verdict(world: World) -> None:
    accounts.erase_person(actor=world.user, user=world.user, reason="Asked for it.")
    verdicts = decide_all(world.user, [world.release])[world.release.pk]
    assert not verdicts[DOWNLOAD].allowed
    assert verdicts[VerdictAction.SEE].allowed


def test_of_a_decline_a_verdict_learns_in_the_same_three_queries(
    django_assert_num_queries: Any,
) -> None:
    model = make_model()
    release, user = make_release(model), make_user()
    _decline(make_application(model, user))
    with django_assert_num_queries(3):
        verdict = decide(user, release, DOWNLOAD)
    assert DECLINED in {check.sentence for check in verdict.denials}


@pytest.mark.parametrize("action", list(VerdictAction))
def test_a_verdict_takes_three_queries_at_most(
    world: World, action: VerdictAction, django_assert_max_num_queries: Any
) -> None:
    token, _secret = make_token(world.user)
    with django_assert_max_num_queries(3):
        decide(world.user, world.release, action, Context(token=token))


def test_many_verdicts_take_three_queries_as_well(
    world: World, django_assert_max_num_queries: Any
) -> None:
    releases = [make_release(world.model, stage) for stage in ("open", "public", "gated")] * 4
    releases += [make_release() for _ in range(5)]
    with django_assert_max_num_queries(3):
        verdicts = decide_all(world.user, releases)
    assert len(verdicts) == 8


STAGE_NAMES = ["internal", "trusted", "public", "gated", "open"]


SELECTIONS: list[dict[str, Any]] = [
    {"countries": ("DE",)},
    {"countries": ("FR",), "all_other_countries": True, "model": None},
    {"access_modes": ("weights_open", "api_public")},
    {"holder_kind": "person"},
    {"origin": "self_service", "model": None},
]


def _random_world(seed: int) -> tuple[list[User | AnonymousUser], list[Release]]:
    """A few people, organisations, models and grants in states drawn at random."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    make_all_terms()
    users = [make_user() for _ in range(4)]
    organizations = [make_organization(users[0]), make_organization(users[1])]
    accounts.add_member(actor=None, organization=organizations[0], user=users[2], role="member")
    for user in users[:3]:
        if draw.random() < 0.6:
            make_clearance(user=user, tier=draw.randint(1, 3))
            if draw.random() < 0.3:
                change = draw.choice(list(Clearance.Change))
                reopen_clearances(actor=None, change=change, user=user)
    models = [
        make_model(
            caps={"gated": draw.randint(0, 2)},
            tiers={"gated": draw.randint(0, 2)},
            second_factors={"gated": timedelta(hours=12)} if number else {},
        )
        for number in range(2)
    ]
    releases = [make_release(model, draw.choice(STAGE_NAMES)) for model in models for _ in range(3)]
    for model in models:
        for user, organization in (
            (users[0], organizations[0]),
            (users[1], None),
            (users[2], None),
        ):
            _random_grant(draw, model, user, organization)
    _disturb(draw, users, releases)
    services.sweep_admissions()
    return [*users, AnonymousUser()], releases


def _change_terms(draw: random.Random) -> None:
    if draw.random() < 0.3:
        make_terms("weights-terms", grace_days=draw.choice([0, 30]))
    if draw.random() < 0.3:
        make_terms("api-terms", change="editorial")


def _disturb(draw: random.Random, users: list[User], releases: list[Release]) -> None:
    for release in releases:
        if draw.random() < 0.2:
            make_hold(release, draw.choice(["all", "admissions"]))
        if draw.random() < 0.1:
            Release.objects.filter(pk=release.pk).update(state="withdrawn")
    for release in draw.sample(releases, 2):
        if draw.random() < 0.4:
            make_suspension(release.model, **draw.choice(SELECTIONS))
    _change_terms(draw)
    if draw.random() < 0.3:
        User.objects.filter(pk=users[1].pk).update(is_active=False)
    for release in releases:
        if draw.random() < 0.4:
            put_at(release, draw.choice(STAGE_NAMES))


def _random_grant(
    draw: random.Random, model: Model, user: User, organization: Organization | None
) -> None:
    from common.errors import Refused

    try:
        application = make_application(model, user, organization)
    except Refused:
        return
    fate = draw.random()
    if fate < 0.4:
        if fate < 0.2:
            _decline(application)
        return
    grant = approve(
        make_in_review(application), modes=draw.choice([["api"], ["weights"], ["api", "weights"]])
    )
    if draw.random() < 0.8:
        accept_all(user, model, organization)
    fate = draw.random()
    if fate < 0.15:
        services.suspend_grant(actor=make_reviewer(model), grant=grant, reason="A look.")
    elif fate < 0.3:
        Grant.objects.filter(pk=grant.pk).update(ends_at=timezone.now())


@pytest.mark.parametrize("seed", range(4))
def test_a_list_of_what_one_may_do_equals_each_verdict_alone(seed: int) -> None:
    subjects, releases = _random_world(seed)
    context = Context(second_factor_at=timezone.now() if seed % 2 else None)
    allowed = 0
    for subject in subjects:
        many = decide_all(subject, releases, context=context)
        alone = {
            each.pk: decide_all(subject, [each], context=context)[each.pk] for each in releases
        }
        assert many == alone
        allowed += sum(verdict.allowed for each in many.values() for verdict in each.values())
    release = releases[0]
    assert decide(subject, release, DOWNLOAD, context) == many[release.pk][DOWNLOAD]
    assert decide_many(subject, releases, API, context) == {
        pk: verdicts[API] for pk, verdicts in many.items()
    }
    assert allowed


def test_a_session_shows_its_own_second_factor() -> None:
    world = World(second_factor=timedelta(hours=12))
    now = timezone.now()
    assert world.denied() == {"second_factor"}
    assert world.denied(API) == set()
    old = Context(now=now, second_factor_at=now - timedelta(hours=13))
    assert world.denied(DOWNLOAD, old) == {"second_factor"}
    fresh = Context(now=now, second_factor_at=now - timedelta(hours=11))
    assert world.denied(DOWNLOAD, fresh) == set()


def test_a_token_carries_what_its_maker_had_shown_and_nothing_that_memory_says() -> None:
    world = World(second_factor=timedelta(hours=12))
    now = timezone.now()
    bare, _secret = make_token(world.user)
    carrying, _secret = make_token(world.user, second_factor_at=now - timedelta(hours=11))
    bare.second_factor_at = now
    context = Context(now=now, token=bare, second_factor_at=now)
    assert world.denied(DOWNLOAD, context) == {"second_factor"}
    assert world.denied(DOWNLOAD, Context(now=now, token=carrying)) == set()
    later = Context(now=now + timedelta(hours=2), token=carrying)
    assert world.denied(DOWNLOAD, later) == {"second_factor"}


def test_asked_about_another_the_verdict_does_not_guess_at_their_session() -> None:
    world = World(second_factor=timedelta(hours=12))
    assert world.denied(DOWNLOAD, Context(for_another=True)) == set()


def test_an_acceptance_for_oneself_is_none_for_the_organisation() -> None:
    versions = make_all_terms()
    model = make_model()
    release = make_release(model)
    user = make_user()
    organization = make_organization(user)
    make_grant(model, user, organization, accepted=False)
    for version in versions:
        accept(user, version)
    assert "terms" in {check.rule for check in decide(user, release, DOWNLOAD).denials}
    for version in versions:
        accept(user, version, organization)
        sign(user, version, organization)
    assert decide(user, release, DOWNLOAD).allowed

"""Grants and places: who gets in, who waits, what stops a grant and what ends it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Event
from common.errors import Refused
from licensing import selectors, services, tasks
from licensing.models import Admission, Grant
from licensing.selectors import cohorts
from licensing.services import admissions
from releases.choices import Right
from releases.models import Hold, Model, Release
from tests.factories import make_organization, make_user
from tests.licensing.factories import (
    accept_all,
    give_right,
    make_all_terms,
    make_grant,
    make_hold,
    make_model,
    make_release,
    make_reviewer,
    put_at,
    stage_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def terms() -> None:
    make_all_terms()


def small_cohort(cap: int = 1, stage: str = "gated") -> tuple[Model, Release]:
    model = make_model(caps={stage: cap})
    return model, make_release(model, stage)


def state(grant: Grant) -> str:
    grant.refresh_from_db()
    return grant.state


def place(grant: Grant) -> str:
    return Admission.objects.get(grant=grant).state


def refused(words: str) -> Any:
    return pytest.raises(Refused, match=words)


def test_beyond_the_cap_one_waits_and_a_freed_place_goes_to_who_waits_longest() -> None:
    model, release = small_cohort()
    first, second, third = (make_grant(model, make_user(), modes=["weights"]) for _ in range(3))
    assert [state(each) for each in (first, second, third)] == ["active", "queued", "queued"]
    assert (cohorts.cohort_size(release), cohorts.queue_length(release)) == (1, 2)
    services.revoke_grant(actor=make_reviewer(model), grant=first, reason="It is over.")
    services.sweep_admissions()
    assert [state(each) for each in (second, third)] == ["active", "queued"]
    assert [place(second), place(third)] == ["admitted", "queued"]


def test_the_cap_counts_organisations_and_not_their_people() -> None:
    model, _release = small_cohort(cap=2)
    people = [make_user() for _ in range(3)]
    organization = make_organization(people[0], members=(people[1], people[2]))
    grant = make_grant(model, people[0], organization, modes=["weights"])
    for person in people[1:]:
        services.add_named_user(actor=people[0], grant=grant, user=person)
        accept_all(person, organization=organization)
    other = make_grant(model, make_user(), modes=["weights"])
    assert [state(grant), state(other)] == ["active", "active"]


def test_a_raised_cap_lets_in_who_waits() -> None:
    model, release = small_cohort()
    grants = [make_grant(model, make_user(), modes=["weights"]) for _ in range(3)]
    put_at(release, "gated", cap=2)
    services.sweep_admissions()
    assert [state(each) for each in grants] == ["active", "active", "queued"]


def test_when_the_cap_shrinks_those_who_are_in_stay_and_later_ones_wait() -> None:
    model, release = small_cohort(cap=2)
    grants = [make_grant(model, make_user(), modes=["weights"]) for _ in range(2)]
    put_at(release, "gated", cap=1)
    late = make_grant(model, make_user(), modes=["weights"])
    services.sweep_admissions()
    assert [state(each) for each in grants] == ["active", "active"]
    assert state(late) == "queued"
    services.revoke_grant(actor=make_reviewer(model), grant=grants[0], reason="It is over.")
    services.sweep_admissions()
    assert state(late) == "queued"


def test_a_stage_change_gives_places_by_the_sweep() -> None:
    model = make_model(caps={"gated": 1})
    release = make_release(model, "trusted")
    grants = [make_grant(model, make_user()) for _ in range(2)]
    put_at(release, "gated")
    services.sweep_admissions()
    gated = stage_of(model, "gated")
    states = [each.admissions.get(stage=gated).state for each in grants]
    assert states == ["admitted", "queued"]
    assert [state(each) for each in grants] == ["active", "active"]


def test_a_grant_waiting_for_weights_works_for_the_api_where_that_needs_no_place() -> None:
    model, _release = small_cohort(cap=0)
    assert make_grant(model, make_user()).state == "active"
    assert make_grant(model, make_user(), modes=["weights"]).state == "queued"


def test_a_queued_grant_becomes_active_when_the_stage_opens_to_all() -> None:
    model, release = small_cohort(cap=0)
    grant = make_grant(model, make_user(), modes=["weights"])
    put_at(release, "open")
    services.sweep_admissions()
    assert state(grant) == "active"


@pytest.mark.parametrize("kind", ["admissions", "all"])
def test_a_hold_keeps_newcomers_out_and_its_end_lets_them_in(kind: str) -> None:
    model, release = small_cohort(cap=5)
    inside = make_grant(model, make_user())
    # The application was under way when the hold was placed.
    from tests.licensing.factories import approve, make_application, make_in_review

    application = make_in_review(make_application(model))
    hold = make_hold(release, kind)
    grant = approve(application)
    accept_all(application.applicant)
    services.sweep_admissions()
    assert [state(grant), state(inside)] == ["queued", "active"]
    assert place(grant) == "queued"
    Hold.objects.filter(pk=hold.pk).delete()
    services.sweep_admissions()
    assert state(grant) == "active"
    assert place(grant) == "admitted"


def test_the_sweep_is_idempotent() -> None:
    model, _release = small_cohort(cap=1)
    for _ in range(3):
        make_grant(model, make_user(), modes=["weights"])
    services.sweep_admissions()
    before = list(Admission.objects.values_list("grant", "state")), Event.objects.count()
    assert services.sweep_admissions() == 0
    assert (list(Admission.objects.values_list("grant", "state")), Event.objects.count()) == before


def test_the_sweep_activates_what_needs_no_terms() -> None:
    model = make_model(terms={"gated": []})
    grant = make_grant(model_with_release(model), make_user(), accepted=False)
    assert state(grant) == "active"


def model_with_release(model: Model) -> Model:
    make_release(model, "gated")
    return model


def test_a_grant_approved_before_its_release_is_out_becomes_active_later() -> None:
    model, release = small_cohort(cap=5)
    user = make_user()
    grant = make_grant(model, user, accepted=False)
    put_at(release, "internal")
    accept_all(user)
    assert state(grant) == "pending_terms"
    put_at(release, "gated")
    services.sweep_admissions()
    assert state(grant) == "active"


# Suspend, lift, revoke, give up, expire


@pytest.fixture
def grant() -> Grant:
    model, _release = small_cohort(cap=5)
    user = make_user()
    return make_grant(model, user, make_organization(user))


def governor(grant: Grant) -> Any:
    return make_reviewer(grant.model)


def test_one_suspends_and_another_lifts(grant: Grant) -> None:
    first, second = governor(grant), governor(grant)
    services.suspend_grant(actor=first, grant=grant, reason="An odd download pattern.")
    assert state(grant) == "suspended"
    with refused("another authorised person"):
        services.lift_suspension(actor=first, grant=grant, reason="It was nothing.")
    services.lift_suspension(actor=second, grant=grant, reason="It was nothing.")
    grant.refresh_from_db()
    assert (grant.state, grant.state_reason, grant.suspended_by) == ("active", "", None)


def test_whoever_has_a_stake_lifts_nothing(grant: Grant) -> None:
    services.suspend_grant(actor=governor(grant), grant=grant, reason="A look.")
    user = grant.named_users.get().user
    give_right(user, Right.REVIEW_APPLICATION, grant.model)
    with refused("own organisation"):
        services.lift_suspension(actor=user, grant=grant, reason="All is well.")


def test_the_right_to_hold_is_enough_to_suspend(grant: Grant) -> None:
    lead = make_user()
    give_right(lead, Right.PLACE_HOLD, grant.model)
    services.suspend_grant(actor=lead, grant=grant, reason="A look.")
    assert state(grant) == "suspended"


def test_strangers_superusers_and_reviewers_of_other_models_govern_nothing(grant: Grant) -> None:
    manager = make_user()
    give_right(manager, Right.MANAGE_RELEASE, grant.model)
    actors = [make_user(), make_user(is_superuser=True), make_reviewer(make_model()), manager]
    for actor in actors:
        for act in (services.suspend_grant, services.revoke_grant, services.lift_suspension):
            with refused("no right"):
                act(actor=actor, grant=grant, reason="Because.")


def test_every_act_against_a_grant_needs_a_reason(grant: Grant) -> None:
    actor = governor(grant)
    for act in (services.suspend_grant, services.revoke_grant):
        for reason in ("", " \n", "x" * 4001, "\u202e"):
            with refused("Reason"):
                act(actor=actor, grant=grant, reason=reason)
    assert state(grant) == "active"


@pytest.mark.parametrize("how", ["revoke", "relinquish", "expire"])
def test_what_has_ended_stays_ended(grant: Grant, how: str) -> None:
    user = grant.named_users.get().user
    if how == "revoke":
        services.revoke_grant(actor=governor(grant), grant=grant, reason="It is over.")
    elif how == "relinquish":
        services.relinquish_grant(actor=user, grant=grant)
    else:
        Grant.objects.filter(pk=grant.pk).update(ends_at=timezone.now())
        assert tasks.sweep_grants() == 1
    ended = state(grant)
    assert ended in {"revoked", "relinquished", "expired"}
    assert grant.ended_at is not None
    for act in (services.suspend_grant, services.revoke_grant):
        with refused("ended already"):
            act(actor=governor(grant), grant=grant, reason="Again.")
    with refused("ended already"):
        services.relinquish_grant(actor=user, grant=grant)
    services.activate_grant(actor=None, grant=grant)
    services.sweep_admissions()
    assert state(grant) == ended


def test_only_the_holder_gives_a_grant_up(grant: Grant) -> None:
    for actor in (make_user(), governor(grant)):
        with refused("Only the holder"):
            services.relinquish_grant(actor=actor, grant=grant)


def test_expiry_is_written_once_and_frees_the_place() -> None:
    model, _release = small_cohort()
    first, second = (make_grant(model, make_user(), modes=["weights"]) for _ in range(2))
    Grant.objects.filter(pk=first.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    tasks.sweep_grants()
    assert [state(first), state(second)] == ["expired", "active"]
    assert tasks.sweep_grants() == 0


def test_one_grant_that_fails_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    model, _release = small_cohort(cap=2)
    ended, broken, *waiting = (make_grant(model, make_user(), modes=["weights"]) for _ in range(5))
    Grant.objects.filter(pk__in=[ended.pk, broken.pk]).update(ends_at=timezone.now())
    activate, end = admissions.activate_grant, services.expire_grant

    def fail_on(which: Grant, act: Callable[..., Grant]) -> Callable[..., Grant]:
        def failing(*, grant: Grant, **given: Any) -> Grant:
            if grant.pk == which.pk:
                raise RuntimeError
            return act(grant=grant, **given)

        return failing

    monkeypatch.setattr(services, "expire_grant", fail_on(broken, end))
    monkeypatch.setattr(admissions, "activate_grant", fail_on(waiting[0], activate))
    tasks.sweep_grants()
    assert [state(ended), state(broken)] == ["expired", "active"]
    Grant.objects.filter(pk=waiting[0].pk).update(state="revoked", ended_at=timezone.now())
    assert services.sweep_admissions() > 0
    assert [state(each) for each in waiting[1:]] == ["active", "queued"]


def test_a_suspended_grant_keeps_its_place() -> None:
    model, _release = small_cohort()
    first, second = (make_grant(model, make_user(), modes=["weights"]) for _ in range(2))
    services.suspend_grant(actor=make_reviewer(model), grant=first, reason="A look.")
    services.sweep_admissions()
    assert state(second) == "queued"


# Named users


def test_the_owner_names_members_and_takes_them_off(grant: Grant) -> None:
    owner = grant.named_users.get().user
    member = make_user()
    from accounts import services as accounts

    organization = grant.organization
    assert organization is not None
    accounts.add_member(actor=owner, organization=organization, user=member, role="member")
    services.add_named_user(actor=owner, grant=grant, user=member)
    services.add_named_user(actor=owner, grant=grant, user=member)
    assert selectors.named_users(grant) == [owner, member]
    with refused("owner or custodian"):
        services.add_named_user(actor=member, grant=grant, user=owner)
    with refused("owner or custodian"):
        services.end_named_user(actor=member, grant=grant, user=owner)
    services.end_named_user(actor=owner, grant=grant, user=member)
    assert selectors.named_users(grant) == [owner]
    with refused("not named"):
        services.end_named_user(actor=owner, grant=grant, user=member)


def test_a_stranger_is_not_named_on_an_organisation_s_grant(grant: Grant) -> None:
    with refused("no member"):
        services.add_named_user(actor=grant.named_users.get().user, grant=grant, user=make_user())


def test_nobody_else_is_named_on_a_person_s_own_grant() -> None:
    model, _release = small_cohort(cap=5)
    user = make_user()
    own = make_grant(model, user)
    with refused("one person's own"):
        services.add_named_user(actor=user, grant=own, user=make_user())

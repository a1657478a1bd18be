"""What a former grant says against, or leaves to, the one that public terms would make."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Organization, User
from common.errors import Refused
from licensing import services
from licensing.models import Acceptance, Grant
from licensing.volume import Volume
from releases.models import Model
from tests.factories import make_organization, make_user
from tests.licensing.factories import (
    accept_all,
    make_all_terms,
    make_model,
    make_release,
    make_reviewer,
)

pytestmark = pytest.mark.django_db

SMALL = Volume(10 * 10**9, 30)


@pytest.fixture
def model() -> Model:
    make_all_terms()
    model = make_model()
    make_release(model, "open")
    return model


@pytest.fixture
def user() -> User:
    return make_user()


def serve_oneself(user: User, model: Model, organization: Organization | None = None) -> Grant:
    accept_all(user, model, organization)
    return Grant.objects.filter(model=model).latest("pk")


def suspend(grant: Grant) -> None:
    services.suspend_grant(actor=make_reviewer(grant.model), grant=grant, reason="A look.")


def revoke(grant: Grant) -> None:
    services.revoke_grant(actor=make_reviewer(grant.model), grant=grant, reason="It is over.")


def test_giving_a_grant_up_and_accepting_again_keeps_its_quota(user: User, model: Model) -> None:
    grant, reviewer = serve_oneself(user, model), make_reviewer(model)
    services.set_volume(actor=reviewer, grant=grant, volume=SMALL, reason="As agreed.")
    services.relinquish_grant(actor=user, grant=grant)
    again = serve_oneself(user, model)
    assert again.pk != grant.pk
    assert (again.state, again.volume, again.volume_set_by) == ("active", SMALL, reviewer)


def test_a_quota_outlives_an_expired_grant_too(user: User, model: Model) -> None:
    grant = serve_oneself(user, model)
    services.set_volume(actor=make_reviewer(model), grant=grant, volume=SMALL, reason="As agreed.")
    Grant.objects.filter(pk=grant.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    services.expire_grant(grant=grant)
    assert serve_oneself(user, model).volume == SMALL


def test_the_quota_of_an_organisation_s_grant_holds_for_one_s_own_too(
    user: User, model: Model
) -> None:
    grant = serve_oneself(user, model, make_organization(user))
    services.set_volume(actor=make_reviewer(model), grant=grant, volume=SMALL, reason="As agreed.")
    own = serve_oneself(user, model)
    assert (own.person, own.volume) == (user, SMALL)


def test_nobody_gives_up_a_suspended_grant(user: User, model: Model) -> None:
    grant = serve_oneself(user, model)
    suspend(grant)
    with pytest.raises(Refused, match="given up once"):
        services.relinquish_grant(actor=user, grant=grant)
    grant.refresh_from_db()
    assert grant.state == "suspended"


def test_after_a_revocation_accepting_again_makes_no_grant(user: User, model: Model) -> None:
    revoke(serve_oneself(user, model))
    with pytest.raises(Refused, match="was revoked"):
        accept_all(user, model)
    # It is not half done either.
    make_all_terms()
    with pytest.raises(Refused, match="was revoked"):
        accept_all(user, model)
    assert Grant.objects.count() == 1
    assert Acceptance.objects.filter(user=user).count() == 3


def test_terms_can_be_accepted_after_a_revocation_for_what_else_they_are(
    user: User, model: Model
) -> None:
    revoke(serve_oneself(user, model))
    make_all_terms()
    accept_all(user)
    assert Acceptance.objects.filter(user=user).count() == 4


def test_a_suspension_that_lasted_to_the_end_date_is_not_shed_by_accepting_again(
    user: User, model: Model
) -> None:
    grant = serve_oneself(user, model)
    suspend(grant)
    Grant.objects.filter(pk=grant.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    assert services.expire_grant(grant=grant).state == "expired"
    with pytest.raises(Refused, match="was suspended"):
        accept_all(user, model)


@pytest.mark.parametrize("stop", [suspend, revoke])
def test_who_is_named_on_a_stopped_grant_does_not_serve_themselves_beside_it(
    user: User, model: Model, stop: object
) -> None:
    organization = make_organization(user)
    grant = serve_oneself(user, model, organization)
    assert callable(stop)
    stop(grant)
    with pytest.raises(Refused, match="release team"):
        accept_all(user, model)
    with pytest.raises(Refused, match="release team"):
        accept_all(user, model, make_organization(user))
    # Another model and another person are not concerned.
    make_release(other := make_model(), "open")
    assert serve_oneself(user, other).state == "active"
    assert serve_oneself(make_user(), model).state == "active"

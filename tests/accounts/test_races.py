"""What two connections at once must not do."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts import services
from accounts.models import Membership, Notification, PersonalToken, User
from audit.models import Event
from common.errors import Refused
from tests.factories import make_organization, make_user
from tests.racing import ROUNDS, race

pytestmark = pytest.mark.django_db(transaction=True)


def refusals(results: object) -> list[str]:
    return [each.sentence for each in results if isinstance(each, Refused)]  # type: ignore[attr-defined]


def test_one_name_makes_one_token() -> None:
    user = make_user()
    create = partial(services.create_token, actor=user, user=user, rights=["api"])
    for number in range(ROUNDS):
        # Revoked on the way, so that the bound on their number does not interfere.
        PersonalToken.objects.update(revoked_at=timezone.now())
        act = partial(create, name=f"n{number}", expires_at=timezone.now() + timedelta(1))
        results = race(act, act)
        assert refusals(results) == [
            "You have a token with this name. Choose another name, or revoke that one first."
        ]
    assert PersonalToken.objects.count() == ROUNDS
    assert Event.objects.filter(action="token.created").count() == ROUNDS


def test_two_owners_cannot_both_leave() -> None:
    first, second = make_user(), make_user()
    for _ in range(ROUNDS // 10):
        organization = make_organization(first)
        other = services.add_member(
            actor=first, organization=organization, user=second, role=Membership.Role.OWNER
        )
        own = Membership.objects.get(organization=organization, user=first)
        results = race(
            partial(services.end_membership, actor=first, membership=own, reason="Leaving."),
            partial(services.end_membership, actor=second, membership=other, reason="Leaving."),
        )
        assert len(refusals(results)) == 1
        assert organization.memberships.filter(ended_at=None, role="owner").count() == 1


def test_a_person_is_added_once() -> None:
    owner = make_user()
    organization = make_organization(owner)
    for _ in range(ROUNDS // 10):
        add = partial(
            services.add_member,
            actor=owner,
            organization=organization,
            user=make_user(),
            role=Membership.Role.MEMBER,
        )
        assert refusals(race(add, add)) == ["This person is a member already."]


def test_an_address_is_taken_once() -> None:
    for number in range(ROUNDS // 10):
        emails = (f"ada{number}@example.org", f"ADA{number}@example.org")
        results = race(*(partial(make_user, email=email) for email in emails))
        assert len(refusals(results)) == 1
    assert User.objects.count() == ROUNDS // 10


def test_namesakes_that_register_at_once_both_get_a_slug() -> None:
    owners = make_user(), make_user()
    for number in range(ROUNDS // 10):
        results = race(
            *(partial(make_organization, owner, name=f"Labs {number}") for owner in owners)
        )
        assert {each.slug for each in results} == {f"labs-{number}", f"labs-{number}-2"}


def test_a_person_is_erased_once_and_no_token_survives() -> None:
    for number in range(ROUNDS // 10):
        user = make_user()
        results = race(
            partial(services.erase_person, actor=None, user=user, reason="Asked for it."),
            partial(
                services.create_token,
                actor=user,
                user=user,
                name=f"n{number}",
                rights=["api"],
                expires_at=timezone.now() + timedelta(1),
            ),
        )
        assert len(refusals(results)) <= 1
        assert not PersonalToken.objects.filter(user=user, revoked_at=None).exists()
        assert not Notification.objects.filter(recipient=user).exclude(address="").exists()

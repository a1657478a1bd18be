"""The list of a grant's named users."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Notification, User
from accounts.services import add_member, end_membership
from common.errors import Refused
from licensing import services
from licensing.models import Grant
from licensing.selectors import named_users
from tests.factories import make_organization, make_user
from tests.licensing.factories import make_all_terms, make_grant, make_model, make_release

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return make_user()


@pytest.fixture
def grant(owner: User) -> Grant:
    make_all_terms()
    model = make_release(make_model()).model
    return make_grant(model, owner, make_organization(owner))


def join(grant: Grant, *users: User) -> None:
    assert grant.organization is not None
    for user in users:
        add_member(actor=None, organization=grant.organization, user=user, role="member")


def test_many_are_named_at_once_and_each_other_address_says_why(
    client: Client, owner: User, grant: Grant
) -> None:
    first, second, stranger = make_user(), make_user(), make_user()
    join(grant, first, second)
    client.force_login(owner)
    url = reverse("grant_people", args=[grant.public_id])
    typed = f"{first.email.upper()}\n{stranger.email}, nobody@example.org;{second.email}\n"
    page = client.post(url, {"addresses": typed}).content.decode()
    assert "2 people are named" in page
    for address in (stranger.email, "nobody@example.org"):
        assert f"{address}: There is no member" in page
    assert set(named_users(grant)) == {owner, first, second}
    again = client.post(url, {"addresses": first.email}, follow=True).content.decode()
    assert first.email in again
    assert set(named_users(grant)) == {owner, first, second}


def test_only_keepers_see_and_change_the_list(client: Client, owner: User, grant: Grant) -> None:
    member = make_user()
    join(grant, member)
    services.add_named_user(actor=owner, grant=grant, user=member)
    client.force_login(member)
    assert client.get(reverse("grant_people", args=[grant.public_id])).status_code == 404
    with pytest.raises(Refused, match="owner or custodian"):
        services.add_named_users(actor=member, grant=grant, addresses=[member.email])


def test_a_list_has_a_length(owner: User, grant: Grant) -> None:
    addresses = [f"a{number}@example.org" for number in range(101)]
    with pytest.raises(Refused, match="100 people"):
        services.add_named_users(actor=owner, grant=grant, addresses=addresses)


@pytest.mark.parametrize("way", ["leaves", "lapses"])
def test_who_belongs_no_more_loses_the_place_with_notice(
    owner: User, grant: Grant, way: str
) -> None:
    member = make_user(full_name="Mo Member")
    join(grant, member)
    services.add_named_user(actor=owner, grant=grant, user=member)
    assert services.end_lost_places() == 0
    place = Membership.objects.get(user=member)
    if way == "leaves":
        end_membership(actor=member, membership=place, reason="A new job.")
    else:
        Membership.objects.filter(pk=place.pk).update(affiliation_until=timezone.now())
    assert services.end_lost_places() == 1
    assert services.end_lost_places() == 0
    assert named_users(grant) == [owner]
    told = Notification.objects.filter(kind="licensing.place_ended")
    assert {each.recipient for each in told} == {owner, member}
    # To come back brings no place back.
    Membership.objects.filter(pk=place.pk).update(ended_at=timezone.now())
    join(grant, member)
    assert named_users(grant) == [owner]

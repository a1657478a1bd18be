"""What two at once must not do with links and organisations."""

from functools import partial

import pytest

from accounts import services
from accounts.models import Membership, Organization
from accounts.services import Particulars
from audit.models import Event
from common.errors import Refused
from tests.factories import mailed_secret, make_organization, make_user
from tests.racing import ROUNDS, race

pytestmark = pytest.mark.django_db(transaction=True)
FEW = max(1, ROUNDS // 5)


def refused(results: object) -> list[str]:
    return [each.sentence for each in results if isinstance(each, Refused)]  # type: ignore[attr-defined]


def test_an_invitation_is_taken_up_once() -> None:
    owner, ada = make_user(), make_user(email="ada@example.org")
    for _round in range(FEW):
        organization = make_organization(owner)
        invitation = services.invite_member(
            actor=owner, organization=organization, address=ada.email, role="member"
        )
        accept = partial(services.accept_invitation, actor=ada, invitation=invitation)
        assert len(refused(race(accept, accept))) == 1
        assert organization.memberships.filter(user=ada).count() == 1


def test_an_invitation_is_either_taken_up_or_taken_back() -> None:
    owner, ada = make_user(), make_user(email="ada@example.org")
    for _round in range(FEW):
        organization = make_organization(owner)
        invitation = services.invite_member(
            actor=owner, organization=organization, address=ada.email, role="member"
        )
        results = race(
            partial(services.accept_invitation, actor=ada, invitation=invitation),
            partial(services.revoke_invitation, actor=owner, invitation=invitation),
        )
        assert len(refused(results)) == 1
        invitation.refresh_from_db()
        joined = organization.memberships.filter(user=ada).exists()
        assert joined is (invitation.accepted_at is not None)
        assert joined is (invitation.revoked_at is None)


def test_a_domain_is_verified_once_by_one_link() -> None:
    owner = make_user()
    for _round in range(FEW):
        organization = make_organization(owner, domain="labs.example")
        services.ask_domain(actor=owner, organization=organization, address="admin@labs.example")
        secret = mailed_secret("accounts.mailbox_domain")
        confirm = partial(services.confirm_mailbox, actor=None, secret=secret)
        assert len(refused(race(confirm, confirm))) == 1
    assert Event.objects.filter(action="domain.verified").count() == FEW


def test_two_changes_at_once_close_no_circle_of_parents() -> None:
    owner = make_user()
    for _round in range(FEW):
        first, second = make_organization(owner), make_organization(owner)

        def under(child: Organization, parent: Organization) -> object:
            wanted = Particulars(name=child.name, country="DE", parent=parent)
            return services.change_organization(actor=owner, organization=child, particulars=wanted)

        results = race(partial(under, first, second), partial(under, second, first))
        assert len(refused(results)) == 1
        parents = Organization.objects.filter(pk__in=[first.pk, second.pk])
        assert parents.filter(parent=None).count() == 1


def test_two_owners_who_demote_each_other_leave_one() -> None:
    first, second = make_user(), make_user()
    for _round in range(FEW):
        organization = make_organization(first)
        other = services.add_member(
            actor=first, organization=organization, user=second, role="owner"
        )
        own = Membership.objects.get(organization=organization, user=first)
        results = race(
            partial(services.change_role, actor=first, membership=other, role="member"),
            partial(services.change_role, actor=second, membership=own, role="member"),
        )
        assert len(refused(results)) == 1
        assert organization.memberships.filter(ended_at=None, role="owner").count() == 1

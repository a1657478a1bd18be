"""Proof by mail that a domain is an organisation's, and that its members still belong."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.models import Clearance, MailboxCheck, Membership, Notification, Organization, User
from accounts.selectors import (
    is_domain_verified,
    live_memberships,
    membership_of,
    namesakes_by_domain,
    organizations_of,
    tier_of_user,
)
from audit.selectors import timeline
from common.errors import Refused
from tests.factories import (
    mailed_secret,
    make_clearance,
    make_organization,
    make_user,
    verify_domain,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    cache.clear()
    return make_user(email="olga@labs.example", full_name="Olga Owner")


def labs(owner: User, *members: User) -> Organization:
    return verify_domain(
        owner, make_organization(owner, name="Labs", domain="labs.example", members=members)
    )


def place_of(user: User) -> Membership:
    return Membership.objects.select_related("organization").get(user=user, ended_at=None)


def lapse(*users: User) -> None:
    Membership.objects.filter(user__in=users).update(
        affiliation_until=timezone.now() - timedelta(seconds=1)
    )


# The domain


def test_a_domain_is_verified_by_whoever_reads_its_mail(client: Client, owner: User) -> None:
    organization = make_organization(owner, name="Labs", domain="labs.example")
    client.force_login(owner)
    url = reverse("account_organization_domain", args=[organization.slug])
    page = client.get(url).content.decode()
    assert "admin@labs.example" in page
    assert "olga@labs.example" in page
    client.post(url, {"address": "postmaster@labs.example"})
    client.logout()
    assert MailboxCheck.objects.get().address == "postmaster@labs.example"
    link = reverse("account_mailbox_open", args=[mailed_secret("accounts.mailbox_domain")])
    asked = client.get(link).content.decode()
    assert "Does labs.example belong to Labs?" in asked
    organization.refresh_from_db()
    assert not is_domain_verified(organization, timezone.now())
    assert "is verified for Labs" in client.post(link).content.decode()
    organization.refresh_from_db()
    assert is_domain_verified(organization, timezone.now())
    assert not is_domain_verified(organization, timezone.now() + timedelta(days=366))
    assert organization.domain_mailbox == "administrative"
    assert timeline(organization)[0].words == "verified the internet domain by mail"
    assert client.get(link).status_code == client.post(link).status_code == 404
    assert MailboxCheck.objects.get().address == ""


def test_ones_own_address_says_less_and_confirms_ones_own_place(owner: User) -> None:
    organization = make_organization(owner, domain="labs.example")
    verify_domain(owner, organization, owner.email)
    assert organization.domain_mailbox == "personal"
    until = place_of(owner).affiliation_until
    assert until is not None
    assert until > timezone.now() + timedelta(days=300)


@pytest.mark.parametrize(
    ("domain", "address", "why"),
    [
        ("", "admin@labs.example", "Enter the organisation's internet domain"),
        ("labs.example", "somebody@labs.example", "addresses offered"),
        ("labs.example", "admin@other.example", "addresses offered"),
        ("labs.example", "admin@labs.example.evil.example", "addresses offered"),
    ],
)
def test_the_link_goes_to_the_domain_itself(
    owner: User, domain: str, address: str, why: str
) -> None:
    organization = make_organization(owner, domain=domain)
    with pytest.raises(Refused, match=why):
        services.ask_domain(actor=owner, organization=organization, address=address)
    assert not MailboxCheck.objects.exists()


def test_a_newer_link_replaces_the_former_and_there_is_a_limit(client: Client, owner: User) -> None:
    organization = make_organization(owner, domain="labs.example")
    secrets = []
    for _time in range(5):
        services.ask_domain(actor=owner, organization=organization, address="admin@labs.example")
        secrets.append(mailed_secret("accounts.mailbox_domain"))
    with pytest.raises(Refused, match="for one day"):
        services.ask_domain(actor=owner, organization=organization, address="admin@labs.example")
    for secret in secrets[:-1]:
        with pytest.raises(Refused, match="replaced by a newer"):
            services.confirm_mailbox(actor=None, secret=secret)
    services.confirm_mailbox(actor=None, secret=secrets[-1])


def test_a_link_ends_and_dies_with_the_domain_that_it_was_for(owner: User) -> None:
    organization = make_organization(owner, domain="labs.example")
    services.ask_domain(actor=owner, organization=organization, address="admin@labs.example")
    secret = mailed_secret("accounts.mailbox_domain")
    Organization.objects.filter(pk=organization.pk).update(domain="other.example")
    with pytest.raises(Refused, match="another domain"):
        services.confirm_mailbox(actor=None, secret=secret)
    MailboxCheck.objects.update(expires_at=timezone.now())
    with pytest.raises(Refused, match="has ended"):
        services.confirm_mailbox(actor=None, secret=secret)


def test_two_organisations_with_one_domain_are_known(owner: User) -> None:
    first, other = labs(owner), make_user()
    second = make_organization(other, domain="labs.example")
    assert not namesakes_by_domain(first, timezone.now()).exists()
    verify_domain(other, second)
    assert list(namesakes_by_domain(first, timezone.now())) == [second]


def test_owners_are_reminded_once_a_step_to_verify_again(owner: User) -> None:
    organization = labs(owner)
    told = []
    for days in (31, 30, 29, 7, 6, 0):
        Organization.objects.filter(pk=organization.pk).update(
            domain_verified_until=timezone.now() + timedelta(days=days)
        )
        told.append(services.remind_of_proofs())
    assert told == [0, 1, 0, 1, 0, 0]
    message = Notification.objects.filter(kind="accounts.domain_ending").latest("pk")
    assert "Verify labs.example again" in message.subject


# The members


def test_a_verified_domain_starts_the_clock_of_its_members(owner: User) -> None:
    member = make_user()
    organization = make_organization(owner, domain="labs.example", members=(member,))
    assert place_of(member).affiliation_until is None
    verify_domain(owner, organization)
    until = place_of(member).affiliation_until
    assert until is not None
    assert timedelta(days=59) < until - timezone.now() <= timedelta(days=60)


def test_a_member_confirms_their_place_by_mail(client: Client, owner: User) -> None:
    member = make_user(full_name="Mo Member")
    labs(owner, member)
    client.force_login(member)
    url = reverse("account_membership_confirm", args=[place_of(member).pk])
    wrong = client.post(url, {"address": "mo@elsewhere.example"})
    assert "must be at labs.example" in wrong.content.decode()
    client.post(url, {"address": "mo@sub.labs.example"})
    client.logout()
    link = reverse("account_mailbox_open", args=[mailed_secret("accounts.mailbox_affiliation")])
    assert "Does Mo Member still belong to Labs?" in client.get(link).content.decode()
    assert "is confirmed" in client.post(link).content.decode()
    place = place_of(member)
    assert place.affiliation_address == "mo@sub.labs.example"
    assert place.affiliation_until is not None
    assert place.affiliation_until > timezone.now() + timedelta(days=300)
    assert client.post(link).status_code == 404


def test_an_owner_confirms_others_but_not_themselves(client: Client, owner: User) -> None:
    member = make_user()
    labs(owner, member)
    client.force_login(owner)
    url = reverse("account_membership_confirm", args=[place_of(member).pk])
    assert "Confirm that" in client.get(url).content.decode()
    client.post(url)
    until = place_of(member).affiliation_until
    assert until is not None
    assert until > timezone.now() + timedelta(days=300)
    with pytest.raises(Refused, match="their own place"):
        services.vouch_for_member(actor=owner, membership=place_of(owner))
    with pytest.raises(Refused, match="Only an owner"):
        services.vouch_for_member(actor=member, membership=place_of(owner))


def test_nobody_proves_the_place_of_somebody_else(owner: User) -> None:
    member = make_user()
    labs(owner, member)
    with pytest.raises(Refused, match="Only the member"):
        services.ask_affiliation(
            actor=owner, membership=place_of(member), address="mo@labs.example"
        )


def test_members_are_reminded_once_a_step(owner: User) -> None:
    member = make_user()
    labs(owner, member)
    told = []
    for days in (31, 30, 12, 7, 1):
        Membership.objects.filter(user=member).update(
            affiliation_until=timezone.now() + timedelta(days=days)
        )
        told.append(services.remind_of_proofs())
    assert told == [0, 1, 0, 1, 0]
    services.vouch_for_member(actor=owner, membership=place_of(member))
    assert place_of(member).affiliation_reminded is None


def test_a_lapsed_member_counts_no_more_before_any_job_has_run(owner: User) -> None:
    member = make_user()
    organization = labs(owner, member)
    lapse(member)
    assert membership_of(member, organization) is None
    assert not organizations_of(member).exists()
    assert live_memberships(timezone.now() - timedelta(minutes=1)).filter(user=member).exists()
    assert services.lapse_memberships() == 1
    assert services.lapse_memberships() == 0
    ended = Membership.objects.get(user=member)
    assert ended.ended_at is not None
    message = Notification.objects.filter(recipient=member).latest("pk")
    assert "did not show in time" in message.body


def test_the_last_owner_who_lapsed_keeps_a_door_that_opens_nothing(
    client: Client, owner: User
) -> None:
    organization = labs(owner)
    lapse(owner)
    assert services.lapse_memberships() == 0
    assert membership_of(owner, organization) is None
    with pytest.raises(Refused, match="Only an owner"):
        services.invite_member(
            actor=owner, organization=organization, address="a@b.example", role="member"
        )
    client.force_login(owner)
    url = reverse("account_organization", args=[organization.slug])
    assert "Your place has lapsed" in client.get(url).content.decode()
    services.ask_affiliation(actor=owner, membership=place_of(owner), address=owner.email)
    services.confirm_mailbox(actor=None, secret=mailed_secret("accounts.mailbox_affiliation"))
    assert membership_of(owner, organization) is not None


def test_of_two_owners_who_lapse_the_first_to_prove_it_stays(owner: User) -> None:
    second = make_user()
    organization = labs(owner)
    services.add_member(actor=owner, organization=organization, user=second, role="owner")
    lapse(owner, second)
    assert services.lapse_memberships() == 0
    services.ask_affiliation(actor=owner, membership=place_of(owner), address=owner.email)
    services.confirm_mailbox(actor=None, secret=mailed_secret("accounts.mailbox_affiliation"))
    assert services.lapse_memberships() == 1
    assert place_of(owner).role == "owner"
    assert not Membership.objects.filter(user=second, ended_at=None).exists()


def test_who_leaves_loses_the_clearance_that_stood_on_it(owner: User) -> None:
    member = make_user()
    organization = labs(owner, member)
    make_clearance(user=member, affiliation=organization)
    make_clearance(user=member, tier=1)
    services.end_membership(actor=member, membership=place_of(member), reason="A new job.")
    assert tier_of_user(member, timezone.now()) == 1
    assert Clearance.objects.get(tier=2).reopened_for == "affiliation"


# Roles


def test_owners_change_roles_and_the_last_one_stays(client: Client, owner: User) -> None:
    member = make_user()
    make_organization(owner, members=(member,))
    client.force_login(owner)
    own = reverse("account_membership_role", args=[place_of(owner).pk])
    assert "would have no owner" in client.post(own, {"role": "member"}).content.decode()
    url = reverse("account_membership_role", args=[place_of(member).pk])
    assert client.post(url, {"role": "emperor"}).status_code == 200
    client.post(url, {"role": "owner"})
    assert place_of(member).role == "owner"
    assert "Owner" in Notification.objects.filter(recipient=member).latest("pk").subject
    client.post(own, {"role": "member"})
    assert place_of(owner).role == "member"
    with pytest.raises(Refused, match="Only an owner"):
        services.change_role(actor=owner, membership=place_of(member), role="member")

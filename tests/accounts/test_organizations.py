"""Organisations, their members, and the pages of both."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Membership, Notification, Organization
from accounts.selectors import organizations_of
from audit.selectors import timeline
from common.errors import Refused
from tests.factories import make_organization, make_user

pytestmark = pytest.mark.django_db


def membership(organization: Organization, user: Any) -> Membership:
    return Membership.objects.get(organization=organization, user=user, ended_at=None)


def test_whoever_registers_an_organisation_owns_it() -> None:
    user = make_user()
    organization = services.create_organization(
        actor=user, name="Zürich  Labs", domain="Labs.Example.org", country="CH"
    )
    assert organization.name == "Zürich Labs"
    assert organization.slug == "zurich-labs"
    assert organization.domain == "labs.example.org"
    assert membership(organization, user).role == Membership.Role.OWNER
    assert list(organizations_of(user)) == [organization]
    assert timeline(organization)[0].words == "registered the organisation"


def test_namesakes_and_names_in_other_scripts_get_slugs_of_their_own() -> None:
    slugs = [make_organization(name=name).slug for name in ("Labs", "labs", "研究所", "研究所")]
    assert slugs == ["labs", "labs-2", "organisation", "organisation-2"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": ""}, "The legal name"),
        ({"name": "x" * 201}, "201 characters"),
        ({"name": "a\x00b"}, "cannot be seen"),
        ({"country": "XX"}, "two-letter code"),
        ({"country": ""}, "two-letter code"),
        ({"country": "DE\x00"}, "two-letter code"),
        ({"domain": "https://example.org"}, "internet domain"),
        ({"domain": "example"}, "internet domain"),
        ({"domain": "-x.org"}, "internet domain"),
        ({"domain": "a." * 200 + "org"}, "internet domain"),
        ({"domain": "exa\x00mple.org"}, "internet domain"),
    ],
)
def test_wrong_particulars_are_refused(change: dict[str, str], why: str) -> None:
    wanted = {"name": "Labs", "domain": "", "country": "DE"} | change
    with pytest.raises(Refused, match=why):
        services.create_organization(actor=make_user(), **wanted)
    assert not Organization.objects.exists()


def test_an_unconfirmed_address_registers_nothing() -> None:
    with pytest.raises(Refused, match="Confirm your e-mail"):
        make_organization(make_user(verified=False))


def test_an_owner_adds_a_member_who_is_told() -> None:
    owner, user = make_user(), make_user()
    organization = make_organization(owner)
    services.add_member(actor=owner, organization=organization, user=user, role="member")
    assert organizations_of(user).exists()
    message = Notification.objects.get(recipient=user)
    assert organization.name in message.subject
    with pytest.raises(Refused, match="a member already"):
        services.add_member(actor=owner, organization=organization, user=user, role="owner")


@pytest.mark.parametrize("role", ["custodian", "signing_official", "member"])
def test_only_owners_add_members(role: str) -> None:
    organization, other = make_organization(), make_user()
    services.add_member(actor=None, organization=organization, user=other, role=role)
    for actor in (other, make_user(is_staff=True, is_superuser=True)):
        with pytest.raises(Refused, match="Only an owner"):
            services.add_member(
                actor=actor, organization=organization, user=make_user(), role="member"
            )


def test_members_must_be_known_and_have_a_known_role() -> None:
    owner = make_user()
    organization = make_organization(owner)
    for user in (make_user(verified=False), make_user(is_active=False)):
        with pytest.raises(Refused, match="confirmed e-mail"):
            services.add_member(actor=owner, organization=organization, user=user, role="member")
    with pytest.raises(Refused, match="no such role"):
        services.add_member(
            actor=owner, organization=organization, user=make_user(), role="emperor"
        )


def test_a_membership_ends_for_a_reason_and_can_begin_anew() -> None:
    owner, user = make_user(), make_user()
    organization = make_organization(owner, members=(user,))
    place = membership(organization, user)
    with pytest.raises(Refused, match="The reason"):
        services.end_membership(actor=owner, membership=place, reason=" ")
    services.end_membership(actor=owner, membership=place, reason="Left the lab.")
    assert not organizations_of(user).exists()
    assert "Left the lab." in Notification.objects.filter(recipient=user).latest("id").body
    assert timeline(organization)[0].reason == "Left the lab."
    with pytest.raises(Refused, match="ended already"):
        services.end_membership(actor=owner, membership=place, reason="Again.")
    services.add_member(actor=owner, organization=organization, user=user, role="custodian")
    assert Membership.objects.filter(user=user).count() == 2


def test_a_member_may_leave_but_not_send_others_away() -> None:
    owner, first, second = make_user(), make_user(), make_user()
    organization = make_organization(owner, members=(first, second))
    with pytest.raises(Refused, match="Only the member"):
        services.end_membership(
            actor=first, membership=membership(organization, second), reason="Because."
        )
    services.end_membership(
        actor=first, membership=membership(organization, first), reason="A new job."
    )
    assert not organizations_of(first).exists()


def test_the_last_owner_stays_until_there_is_another() -> None:
    owner, other = make_user(), make_user()
    organization = make_organization(owner)
    place = membership(organization, owner)
    with pytest.raises(Refused, match="no owner"):
        services.end_membership(actor=owner, membership=place, reason="Leaving.")
    services.add_member(actor=owner, organization=organization, user=other, role="owner")
    services.end_membership(actor=owner, membership=place, reason="Leaving.")
    with pytest.raises(Refused, match="no owner"):
        services.end_membership(
            actor=other, membership=membership(organization, other), reason="Leaving."
        )


# Pages


def test_registering_by_the_page(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    assert (
        "You belong to no organisation"
        in client.get(reverse("account_organizations")).content.decode()
    )
    answer = client.post(
        reverse("account_organization_create"), {"name": "Labs", "country": "DE", "domain": ""}
    )
    assert answer.headers["Location"] == reverse("account_organization", args=["labs"])
    assert "Labs" in client.get(reverse("account_organizations")).content.decode()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": ""}, "Enter the legal name"),
        ({"name": "x" * 100_000}, "at most 200 characters"),
        ({"name": "a\x00b"}, "Null characters are not allowed"),
        ({"name": "a\x1bb"}, "cannot be seen"),
        ({"country": "Germany"}, "Select a valid choice"),
        ({"country": "D\x00"}, "Select a valid choice"),
        ({"domain": "a\x00b.org"}, "Null characters are not allowed"),
        ({"domain": "not a domain"}, "must look like example.org"),
    ],
)
def test_a_wrong_form_says_what_is_wrong(client: Client, change: dict[str, str], why: str) -> None:
    client.force_login(make_user())
    wanted = {"name": "Labs", "country": "DE", "domain": ""} | change
    page = client.post(reverse("account_organization_create"), wanted)
    assert page.status_code == 200
    assert why in page.content.decode()
    assert not Organization.objects.exists()


def test_an_owner_invites_by_the_page(client: Client) -> None:
    owner = make_user()
    organization = make_organization(owner)
    client.force_login(owner)
    url = reverse("account_organization", args=[organization.slug])
    answer = client.post(url, {"email": "ADA@example.org", "role": "member"}, follow=True)
    assert "on its way to ADA@example.org" in answer.content.decode()
    assert organization.invitations.get().address == "ada@example.org"
    again = client.post(url, {"email": "ada@example.org", "role": "member"})
    assert "invited already" in again.content.decode()


@pytest.mark.parametrize(
    ("email", "role", "why"),
    [
        ("nonsense", "member", "Enter a valid email address"),
        ("a\x00@example.org", "member", "Null characters are not allowed"),
        ("a" * 300 + "@example.org", "member", "at most 254 characters"),
        ("", "member", "Enter the e-mail address"),
        ("ada@example.org", "emperor", "Select a valid choice"),
        ("olga@example.org", "member", "a member already"),
    ],
)
def test_a_wrong_invitation_is_explained(client: Client, email: str, role: str, why: str) -> None:
    owner = make_user(email="olga@example.org")
    organization = make_organization(owner)
    client.force_login(owner)
    url = reverse("account_organization", args=[organization.slug])
    page = client.post(url, {"email": email, "role": role})
    assert page.status_code == 200
    assert why in page.content.decode()
    assert not organization.invitations.exists()


def test_a_member_sees_the_members_but_cannot_add_any(client: Client) -> None:
    owner, user = make_user(full_name="Olga Owner"), make_user()
    organization = make_organization(owner, members=(user,))
    client.force_login(user)
    url = reverse("account_organization", args=[organization.slug])
    page = client.get(url).content.decode()
    assert "Olga Owner" in page
    assert "Invite a member" not in page
    assert client.post(url, {"email": owner.email, "role": "member"}).status_code == 409


def test_an_organisation_does_not_exist_for_strangers(client: Client) -> None:
    owner, past = make_user(), make_user()
    organization = make_organization(owner, members=(past,))
    place = membership(organization, past)
    services.end_membership(actor=owner, membership=place, reason="Left.")
    urls = [
        reverse("account_organization", args=[organization.slug]),
        reverse("account_membership_end", args=[membership(organization, owner).pk]),
        reverse("account_membership_end", args=[place.pk]),
        reverse("account_membership_end", args=[10**30]),
        reverse("account_organization", args=["x" * 3000]),
    ]
    for user in (past, make_user(is_staff=True, is_superuser=True)):
        client.force_login(user)
        for url in urls:
            assert client.get(url).status_code == 404
            assert client.post(url, {"reason": "x"}).status_code == 404


def test_a_membership_ends_by_the_page_after_a_question(client: Client) -> None:
    owner, user = make_user(), make_user(full_name="Ada Lovelace")
    organization = make_organization(owner, members=(user,))
    client.force_login(owner)
    url = reverse("account_membership_end", args=[membership(organization, user).pk])
    page = client.get(url).content.decode()
    assert "End the membership of Ada Lovelace?" in page
    assert "ends for this person at once" in page
    for reason, why in (("", "Give a reason"), ("a\x00b", "Null characters")):
        assert why in client.post(url, {"reason": reason}).content.decode()
    assert organizations_of(user).exists()
    answer = client.post(url, {"reason": "Left the lab."})
    assert answer.headers["Location"] == reverse("account_organization", args=[organization.slug])
    assert not organizations_of(user).exists()


def test_the_last_owner_is_told_why_they_cannot_leave(client: Client) -> None:
    owner = make_user()
    organization = make_organization(owner)
    client.force_login(owner)
    url = reverse("account_membership_end", args=[membership(organization, owner).pk])
    page = client.post(url, {"reason": "Leaving."})
    assert page.status_code == 200
    assert "Add another owner first" in page.content.decode()
    assert organizations_of(owner).exists()

"""What an organisation says of itself, and what a change of it sets off."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.models import Clearance, FormerName, Membership, Notification, Organization, User
from accounts.selectors import settled_tier, tier_of_organization
from accounts.services import Particulars
from audit.selectors import timeline
from common.errors import Refused
from tests.factories import make_clearance, make_organization, make_user, verify_domain

pytestmark = pytest.mark.django_db


def said_by(organization: Organization) -> Particulars:
    organization.refresh_from_db()
    return Particulars(
        name=organization.name,
        country=organization.country,
        domain=organization.domain,
        parent=organization.parent,
        registry_kind=organization.registry_kind,
        registry_id=organization.registry_id,
    )


def change(actor: User, organization: Organization, **fields: object) -> list[Clearance.Change]:
    wanted = replace(said_by(organization), **fields)  # type: ignore[arg-type]
    return services.change_organization(actor=actor, organization=organization, particulars=wanted)


def test_a_new_name_is_taken_and_the_former_one_kept() -> None:
    owner, other = make_user(), make_user()
    organization = make_organization(owner, name="Labs")
    services.add_member(actor=owner, organization=organization, user=other, role="owner")
    change(owner, organization, name="Laboratories", registry_kind="ror", registry_id="05dxps055")
    organization.refresh_from_db()
    assert (organization.name, organization.slug) == ("Laboratories", "labs")
    assert organization.registry_id == "https://ror.org/05dxps055"
    assert [former.name for former in organization.former_names.all()] == ["Labs"]
    assert timeline(organization)[0].words == "changed the organisation's particulars"
    assert "particulars" in Notification.objects.filter(recipient=other).latest("pk").subject


def test_saying_the_same_again_changes_nothing() -> None:
    owner = make_user()
    organization = make_organization(owner)
    make_clearance(organization=organization)
    before = len(timeline(organization))
    assert change(owner, organization) == []
    assert len(timeline(organization)) == before
    assert settled_tier(organization, timezone.now()) == 2


def test_former_names_are_never_edited() -> None:
    owner = make_user()
    organization = make_organization(owner, name="Labs")
    change(owner, organization, name="Laboratories")
    with pytest.raises(Exception, match="never edited"), transaction.atomic():
        FormerName.objects.update(name="Nothing")


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"country": "FR"}, False),
        ({"name": "Another name"}, True),
        ({"domain": "other.example"}, True),
    ],
)
def test_what_vetting_stood_on_reopens_the_clearance(fields: dict[str, str], counts: bool) -> None:
    owner = make_user()
    organization = make_organization(owner, domain="labs.example")
    clearance = make_clearance(organization=organization)
    assert change(owner, organization, **fields) == [Clearance.Change(next(iter(fields)))]
    now = timezone.now()
    assert settled_tier(organization, now) == 0
    assert tier_of_organization(organization, now) == (2 if counts else 0)
    assert tier_of_organization(organization, now + timedelta(days=31)) == 0
    clearance.refresh_from_db()
    assert clearance.reopened_for == next(iter(fields))
    message = Notification.objects.filter(recipient=owner).latest("pk")
    assert "must be renewed" in message.subject
    assert ("goes on for 30 days" if counts else "has stopped") in message.body


def test_another_parent_reopens_and_a_later_change_shortens_the_grace() -> None:
    owner = make_user()
    organization, parent = make_organization(owner), make_organization(owner)
    make_clearance(organization=organization)
    change(owner, organization, name="A new name")
    assert tier_of_organization(organization, timezone.now()) == 2
    change(owner, organization, parent=parent)
    assert tier_of_organization(organization, timezone.now()) == 0
    clearance = Clearance.objects.get()
    change(owner, organization, name="Yet another")
    former = clearance.counts_until
    clearance.refresh_from_db()
    assert clearance.counts_until == former


def test_a_number_in_a_register_reopens_nothing() -> None:
    owner = make_user()
    organization = make_organization(owner)
    make_clearance(organization=organization)
    change(owner, organization, registry_kind="Companies House", registry_id="0123")
    assert settled_tier(organization, timezone.now()) == 2


def test_a_new_domain_must_be_verified_anew() -> None:
    owner = make_user()
    organization = verify_domain(owner, make_organization(owner, domain="labs.example"))
    assert organization.domain_verified_until is not None
    change(owner, organization, domain="other.example")
    organization.refresh_from_db()
    assert organization.domain_verified_until is None


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": " "}, "legal name"),
        ({"country": "XX"}, "two-letter"),
        ({"domain": "gmail.com"}, "to anyone"),
        ({"domain": "no domain"}, "must look like"),
        ({"registry_kind": "LEI"}, "number in the register"),
        ({"registry_id": "123"}, "The register"),
        ({"registry_kind": "LEI", "registry_id": "123"}, "An LEI has"),
        ({"registry_kind": "x" * 41, "registry_id": "1"}, "41 characters"),
    ],
)
def test_wrong_particulars_change_nothing(fields: dict[str, str], why: str) -> None:
    owner = make_user()
    organization = make_organization(owner)
    before = said_by(organization)
    with pytest.raises(Refused, match=why):
        change(owner, organization, **fields)
    assert said_by(organization) == before


def test_only_live_owners_change_particulars() -> None:
    owner, member = make_user(), make_user()
    organization = make_organization(owner, members=(member,))
    for actor in (member, make_user(is_staff=True, is_superuser=True)):
        with pytest.raises(Refused, match="Only an owner"):
            change(actor, organization, name="Mine now")


def test_parents_form_no_circle() -> None:
    owner = make_user()
    first, second, third = (make_organization(owner) for _number in range(3))
    change(owner, first, parent=second)
    change(owner, second, parent=third)
    with pytest.raises(Refused, match="stands below it"):
        change(owner, third, parent=first)
    with pytest.raises(Refused, match="stands below it"):
        change(owner, third, parent=third)
    with pytest.raises(IntegrityError, match="not_its_own_parent"), transaction.atomic():
        Organization.objects.filter(pk=third.pk).update(parent=third)


def test_a_parent_is_chosen_among_ones_own_organisations() -> None:
    owner = make_user()
    organization, strange = make_organization(owner), make_organization()
    with pytest.raises(Refused, match="where you belong"):
        change(owner, organization, parent=strange)
    # What stands may stand, also for an owner who does not belong to it.
    Organization.objects.filter(pk=organization.pk).update(parent=strange)
    change(owner, organization, name="A new name")


def test_the_database_keeps_domain_and_register_whole() -> None:
    organization = make_organization()
    found = Organization.objects.filter(pk=organization.pk)
    for wrong in (
        {"registry_kind": "LEI"},
        {"domain_verified_at": timezone.now()},
        {
            "domain_verified_at": timezone.now(),
            "domain_verified_until": timezone.now(),
            "domain_mailbox": "personal",
        },
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            found.update(**wrong)
    assert connection.is_usable()


# Pages


def test_an_owner_changes_the_particulars_by_the_page(client: Client) -> None:
    owner = make_user()
    organization = make_organization(owner, name="Labs")
    make_clearance(organization=organization)
    client.force_login(owner)
    url = reverse("account_organization_edit", args=[organization.slug])
    assert "stops the access" in client.get(url).content.decode()
    wrong = client.post(url, {"name": "Labs", "country": "FR", "registry_id": "12"})
    assert "Say which register" in wrong.content.decode()
    done = client.post(url, {"name": "Laboratories", "country": "FR"}, follow=True)
    page = done.content.decode()
    assert "Vetting has to look at what changed" in page
    assert "Former names" in page
    assert "Labs" in page
    assert settled_tier(organization, timezone.now()) == 0


def test_only_owners_find_the_pages_of_owners(client: Client) -> None:
    owner, member = make_user(), make_user()
    organization = make_organization(owner, members=(member,))
    place = Membership.objects.get(user=owner)
    urls = [
        reverse("account_organization_edit", args=[organization.slug]),
        reverse("account_organization_domain", args=[organization.slug]),
        reverse("account_membership_role", args=[place.pk]),
    ]
    for user in (member, make_user()):
        client.force_login(user)
        assert [client.get(url).status_code for url in urls] == [404] * 3

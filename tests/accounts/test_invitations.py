"""Invitations into an organisation."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.models import Invitation, Membership, Notification, Organization, User
from accounts.services.invitations import MOST_OPEN
from audit.models import Event
from common.errors import Refused
from tests.factories import mailed_secret, make_organization, make_user, verify_domain

pytestmark = pytest.mark.django_db
KIND = "accounts.invitation"


def invite(
    owner: User, organization: Organization, address: str = "ada@example.org", role: str = "member"
) -> tuple[Invitation, str]:
    invitation = services.invite_member(
        actor=owner, organization=organization, address=address, role=role
    )
    return invitation, reverse("account_invitation_open", args=[mailed_secret(KIND)])


def test_somebody_without_an_account_signs_up_and_lands_in_the_organisation(
    client: Client,
) -> None:
    owner = make_user()
    organization = make_organization(owner, name="Labs")
    invitation, link = invite(owner, organization)
    page = client.get(link).content.decode()
    assert "You are invited to join Labs" in page
    assert "Make an account" in page
    sign_up = client.post(link)
    assert sign_up.headers["Location"].startswith(reverse("account_signup"))
    # The secret stands in no further address.
    assert link.split("/")[-2] not in sign_up.headers["Location"]
    data = {
        "full_name": "Ada Lovelace",
        "email": "ada@example.org",
        "password1": "analytical engine 1843",
        "password2": "analytical engine 1843",
        "next": reverse("account_invitation", args=[invitation.public_id]),
    }
    landed = client.post(reverse("account_signup"), data, follow=True)
    assert "Join Labs?" in landed.content.decode()
    joined = client.post(reverse("account_invitation", args=[invitation.public_id]), follow=True)
    assert "You are a member of Labs now" in joined.content.decode()
    place = Membership.objects.get(user__email="ada@example.org")
    assert place.role == "member"
    invitation.refresh_from_db()
    assert invitation.accepted_by == place.user
    assert invitation.address == ""
    assert "joined Labs" in Notification.objects.filter(recipient=owner).latest("pk").subject
    assert client.get(link).status_code == 404


def test_to_open_a_link_changes_nothing(client: Client) -> None:
    owner = make_user()
    organization = make_organization(owner)
    make_user(email="ada@example.org")
    _invitation, link = invite(owner, organization)
    events = Event.objects.count()
    for _time in range(2):
        page = client.get(link)
        assert page.status_code == 200
        assert "no-store" in page.headers["Cache-Control"]
        assert "noindex" in page.headers["X-Robots-Tag"]
    assert "There is an account with this address" in page.content.decode()
    assert organization.memberships.count() == 1
    assert Event.objects.count() == events


def test_whoever_is_signed_in_with_the_address_goes_straight_there(client: Client) -> None:
    owner, ada = make_user(), make_user(email="ada@example.org")
    organization = make_organization(owner)
    invitation, link = invite(owner, organization, "ADA@example.org")
    client.force_login(ada)
    target = reverse("account_invitation", args=[invitation.public_id])
    assert client.get(link).headers["Location"] == target
    listed = client.get(reverse("account_organizations")).content.decode()
    assert target in listed


def test_another_account_neither_finds_nor_takes_it(client: Client) -> None:
    owner, other = make_user(), make_user()
    organization = make_organization(owner)
    invitation, link = invite(owner, organization)
    client.force_login(other)
    assert "You are signed in as" in client.get(link).content.decode()
    url = reverse("account_invitation", args=[invitation.public_id])
    assert client.get(url).status_code == 404
    assert client.post(url).status_code == 404
    with pytest.raises(Refused, match="another address"):
        services.accept_invitation(actor=other, invitation=invitation)
    unconfirmed = make_user(email="ada@example.org", verified=False)
    with pytest.raises(Refused, match="another address"):
        services.accept_invitation(actor=unconfirmed, invitation=invitation)


@pytest.mark.parametrize("way", ["used", "revoked", "expired", "resent", "former owner"])
def test_an_invitation_that_ended_takes_nobody_in(client: Client, way: str) -> None:
    owner, second, ada = make_user(), make_user(), make_user(email="ada@example.org")
    organization = make_organization(owner)
    services.add_member(actor=owner, organization=organization, user=second, role="owner")
    invitation, link = invite(owner, organization)
    if way == "used":
        services.accept_invitation(actor=ada, invitation=invitation)
    elif way == "revoked":
        services.revoke_invitation(actor=second, invitation=invitation)
    elif way == "expired":
        Invitation.objects.update(expires_at=timezone.now())
    elif way == "resent":
        Invitation.objects.update(sent_at=timezone.now() - timedelta(hours=1))
        services.resend_invitation(actor=owner, invitation=invitation)
    else:
        services.end_membership(
            actor=owner, membership=Membership.objects.get(user=owner), reason="Left."
        )
    if way != "former owner":
        assert client.get(link).status_code == 404
    if way != "resent":
        with pytest.raises(Refused):
            services.accept_invitation(actor=ada, invitation=invitation)
        assert organization.memberships.filter(user=ada).count() == (way == "used")


def test_the_secret_is_kept_nowhere_but_in_the_mail() -> None:
    owner = make_user()
    invitation, _link = invite(owner, make_organization(owner))
    secret = mailed_secret(KIND)
    message = Notification.objects.get(kind=KIND)
    assert not message.in_inbox
    assert secret not in str(vars(invitation))
    services.send_notification(notification_id=message.pk)
    message.refresh_from_db()
    assert message.body == ""


def test_an_address_has_one_open_invitation() -> None:
    owner = make_user()
    organization = make_organization(owner)
    invitation, _link = invite(owner, organization)
    with pytest.raises(Refused, match="invited already"):
        invite(owner, organization, "Ada@Example.org")
    with pytest.raises(Refused, match="a moment ago"):
        services.resend_invitation(actor=owner, invitation=invitation)
    services.revoke_invitation(actor=owner, invitation=invitation)
    invite(owner, organization)
    with pytest.raises(Refused, match="taken back"):
        services.revoke_invitation(actor=owner, invitation=invitation)


def test_invitations_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_OPEN == 200
    monkeypatch.setattr("accounts.services.invitations.MOST_OPEN", 2)
    owner = make_user()
    organization = make_organization(owner)
    for number in range(2):
        invite(owner, organization, f"a{number}@example.org")
    with pytest.raises(Refused, match="Too many"):
        invite(owner, organization, "b@example.org")


@pytest.mark.parametrize(
    ("address", "role", "why"),
    [
        ("nonsense", "member", "not an e-mail address"),
        ("a@b.example\nBcc: x@y.example", "member", "not an e-mail address"),
        ("ada@example.org", "emperor", "no such role"),
    ],
)
def test_wrong_invitations_are_refused(address: str, role: str, why: str) -> None:
    owner = make_user()
    with pytest.raises(Refused, match=why):
        services.invite_member(
            actor=owner, organization=make_organization(owner), address=address, role=role
        )


def test_only_owners_invite_resend_and_revoke(client: Client) -> None:
    owner, member = make_user(), make_user()
    organization = make_organization(owner, members=(member,))
    invitation, _link = invite(owner, organization)
    for actor in (member, make_user(is_superuser=True, is_staff=True)):
        with pytest.raises(Refused, match="Only an owner"):
            invite(actor, organization, "b@example.org")
        client.force_login(actor)
        for act in ("resend", "revoke"):
            url = reverse(f"account_invitation_{act}", args=[invitation.public_id])
            assert client.post(url).status_code == 404
    client.force_login(owner)
    revoke = reverse("account_invitation_revoke", args=[invitation.public_id])
    assert "taken back" in client.post(revoke, follow=True).content.decode()


def test_long_expired_invitations_are_forgotten() -> None:
    owner = make_user()
    invitation, _link = invite(owner, make_organization(owner))
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=29))
    services.forget_old_invitations()
    invitation.refresh_from_db()
    assert invitation.address
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=31))
    services.forget_old_invitations()
    invitation.refresh_from_db()
    assert (invitation.address, invitation.revoked_at is None) == ("", False)


def test_an_erased_person_leaves_no_open_invitation() -> None:
    owner, ada = make_user(), make_user(email="ada@example.org")
    invitation, _link = invite(owner, make_organization(owner))
    services.erase_person(actor=None, user=ada, reason="They asked.")
    invitation.refresh_from_db()
    assert invitation.address == ""
    assert invitation.revoked_at is not None


def test_an_address_at_the_verified_domain_proves_the_place() -> None:
    owner = make_user()
    organization = verify_domain(owner, make_organization(owner, domain="labs.example"))
    places = {}
    for address in ("ada@labs.example", "bob@elsewhere.example"):
        user = make_user(email=address)
        invitation, _link = invite(owner, organization, address)
        places[address] = services.accept_invitation(actor=user, invitation=invitation)
    now = timezone.now()
    near, far = (places[a].affiliation_until for a in sorted(places, reverse=True))
    assert near is not None
    assert far is not None
    assert near - now < timedelta(days=61)
    assert far - now > timedelta(days=300)


def test_whoever_knocks_too_often_has_to_wait(client: Client) -> None:
    cache.clear()
    url = reverse("account_invitation_open", args=["x" * 20])
    codes = [client.get(url).status_code for _time in range(62)]
    assert codes[:60] == [404] * 60
    assert codes[60:] == [429] * 2
    assert client.get(url, REMOTE_ADDR="192.0.2.77").status_code == 404

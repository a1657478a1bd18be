"""Accounts: made, renamed, erased."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Membership, Notification, PersonalToken, User
from accounts.selectors import is_email_verified, token_for_secret
from audit.models import Event, Subject
from audit.selectors import labels, timeline
from common.errors import Refused
from tests.factories import make_organization, make_token, make_user

pytestmark = pytest.mark.django_db


def test_a_user_has_an_address_a_subject_and_an_event() -> None:
    user = make_user(email="Ada@Example.ORG", full_name="Ada Lovelace")
    assert user.email == "ada@example.org"
    assert is_email_verified(user)
    assert labels([user.pseudonym]) == {user.pseudonym: "Ada Lovelace"}
    assert [entry.action for entry in timeline(user)] == ["user.created"]


def test_an_address_serves_one_account_whatever_its_case() -> None:
    make_user(email="ada@example.org")
    with pytest.raises(Refused, match="exists already"):
        make_user(email="ADA@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="Ada@Example.org", full_name="Another")])


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "a@b", "ada@exa mple.org", "a" * 300 + "@b.c"]
)
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(Refused, match="not an e-mail address"):
        services.create_user(actor=None, email=email, full_name="Ada")
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "Ada\x00", "Ada\nBcc: x", "x" * 151, "Ada\u202e"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="The name"):
        services.create_user(actor=None, email="ada@example.org", full_name=name)
    assert not Subject.objects.exists()


def test_createsuperuser_makes_an_operator_who_can_sign_in(client: Client) -> None:
    call_command(
        "createsuperuser", "--noinput", email="root@example.org", full_name="Root", verbosity=0
    )
    user = User.objects.get(email="root@example.org")
    assert user.is_staff
    assert user.is_superuser
    assert is_email_verified(user)
    assert Subject.objects.filter(pk=user.pseudonym).exists()


def test_a_new_name_is_what_history_shows_too() -> None:
    user = make_user(full_name="Ada Byron")
    services.change_profile(actor=user, user=user, full_name=" Ada  Lovelace ")
    user.refresh_from_db()
    assert user.full_name == "Ada Lovelace"
    assert timeline(user)[0].actor == "Ada Lovelace"
    assert "Byron" not in str(list(Event.objects.values()))


def test_nobody_changes_the_profile_of_somebody_else() -> None:
    with pytest.raises(Refused, match="Only you"):
        services.change_profile(actor=make_user(), user=make_user(), full_name="Eve")


def test_erasing_takes_what_tells_who_it_was(client: Client) -> None:
    user = make_user(email="ada@example.org", full_name="Ada Lovelace", password="pw")
    organization = make_organization(user, name="Analytical Engines")
    _, secret = make_token(user, name="Ada's laptop")
    EmailAddress.objects.create(user=user, email="ada.private@example.net", verified=True)
    services.mail_secret(
        address="ada.private@example.net", recipient=None, kind="x", subject="s", body="link"
    )
    client.force_login(user)
    session_key = client.session.session_key
    before = Event.objects.count()

    services.erase_person(actor=None, user=user, reason="Asked for it.")

    user.refresh_from_db()
    assert user.email == f"erased+{user.pseudonym}@invalid"
    assert (user.full_name, user.is_active, user.last_login) == ("", False, None)
    assert not user.has_usable_password()
    assert str(user) == "an erased person"
    assert token_for_secret(secret) is None
    assert not Membership.objects.filter(user=user, ended_at__isnull=True).exists()
    assert not EmailAddress.objects.filter(user=user).exists()
    assert not Session.objects.filter(session_key=session_key).exists()
    assert not Subject.objects.filter(pk=user.pseudonym).exists()
    assert Event.objects.count() == before + 1
    everything = str(
        [
            list(rows)
            for rows in (
                User.objects.values(),
                Notification.objects.values(),
                PersonalToken.objects.values(),
                Event.objects.values(),
                EmailAddress.objects.values(),
            )
        ]
    )
    for trace in ("Ada", "Lovelace", "ada@", "ada.private", "laptop"):
        assert trace not in everything
    entry = timeline(user)[-1]
    assert entry.actor in {"The portal", "an erased person"}
    assert organization.memberships.count() == 1


def test_the_pages_of_others_still_work_after_an_erasure(client: Client) -> None:
    owner, member = make_user(), make_user(full_name="Ada Lovelace")
    organization = make_organization(owner, members=(member,))
    services.erase_person(actor=None, user=member, reason="Asked for it.")
    client.force_login(owner)
    page = client.get(reverse("account_organization", args=[organization.slug]))
    assert page.status_code == 200
    assert "Lovelace" not in page.content.decode()
    assert [entry.actor for entry in timeline(organization)] == ["The portal", str(owner)]


def test_an_erased_person_is_signed_out_and_cannot_come_back(client: Client) -> None:
    user = make_user(email="ada@example.org", password="a long password")
    client.force_login(user)
    services.erase_person(actor=None, user=user, reason="Asked for it.")
    assert client.get(reverse("account_home")).status_code == 302
    with pytest.raises(Refused, match="erased already"):
        services.erase_person(actor=None, user=user, reason="Again.")


def test_the_address_of_an_erased_person_is_free_again() -> None:
    user = make_user(email="ada@example.org")
    services.erase_person(actor=None, user=user, reason="Asked for it.")
    assert make_user(email="ada@example.org").pk != user.pk


@pytest.mark.django_db(transaction=True)
def test_mail_owed_to_an_erased_person_is_not_sent(mailoutbox: list[object]) -> None:
    user = make_user()
    with transaction.atomic():
        services.notify(recipient=user, kind="x", subject="Hello", body="Words")
        services.erase_person(actor=None, user=user, reason="Asked for it.")
    services.send_owed_notifications()
    assert mailoutbox == []
    assert services.notify(recipient=user, kind="x", subject="Hello", body="Words") is None or (
        not User.objects.get(pk=user.pk).is_active
    )


def test_the_command_erases_and_says_what_stands(capsys: pytest.CaptureFixture[str]) -> None:
    make_user(email="ada@example.org")
    call_command("erase_person", "ADA@example.org", reason="Asked for it.")
    assert "under a pseudonym" in capsys.readouterr().out
    assert not User.objects.filter(email="ada@example.org").exists()


@pytest.mark.parametrize(
    ("email", "reason", "why"),
    [
        ("nobody@example.org", "x", "There is no account"),
        ("ada@example.org", "", "reason"),
        ("ada@example.org", "a\x00b", "cannot be seen"),
        ("ada@example.org", "x" * 2001, "2001 characters"),
        ("x" * 5000, "x", "There is no account"),
    ],
)
def test_the_command_refuses_in_a_sentence(email: str, reason: str, why: str) -> None:
    user = make_user(email="ada@example.org", full_name="Ada")
    with pytest.raises(CommandError, match=why):
        call_command("erase_person", email, reason=reason)
    user.refresh_from_db()
    assert user.full_name == "Ada"

"""Signing up, confirming the address, signing in, and a new password, as a browser does it."""

import re
from functools import partial
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from accounts.models import Notification, User
from audit.models import Subject
from audit.selectors import timeline
from tests.factories import make_user
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a long and unusual phrase 7"


@pytest.fixture(autouse=True)
def no_attempts_yet(transactional_db: None) -> None:
    """Forget what the rate limits counted: the cache's table is not emptied between tests."""
    cache.clear()


def form(**change: str) -> dict[str, str]:
    return {
        "full_name": "Ada Lovelace",
        "email": "ada@example.org",
        "password1": PASSWORD,
        "password2": PASSWORD,
    } | change


def link_in(message: EmailMessage) -> str:
    found = re.search(r"https?://[^/]+(/\S+)", str(message.body))
    assert found is not None
    return found[1]


def test_from_sign_up_to_signed_in(client: Client, mailoutbox: list[EmailMessage]) -> None:
    answer = client.post(reverse("account_signup"), form(email="Ada@Example.org"))
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    user = User.objects.get(email="ada@example.org")
    assert user.full_name == "Ada Lovelace"
    assert Subject.objects.filter(pk=user.pseudonym).exists()
    assert [(entry.actor, entry.words) for entry in timeline(user)] == [
        ("Ada Lovelace", "signed up")
    ]
    assert client.get(reverse("account_home")).status_code == 302

    # Without a confirmed address a sign-in leads to the same page and no further.
    credentials = {"login": "ada@example.org", "password": PASSWORD}
    answer = client.post(reverse("account_login"), credentials)
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    assert client.get(reverse("account_home")).status_code == 302

    (message,) = mailoutbox
    assert message.to == ["ada@example.org"]
    assert message.subject == "Confirm your e-mail address"
    row = Notification.objects.get()
    assert (row.body, row.in_inbox, row.recipient) == ("", False, user)
    assert str(row.message_id) in message.extra_headers["Message-ID"]
    link = link_in(message)
    # Opening the link confirms nothing: mail scanners open links too.
    assert client.get(link).status_code == 200
    assert not EmailAddress.objects.get(user=user).verified
    client.post(link)
    assert EmailAddress.objects.get(user=user).verified

    answer = client.post(reverse("account_login"), credentials)
    assert answer.status_code == 302
    assert client.get(reverse("account_home")).status_code == 200


def test_a_taken_address_looks_the_same_and_its_owner_is_told(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    make_user(email="ada@example.org")
    mailoutbox.clear()
    answer = client.post(reverse("account_signup"), form())
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    assert User.objects.count() == 1
    assert [message.subject for message in mailoutbox] == ["You have an account already"]


def test_two_sign_ups_at_once_make_one_account() -> None:
    def sign_up(email: str) -> int:
        return Client().post(reverse("account_signup"), form(email=email)).status_code

    for number in range(8):
        email = f"ada{number}@example.org"
        assert list(race(partial(sign_up, email), partial(sign_up, email))) == [302, 302]
        assert User.objects.filter(email=email).count() == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"full_name": ""}, "Enter your full name"),
        ({"full_name": "x" * 151}, "at most 150 characters"),
        ({"full_name": "Ada\x00"}, "Null characters are not allowed"),
        ({"full_name": "Ada\u202e"}, "cannot be seen"),
        ({"email": "ada"}, "Enter a valid email address"),
        ({"email": "a\x00da@example.org"}, "Null characters are not allowed"),
        ({"email": "a" * 400 + "@example.org"}, "Enter a valid email address"),
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password1": PASSWORD + "\x00"}, "Null characters are not allowed"),
        ({"password2": "another one entirely"}, "same password"),
    ],
)
def test_a_wrong_form_says_what_is_wrong(client: Client, change: dict[str, str], why: str) -> None:
    page = client.post(reverse("account_signup"), form(**change))
    assert page.status_code == 200
    assert why in page.content.decode()
    assert not User.objects.exists()
    assert not Subject.objects.exists()


@pytest.mark.parametrize(
    "credentials",
    [
        {"login": "ada@example.org", "password": "wrong"},
        {"login": "nobody@example.org", "password": PASSWORD},
        {"login": "ada\x00@example.org", "password": PASSWORD},
        {"login": "ada@example.org", "password": "\x00"},
        {"login": "x" * 100_000, "password": "y" * 100_000},
        {},
    ],
)
def test_a_wrong_sign_in_is_answered_on_the_form(
    client: Client, credentials: dict[str, Any]
) -> None:
    make_user(email="ada@example.org", password=PASSWORD)
    assert client.post(reverse("account_login"), credentials).status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_closed_account_cannot_sign_in(client: Client) -> None:
    make_user(email="ada@example.org", password=PASSWORD, is_active=False)
    client.post(reverse("account_login"), {"login": "ada@example.org", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_a_new_password_by_mail(client: Client, mailoutbox: list[EmailMessage]) -> None:
    user = make_user(email="ada@example.org", password="the old phrase 123")
    client.post(reverse("account_reset_password"), {"email": "ada@example.org"})
    (message,) = mailoutbox
    assert message.subject == "Choose a new password"
    assert Notification.objects.get().body == ""
    page = client.get(link_in(message), follow=True)
    url = page.redirect_chain[-1][0]
    client.post(url, {"password1": PASSWORD, "password2": PASSWORD})
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_an_unknown_address_gets_a_mail_that_says_so(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    answer = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert answer.status_code == 302
    assert [message.subject for message in mailoutbox] == ["You have no account here"]
    assert Notification.objects.get().recipient is None


def test_guessing_passwords_is_stopped(client: Client) -> None:
    make_user(email="ada@example.org", password=PASSWORD)
    for _ in range(12):
        page = client.post(
            reverse("account_login"), {"login": "ada@example.org", "password": "wrong"}
        )
    assert page.status_code == 429 or "Too many failed" in page.content.decode()
    client.post(reverse("account_login"), {"login": "ada@example.org", "password": PASSWORD})
    assert "_auth_user_id" not in client.session

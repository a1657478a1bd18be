"""Authenticator apps and recovery codes: set up, asked for, taken away, limited."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from accounts.models import Notification, User
from accounts.selectors import has_second_factor
from accounts.services import erase_person, forget_ended_sessions
from audit.selectors import timeline
from tests.factories import make_second_factor, make_user

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a long and unusual phrase 7"


@pytest.fixture(autouse=True)
def no_attempts_yet(transactional_db: None) -> None:
    cache.clear()


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def make_person() -> User:
    return make_user(email="ada@example.org", password=PASSWORD)


def sign_in(client: Client) -> Any:
    credentials = {"login": "ada@example.org", "password": PASSWORD}
    return client.post(reverse("account_login"), credentials)


def prove(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def test_an_app_is_set_up_after_the_password_and_gives_recovery_codes(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    user = make_person()
    client.force_login(user)
    answer = client.get(reverse("mfa_activate_totp"))
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    prove(client)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    found = re.search(r'<code class="typed secret">([A-Z2-7]+)</code>', page)
    assert found is not None
    assert "data:image/svg+xml" in page

    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert "This code is not right" in wrong.content.decode()
    assert not has_second_factor(user)

    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(found[1])})
    assert answer.headers["Location"] == reverse("mfa_view_recovery_codes")
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert page.count("<code") == 10
    assert has_second_factor(user)
    # The secret stands nowhere as it is.
    assert found[1] not in str(list(Authenticator.objects.values_list("data", flat=True)))
    assert [message.subject for message in mailoutbox] == [
        "An authenticator app was added",
        "New recovery codes were made",
    ][: len(mailoutbox)]
    assert "End all sessions" not in mailoutbox[0].body
    assert "127.0.0.1" not in str(mailoutbox[0].body)
    assert timeline(user)[0].words == "changed how they sign in"
    assert Notification.objects.filter(kind="account.totp_activated", in_inbox=True).exists()


def test_a_password_alone_signs_nobody_in_who_has_a_second_factor(client: Client) -> None:
    secret = make_second_factor(make_person())
    assert sign_in(client).headers["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("dashboard")).status_code == 302
    page = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "This code is not right" in page.content.decode()
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert client.get(reverse("dashboard")).status_code == 200


def test_a_code_opens_once(client: Client) -> None:
    secret = make_second_factor(make_person())
    code = code_of(secret)
    for browser in (client, Client()):
        sign_in(browser)
        browser.post(reverse("mfa_authenticate"), {"code": code})
    assert client.get(reverse("dashboard")).status_code == 200
    assert browser.get(reverse("dashboard")).status_code == 302


def test_a_recovery_code_opens_once(client: Client) -> None:
    user = make_person()
    make_second_factor(user)
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    for browser in (client, Client()):
        sign_in(browser)
        browser.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert client.get(reverse("dashboard")).status_code == 200
    assert browser.get(reverse("dashboard")).status_code == 302


def test_a_new_password_by_mail_does_not_go_round_the_second_factor(client: Client) -> None:
    user = make_person()
    make_second_factor(user)
    user.set_password("another long phrase 8")
    user.save()
    client.post(
        reverse("account_login"), {"login": user.email, "password": "another long phrase 8"}
    )
    assert client.get(reverse("dashboard")).status_code == 302


def test_guessing_codes_is_stopped(client: Client) -> None:
    secret = make_second_factor(make_person())
    sign_in(client)
    for _attempt in range(6):
        page = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Too many failed login attempts" in page.content.decode()
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert client.get(reverse("dashboard")).status_code == 302


def test_guessing_passwords_is_stopped_and_says_so(client: Client) -> None:
    make_person()
    for _attempt in range(6):
        page = client.post(
            reverse("account_login"), {"login": "ada@example.org", "password": "wrong"}
        )
    assert "Too many failed login attempts" in page.content.decode()
    sign_in(client)
    assert client.get(reverse("dashboard")).status_code == 302


@pytest.mark.parametrize(
    ("name", "most", "form"),
    [
        ("account_login", 30, {}),
        ("account_signup", 20, {}),
        ("account_reset_password", 20, {"email": "somebody%d@example.org"}),
    ],
)
def test_too_many_forms_from_one_address_are_answered_429(
    client: Client, name: str, most: int, form: dict[str, str]
) -> None:
    def send(number: int, address: str = "127.0.0.1") -> Any:
        filled = {field: value % number for field, value in form.items()}
        return client.post(reverse(name), filled, REMOTE_ADDR=address)

    for number in range(most):
        assert send(number).status_code in {200, 302}
    answer = send(most)
    assert answer.status_code == 429
    assert "There were too many attempts." in answer.content.decode()
    assert answer.headers["Retry-After"] == "60"
    # From another address all is as before, and reading is never limited.
    assert client.get(reverse(name)).status_code == 200
    assert send(most, "192.0.2.9").status_code in {200, 302}


def test_removing_the_app_asks_first_and_takes_the_codes_along(client: Client) -> None:
    user = make_person()
    make_second_factor(user)
    client.force_login(user)
    answer = client.post(reverse("mfa_deactivate_totp"))
    assert "reauthenticate" in answer.headers["Location"]
    assert has_second_factor(user)
    prove(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=user).exists()


def test_nobody_sees_or_removes_a_key_of_another(client: Client) -> None:
    other = make_user()
    key = Authenticator.objects.create(user=other, type="webauthn", data={"name": "Key"})
    client.force_login(make_person())
    prove(client)
    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        assert client.get(reverse(name, args=[key.pk])).status_code == 404
        assert client.post(reverse(name, args=[key.pk])).status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_the_account_page_says_what_is_on(client: Client) -> None:
    user = make_person()
    client.force_login(user)
    page = client.get(reverse("account_home")).content.decode()
    assert "Set one up" in page
    make_second_factor(user)
    page = client.get(reverse("account_home")).content.decode()
    assert "authenticator app" in page
    assert "See or renew them" in page


def test_sessions_are_listed_and_ended_elsewhere(client: Client) -> None:
    make_person()
    other = Client()
    sign_in(client)
    sign_in(other)
    page = client.get(reverse("usersessions_list")).content.decode()
    assert page.count("session-browser") == 2
    assert page.count("This browser") == 1
    client.post(reverse("usersessions_list"))
    assert client.get(reverse("dashboard")).status_code == 200
    assert other.get(reverse("dashboard")).status_code == 302
    assert UserSession.objects.count() == 1


def test_sessions_that_are_over_are_forgotten_with_their_addresses(client: Client) -> None:
    make_person()
    sign_in(client)
    assert forget_ended_sessions() == 0
    client.session.flush()
    assert forget_ended_sessions() == 1
    assert not UserSession.objects.exists()


def test_erasing_a_person_erases_how_they_signed_in(client: Client) -> None:
    user = make_person()
    sign_in(client)
    make_second_factor(user)
    erase_person(actor=None, user=user, reason="They asked for it.")
    assert not Authenticator.objects.filter(user=user).exists()
    assert not UserSession.objects.filter(user=user).exists()


def test_an_address_is_offered_to_be_added_only_where_it_can_be(client: Client) -> None:
    user = make_person()
    client.force_login(user)
    page = client.get(reverse("account_email")).content.decode()
    assert "Add address" in page
    # There is no other address to make the main one, and none to verify.
    assert 'name="action_primary"' not in page
    make_second_factor(user)
    page = client.get(reverse("account_email")).content.decode()
    assert "Add address" not in page
    assert "only while you have no second factor" in page


def test_sessions_are_told_apart_by_the_names_of_their_browsers() -> None:
    make_person()
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    client = Client(headers={"User-Agent": firefox})
    sign_in(client)
    page = client.get(reverse("usersessions_list")).content.decode()
    assert f'<span title="{firefox}">Firefox on Linux</span>' in page

"""Signing in with an account elsewhere, against a provider that issues real signed tokens."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from audit.models import Subject
from audit.selectors import timeline
from tests.accounts.oidc import Provider, running_provider
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)
START = "/accounts/oidc/sso/login/"
ADA = {"sub": "ada-1", "email": "ada@example.org", "email_verified": True, "name": "Ada Lovelace"}
PASSWORD = "a long and unusual phrase 7"


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(server: Provider, settings: Settings) -> Provider:
    cache.clear()
    server.claims, server.token_status, server.issuer = dict(ADA), 200, ""
    settings.SOCIALACCOUNT_PROVIDERS = server.settings()
    return server


def way_out(client: Client, **form: str) -> str:
    """Post the button and return where the page sends the browser."""
    page = client.post(START, form)
    found = re.search(r'<meta http-equiv="refresh" content="0;url=([^"]+)">', page.content.decode())
    assert found is not None
    return html.unescape(found[1])


def come_back(client: Client, **form: str) -> Any:
    """Go there, consent, and come back as a browser would."""
    there = requests.get(way_out(client, **form), allow_redirects=False, timeout=10)
    return client.get(there.headers["Location"].removeprefix("http://testserver"))


def test_nobody_is_offered_what_is_not_set_up(client: Client) -> None:
    assert "elsewhere" not in client.get(reverse("account_login")).content.decode()
    assert client.get(START).status_code == 404
    assert client.post(START).status_code == 404


def test_the_page_of_signing_in_names_the_provider(client: Client, provider: Provider) -> None:
    assert "Continue with Example University" in client.get("/accounts/login/").content.decode()
    # A link leads to a question: nobody is sent away by opening an address.
    assert "You leave this portal" in client.get(START).content.decode()
    assert way_out(client).startswith(f"{provider.url}/authorize?")


def test_from_the_provider_to_an_account_with_a_confirmed_address(
    client: Client, provider: Provider, mailoutbox: list[EmailMessage]
) -> None:
    answer = come_back(client)
    assert answer.headers["Location"] == reverse("socialaccount_signup")
    page = client.get(reverse("socialaccount_signup")).content.decode()
    assert 'value="Ada Lovelace"' in page
    assert 'value="ada@example.org"' in page
    form = {"full_name": "Ada Lovelace", "email": "ada@example.org"}
    answer = client.post(reverse("socialaccount_signup"), form)
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    user = User.objects.get(email="ada@example.org")
    assert not user.has_usable_password()
    assert Subject.objects.filter(pk=user.pseudonym).exists()
    assert [entry.words for entry in timeline(user)] == ["signed up"]
    # The provider's word for the address is not enough.
    assert not EmailAddress.objects.get(user=user).verified
    assert come_back(client).headers["Location"] == reverse("account_email_verification_sent")
    assert client.get(reverse("account_home")).status_code == 302

    found = re.search(r"https?://[^/]+(/accounts/confirm-email/\S+)", str(mailoutbox[0].body))
    assert found is not None
    client.post(found[1])
    assert come_back(Client()).headers["Location"] == reverse("dashboard")


def test_an_address_that_somebody_has_here_takes_nothing_over(
    client: Client, provider: Provider, mailoutbox: list[EmailMessage]
) -> None:
    owner = make_user(email="ada@example.org", password=PASSWORD)
    mailoutbox.clear()
    come_back(client)
    assert "_auth_user_id" not in client.session
    form = {"full_name": "Not Ada", "email": "ada@example.org"}
    answer = client.post(reverse("socialaccount_signup"), form)
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    assert "_auth_user_id" not in client.session
    assert not SocialAccount.objects.exists()
    assert User.objects.count() == 1
    assert [message.to for message in mailoutbox] == [[owner.email]]
    assert mailoutbox[0].subject == "You have an account already"


def test_linking_asks_who_one_is_and_is_recorded_and_told(
    client: Client, provider: Provider, mailoutbox: list[EmailMessage]
) -> None:
    user = make_user(email="owner@example.org", password=PASSWORD)
    client.force_login(user)
    answer = come_back(client, process="connect")
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert not SocialAccount.objects.exists()
    mailoutbox.clear()
    # What was begun goes on from there.
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    linked = SocialAccount.objects.get()
    assert (linked.user, linked.uid) == (user, "ada-1")
    assert [message.subject for message in mailoutbox] == ["An account elsewhere was linked"]
    assert timeline(user)[0].words == "changed how they sign in"
    assert "Example University" in client.get("/accounts/3rdparty/").content.decode()
    # The address of the other side is not one of the person's now.
    assert not EmailAddress.objects.filter(email="ada@example.org", verified=True).exists()

    stranger = Client()
    assert come_back(stranger).headers["Location"] == reverse("dashboard")
    assert stranger.session["_auth_user_id"] == str(user.pk)


def test_an_account_that_is_linked_to_another_is_not_moved(
    client: Client, provider: Provider
) -> None:
    other = make_user()
    SocialAccount.objects.create(user=other, provider="sso", uid="ada-1")
    user = make_user(password=PASSWORD)
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    come_back(client, process="connect")
    assert SocialAccount.objects.get().user == other


def test_the_last_way_in_cannot_be_removed(client: Client, provider: Provider) -> None:
    user = make_user()
    linked = SocialAccount.objects.create(user=user, provider="sso", uid="ada-1")
    client.force_login(user)
    page = client.post("/accounts/3rdparty/", {"account": linked.pk}).content.decode()
    assert "Choose a password first" in page
    assert SocialAccount.objects.exists()


@pytest.mark.parametrize("wrong", ["status", "issuer", "no subject"])
def test_a_provider_that_answers_wrongly_signs_nobody_in(
    client: Client, provider: Provider, wrong: str
) -> None:
    if wrong == "status":
        provider.token_status = 503
    elif wrong == "issuer":
        provider.issuer = "https://somebody.else.example"
    else:
        del provider.claims["sub"]
    answer = come_back(client)
    assert answer.status_code == 401
    assert "You are not signed in" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_callback_that_nobody_asked_for_signs_nobody_in(
    client: Client, provider: Provider
) -> None:
    answer = client.get(f"{START}callback/", {"code": "stolen", "state": "guessed"})
    assert answer.status_code == 401
    assert client.get(f"{START}callback/").status_code == 401


def test_who_cancels_there_reads_that_nothing_changed(client: Client, provider: Provider) -> None:
    target = way_out(client)
    state = re.search(r"state=([^&]+)", target)
    assert state is not None
    query = {"error": "access_denied", "state": state[1]}
    answer = client.get(f"{START}callback/", query, follow=True)
    assert "You stopped on the other side" in answer.content.decode()


def test_a_provider_that_cannot_be_reached_is_said_so(
    client: Client, provider: Provider, settings: Settings
) -> None:
    gone = provider.settings()
    gone["openid_connect"]["APPS"][0]["settings"]["server_url"] = "http://127.0.0.1:9"
    settings.SOCIALACCOUNT_PROVIDERS = gone
    answer = client.post(START)
    assert answer.status_code == 401
    assert "did not answer" in answer.content.decode()

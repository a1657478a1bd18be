"""Asking who somebody is once more: before what, and that nothing typed is lost."""

from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import PersonalToken, User
from tests.factories import make_user
from tests.signing_in import AGO, proven_client

pytestmark = pytest.mark.django_db
PASSWORD = "a long and unusual phrase 7"
NEW = "/account/tokens/new/"
FORM: dict[str, Any] = {"name": "laptop", "rights": ["weights"], "days": "30"}


@pytest.fixture(autouse=True)
def no_attempts_yet(db: None) -> None:
    cache.clear()


@pytest.fixture
def user() -> User:
    return make_user(password=PASSWORD)


def prove(client: Client, answer: Any) -> Any:
    """Give the password where the answer leads."""
    place = answer.headers["Location"]
    assert place.startswith(reverse("account_reauthenticate"))
    next_url = client.get(place).context["redirect_field_value"]
    return client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": next_url})


def test_it_is_asked_before_the_form_and_leads_back_to_it(client: Client, user: User) -> None:
    client.force_login(user)
    answer = prove(client, client.get(NEW))
    assert answer.headers["Location"] == NEW
    assert client.get(NEW).status_code == 200


def test_within_ten_minutes_it_is_asked_no_more(user: User) -> None:
    assert proven_client(user).get(NEW).status_code == 200
    assert proven_client(user, seconds_ago=590).post(NEW, FORM).status_code == 200
    assert proven_client(user, seconds_ago=610).get(NEW).status_code == 302


def test_a_form_that_is_sent_too_late_is_carried_out_after_the_proof(user: User) -> None:
    client = proven_client(user, seconds_ago=AGO)
    answer = client.post(NEW, FORM)
    assert not PersonalToken.objects.exists()
    page = prove(client, answer)
    assert page.status_code == 200
    assert PersonalToken.objects.get().name == "laptop"


def test_what_was_typed_stands_in_the_form_again_where_it_was_wrong(user: User) -> None:
    client = proven_client(user, seconds_ago=AGO)
    answer = client.post(f"{NEW}?from=here", FORM | {"rights": []})
    page = prove(client, answer).content.decode()
    assert 'value="laptop"' in page
    assert "There is a problem" in page
    # And it goes on from there to its own address.
    assert f'action="{NEW}?from=here"' in page


def test_a_wrong_password_carries_nothing_out(user: User) -> None:
    client = proven_client(user, seconds_ago=AGO)
    client.post(NEW, FORM)
    client.post(reverse("account_reauthenticate"), {"password": "wrong", "next": NEW})
    assert not PersonalToken.objects.exists()


def test_what_one_person_typed_is_not_carried_out_for_the_next(user: User) -> None:
    client = proven_client(user, seconds_ago=AGO)
    client.post(NEW, FORM)
    client.post(reverse("account_logout"))
    other = make_user(password=PASSWORD)
    client.force_login(other)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": NEW})
    assert not PersonalToken.objects.exists()


def test_whoever_signs_in_elsewhere_only_sets_up_a_way_first(client: Client) -> None:
    user = make_user()
    SocialAccount.objects.create(user=user, provider="sso", uid="1")
    client.force_login(user)
    answer = client.get(NEW, follow=True)
    assert "Choose a password or set up a passkey first." in answer.content.decode()
    client.post(NEW, FORM)
    assert not PersonalToken.objects.exists()


def test_the_anonymous_are_asked_to_sign_in(client: Client) -> None:
    assert client.get(NEW).headers["Location"].startswith(reverse("account_login"))

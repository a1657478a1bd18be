"""Asking who somebody is once more: before what, and that nothing typed is lost."""

import json
from typing import Any

import pytest
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.kept_forms import KEPT_SECONDS
from accounts.models import PersonalToken, User
from tests.factories import make_user
from tests.signing_in import AGO, proven_client
from tests.signing_in import prove as again

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


def test_what_waits_for_the_proof_is_sealed_in_the_session_and_gone_with_its_use(
    user: User,
) -> None:
    client = proven_client(user, seconds_ago=AGO)
    answer = client.post(NEW, FORM | {"name": "the name of a secret place"})

    def stored() -> str:
        (row,) = Session.objects.all()
        return json.dumps(row.get_decoded())

    kept = client.session[STATE_SESSION_KEY]
    assert set(kept) == {"sealed", "at"}
    assert "secret place" not in stored()
    assert str(client.session.session_key) not in stored()
    # Neither a look at the form nor a wrong password leaves it open.
    client.get(answer.headers["Location"])
    client.post(reverse("account_reauthenticate"), {"password": "wrong", "next": NEW})
    assert "secret place" not in stored()
    assert client.session[STATE_SESSION_KEY]["at"] == kept["at"]
    prove(client, answer)
    assert PersonalToken.objects.get().name == "the name of a secret place"
    assert STATE_SESSION_KEY not in client.session


def test_what_waited_for_more_than_a_quarter_of_an_hour_is_dropped_and_its_sender_told(
    user: User,
) -> None:
    client = proven_client(user, seconds_ago=AGO)
    client.post(NEW, FORM)
    wait(client)
    answer = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": NEW})
    page = client.get(answer.headers["Location"]).content.decode()
    assert "waited longer than 15 minutes" in page
    again(client, user, seconds_ago=AGO)
    client.post(NEW, FORM)
    wait(client)
    # Any page of the portal drops it.
    client.get(reverse("account_home"))
    assert STATE_SESSION_KEY not in client.session
    assert not PersonalToken.objects.exists()


def wait(client: Client) -> None:
    """Let more than a quarter of an hour pass over what the session keeps."""
    session = client.session
    session[STATE_SESSION_KEY]["at"] -= KEPT_SECONDS + 1
    session.save()


def test_what_is_kept_for_one_person_opens_for_nobody_else(user: User) -> None:
    client = proven_client(user, seconds_ago=AGO)
    client.post(NEW, FORM)
    other = make_user(password=PASSWORD)
    session = client.session
    thief = proven_client(other, seconds_ago=AGO)
    stolen = thief.session
    stolen[STATE_SESSION_KEY] = session[STATE_SESSION_KEY]
    stolen.save()
    given = {"password": PASSWORD, "next": NEW}
    assert thief.post(reverse("account_reauthenticate"), given).headers["Location"] == NEW
    assert not PersonalToken.objects.exists()


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

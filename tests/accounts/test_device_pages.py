"""The pages on which a person enters a device's code, sees who asks, and answers."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.models import DeviceSignIn, PersonalToken, User
from tests.factories import ask_for_codes, make_device, make_user, redeem

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
CODE_PAGE = "/account/device/"


@pytest.fixture
def user(client: Client) -> User:
    """Somebody who is signed in and can give a password."""
    user = make_user(password=PASSWORD)
    client.force_login(user)
    return user


def confirm_password(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def enter(client: Client, code: str) -> str:
    """Enter a code; return the address of the question."""
    answer = client.post(CODE_PAGE, {"code": code})
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_a_link_brings_the_code_along_and_nothing_happens_by_itself(
    client: Client, user: User
) -> None:
    codes = ask_for_codes()
    page = client.get(f"{CODE_PAGE}?code={codes.user_code}").content.decode()
    assert f'value="{codes.user_code}"' in page
    assert "Did somebody send you this link" in page
    assert DeviceSignIn.objects.get().seen_by is None


def test_who_is_not_signed_in_comes_back_with_the_code(client: Client) -> None:
    codes = ask_for_codes()
    answer = client.get(f"{CODE_PAGE}?code={codes.user_code}")
    assert answer.headers["Location"].endswith(f"?next=/account/device/%3Fcode%3D{codes.user_code}")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("", "Enter the code that your device shows"),
        ("BBBB-BBBB", "No device waits with this code"),
        ("no code at all", "No device waits with this code"),
        ("x" * 500, "at most 20 characters"),
        ("BCDF\x00GHJK", "Null characters are not allowed"),
    ],
)
def test_a_wrong_code_is_told_at_the_field(client: Client, user: User, code: str, why: str) -> None:
    page = client.post(CODE_PAGE, {"code": code})
    assert page.status_code == 200
    assert why in page.content.decode()


def test_the_question_says_who_asks_from_where_and_for_what(client: Client, user: User) -> None:
    codes = ask_for_codes(address="203.0.113.9", user_agent="hf_hub/2.4.0; <b>")
    page = client.get(enter(client, codes.user_code.lower())).content.decode()
    for text in (
        codes.user_code,
        "Hugging Face client",
        "hf_hub/2.4.0; &lt;b&gt;",
        "203.0.113.0/24",
        "Another network than this browser",
        user.email,
        "Nobody from support will ever ask you",
        "for 90 days at most",
    ):
        assert text in page, text
    assert page.count("checked") == 1


def test_the_same_network_is_called_so(client: Client, user: User) -> None:
    codes = ask_for_codes(address="127.0.0.77")
    assert (
        "The same network as this browser"
        in client.get(enter(client, codes.user_code)).content.decode()
    )


def test_to_approve_takes_the_password_and_then_goes_on_by_itself(
    client: Client, user: User
) -> None:
    codes = ask_for_codes()
    question = enter(client, codes.user_code)
    asked = client.post(question, {"rights": ["weights", "api"]})
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert DeviceSignIn.objects.get().state == "pending"

    answer = client.post(
        asked.headers["Location"], {"password": PASSWORD, "next": question}, follow=True
    )
    assert answer.redirect_chain == [(reverse("account_tokens"), 302)]
    assert "“Hugging Face client” may sign in." in answer.content.decode()
    assert redeem(codes).rights == ("api", "weights")
    again = client.get(question)
    assert again.status_code == 409
    assert "This device was answered already." in again.content.decode()


def test_a_mistake_that_shows_after_the_password_can_be_mended_on_the_page(
    client: Client, user: User
) -> None:
    codes = ask_for_codes()
    question = enter(client, codes.user_code)
    asked = client.post(question, {"rights": []})
    page = client.post(asked.headers["Location"], {"password": PASSWORD, "next": question})
    assert "Choose at least one right, or deny" in page.content.decode()
    # The page stands under the address that asked for the password; its form goes to its own.
    assert f'action="{question}"' in page.content.decode()
    client.post(question, {"rights": ["weights"]})
    assert redeem(codes).rights == ("weights",)


def test_a_fresh_password_is_not_asked_for_again(client: Client, user: User) -> None:
    codes = ask_for_codes()
    confirm_password(client)
    answer = client.post(enter(client, codes.user_code), {"rights": ["weights"]})
    assert answer.headers["Location"] == reverse("account_tokens")
    assert redeem(codes).rights == ("weights",)


def test_without_a_right_nothing_is_approved(client: Client, user: User) -> None:
    codes = ask_for_codes()
    confirm_password(client)
    page = client.post(enter(client, codes.user_code), {"rights": []})
    assert "Choose at least one right, or deny" in page.content.decode()
    assert DeviceSignIn.objects.get().state == "pending"


@pytest.mark.parametrize("act", ["", "deny/"])
def test_an_answer_that_comes_too_late_is_told_so(client: Client, user: User, act: str) -> None:
    question = enter(client, ask_for_codes().user_code)
    DeviceSignIn.objects.update(expires_at=timezone.now())
    confirm_password(client)
    answer = client.post(f"{question}{act}", {"rights": ["weights"]})
    assert answer.status_code == 409
    assert "The code has expired. Let the device ask for a new one." in answer.content.decode()
    assert DeviceSignIn.objects.get().state == "pending"


def test_to_deny_takes_one_click(client: Client, user: User) -> None:
    codes = ask_for_codes()
    answer = client.post(f"{enter(client, codes.user_code)}deny/", follow=True)
    assert "The sign-in was denied" in answer.content.decode()
    assert DeviceSignIn.objects.get().state == "denied"


def test_the_question_exists_for_nobody_else(client: Client, user: User) -> None:
    codes = ask_for_codes()
    question = enter(client, codes.user_code)
    client.force_login(make_user())
    assert client.get(question).status_code == 404
    assert client.post(question, {"rights": ["weights"]}).status_code == 404
    assert client.post(f"{question}deny/").status_code == 404
    assert client.get(f"{question}deny/").status_code == 405


def test_a_signed_in_device_is_listed_and_signed_out(client: Client, user: User) -> None:
    token, _ = make_device(user)
    page = client.get(reverse("account_tokens")).content.decode()
    assert "Hugging Face client" in page
    assert "from 192.0.2.0/24" in page
    url = reverse("account_token_revoke", args=[token.pk])
    assert "Sign the device out? Hugging Face client" in client.get(url).content.decode()
    done = client.post(url, follow=True).content.decode()
    assert "The device is signed out: Hugging Face client." in done
    assert "No signed-in devices" in done
    assert not PersonalToken.objects.filter(revoked_at=None).exists()


def test_without_devices_the_list_says_how_to_begin(client: Client, user: User) -> None:
    page = client.get(reverse("account_tokens")).content.decode()
    assert "Set HF_ENDPOINT to http://localhost/hf and run “hf auth login”" in page


def test_the_pages_cost_few_queries(
    client: Client, user: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        make_device(user)
    question = enter(client, ask_for_codes().user_code)
    for url in (CODE_PAGE, question, reverse("account_tokens")):
        with django_assert_max_num_queries(12):
            assert client.get(url).status_code == 200


def test_too_many_wrong_codes_are_told_on_the_page(client: Client, user: User) -> None:
    for _ in range(services.devices.MOST_GUESSES):
        client.post(CODE_PAGE, {"code": "BBBB-BBBB"})
    page = client.post(CODE_PAGE, {"code": ask_for_codes().user_code})
    assert "too many wrong codes" in page.content.decode()

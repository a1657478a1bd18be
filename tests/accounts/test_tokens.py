"""Personal tokens: hashed, named, with rights and an end."""

import hashlib
import string
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts import services
from accounts.authentication import InvalidCredentials, bearer_token
from accounts.models import Notification, PersonalToken
from accounts.selectors import token_for_secret
from accounts.token_secret import Prefix, new_secret, prefix_of
from audit.models import Event
from common.errors import Refused
from tests.factories import make_operator, make_token, make_user

pytestmark = pytest.mark.django_db


@given(st.integers())
def test_every_secret_is_well_formed_and_one_wrong_letter_is_noticed(seed: int) -> None:
    secret = new_secret()
    assert prefix_of(secret) == Prefix.PERSONAL
    assert len(secret) == 50
    place = 4 + seed % 46
    other = next(letter for letter in string.digits if letter != secret[place])
    assert prefix_of(secret[:place] + other + secret[place + 1 :]) is None


@given(st.text())
def test_no_other_text_is_well_formed(text: str) -> None:
    assert prefix_of(text) is None
    assert prefix_of("slu_" + text) is None


def test_only_the_hash_is_stored() -> None:
    token, secret = make_token(make_user())
    assert token.digest == hashlib.sha256(secret.encode()).hexdigest()
    stored = str(list(PersonalToken.objects.values())) + str(list(Event.objects.values()))
    stored += str(list(Notification.objects.values()))
    assert secret not in stored
    assert secret[8:] not in stored


def test_a_token_opens_only_while_it_lives_and_its_owner_is_active() -> None:
    user = make_user()
    token, secret = make_token(user)
    assert token_for_secret(secret) == token
    assert token_for_secret(new_secret()) is None

    PersonalToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())
    assert token_for_secret(secret) is None
    PersonalToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() + timedelta(1))

    user.is_active = False
    user.save()
    assert token_for_secret(secret) is None
    user.is_active = True
    user.save()

    assert token_for_secret(secret) == token
    services.revoke_token(actor=user, token=token)
    assert token_for_secret(secret) is None


def test_revoking_twice_is_as_good_as_once() -> None:
    user = make_user()
    token, _ = make_token(user)
    first = services.revoke_token(actor=user, token=token).revoked_at
    assert services.revoke_token(actor=user, token=token).revoked_at == first
    assert Event.objects.filter(action="token.revoked").count() == 1


def test_others_cannot_revoke_a_token_but_the_operator_can() -> None:
    token, _ = make_token(make_user())
    with pytest.raises(Refused, match="owner and the operator"):
        services.revoke_token(actor=make_user(), token=token)
    assert services.revoke_token(actor=make_operator(), token=token).revoked_at is not None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": ""}, "The name"),
        ({"name": "x" * 81}, "81 characters"),
        ({"name": "a\x00"}, "cannot be seen"),
        ({"rights": []}, "at least one right"),
        ({"rights": ["root"]}, "at least one right"),
        ({"rights": ["weights", "*"]}, "at least one right"),
        ({"expires_at": timedelta(seconds=-1)}, "in the future"),
        ({"expires_at": timedelta(days=400)}, "within a year"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(change: dict[str, Any], why: str) -> None:
    user = make_user()
    wanted: dict[str, Any] = {
        "name": "laptop",
        "rights": ["api"],
        "expires_at": timedelta(days=3),
    } | change
    wanted["expires_at"] = timezone.now() + wanted["expires_at"]
    with pytest.raises(Refused, match=why):
        services.create_token(actor=user, user=user, **wanted)
    assert not PersonalToken.objects.exists()


def test_nobody_makes_a_token_for_somebody_else() -> None:
    with pytest.raises(Refused, match="yourself only"):
        services.create_token(
            actor=make_operator(),
            user=make_user(),
            name="x",
            rights=["api"],
            expires_at=timezone.now() + timedelta(1),
        )


def test_an_unconfirmed_address_gets_no_token() -> None:
    with pytest.raises(Refused, match="confirmed"):
        make_token(make_user(verified=False))


def test_a_name_is_free_again_once_its_token_is_revoked() -> None:
    user = make_user()
    token, _ = make_token(user, name="laptop")
    with pytest.raises(Refused, match="with this name"):
        make_token(user, name="laptop")
    services.revoke_token(actor=user, token=token)
    assert make_token(user, name="laptop")[0].pk != token.pk


def test_the_number_of_tokens_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.services.tokens.MOST_TOKENS", 2)
    user = make_user()
    make_token(user)
    make_token(user)
    with pytest.raises(Refused, match="very many"):
        make_token(user)


def test_the_owner_is_told_of_a_new_token() -> None:
    user = make_user()
    make_token(user, name="laptop")
    message = Notification.objects.get(recipient=user)
    assert "laptop" in message.subject
    assert message.url == reverse("account_tokens")


# The Authorization header


def test_a_bearer_token_is_recognised_and_its_use_noted(rf: RequestFactory) -> None:
    token, secret = make_token(make_user())
    for scheme in ("Bearer", "bearer"):
        request = rf.get("/", headers={"Authorization": f"{scheme} {secret}"})
        assert bearer_token(request) == token
    token.refresh_from_db()
    assert token.last_used_at is not None


def test_use_is_noted_once_a_minute_at_most(
    rf: RequestFactory, django_assert_num_queries: Any
) -> None:
    _, secret = make_token(make_user())
    request = rf.get("/", headers={"Authorization": f"Bearer {secret}"})
    bearer_token(request)
    with django_assert_num_queries(1):
        bearer_token(request)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic abc",
        "Bearer slu_x",
        "Bearer " + "x" * 9000,
        "Bearer slu_\x00",
    ],
)
def test_a_malformed_header_is_nobody_and_costs_no_query(
    rf: RequestFactory, header: str, django_assert_num_queries: Any
) -> None:
    request = rf.get("/", HTTP_AUTHORIZATION=header)
    with django_assert_num_queries(0), pytest.raises(InvalidCredentials, match="unknown, expired"):
        bearer_token(request)


def test_a_request_without_the_header_shows_no_token(rf: RequestFactory) -> None:
    assert bearer_token(rf.get("/")) is None


# Pages


def form(**change: Any) -> dict[str, Any]:
    return {"name": "laptop", "rights": ["weights"], "days": "30"} | change


def test_the_secret_is_shown_once_and_never_again(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    page = client.post(reverse("account_token_create"), form())
    assert page.status_code == 200
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    token = token_for_secret(secret)
    assert token is not None
    assert token.rights == ["weights"]
    for name in ("account_tokens", "account_token_create", "account_home", "account_notifications"):
        assert secret not in client.get(reverse(name)).content.decode()
    assert secret not in str(dict(client.session))
    again = client.post(reverse("account_token_create"), form())
    assert "You have a token with this name" in again.content.decode()
    assert "secret" not in again.context


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": ""}, "Enter a name"),
        ({"name": "x" * 5000}, "at most 80 characters"),
        ({"name": "a\x00b"}, "Null characters are not allowed"),
        ({"name": "a\u202eb"}, "cannot be seen"),
        ({"rights": []}, "Choose at least one right"),
        ({"rights": ["everything"]}, "Select a valid choice"),
        ({"days": "9999"}, "Select a valid choice"),
        ({"days": "1\x00"}, "Select a valid choice"),
        ({"days": "0"}, "Choose the last day"),
        ({"days": "0", "ends_on": "2020-01-01"}, "from today on"),
        ({"days": "0", "ends_on": "2999-01-01"}, "from today on"),
        ({"days": "0", "ends_on": "tomorrow"}, "Enter a valid date"),
        ({"days": "0", "ends_on": "0000-00-00\x00"}, "Enter a valid date"),
    ],
)
def test_a_wrong_form_says_what_is_wrong(client: Client, change: dict[str, Any], why: str) -> None:
    client.force_login(make_user())
    page = client.post(reverse("account_token_create"), form(**change))
    assert page.status_code == 200
    assert why in page.content.decode()
    assert not PersonalToken.objects.exists()


def test_a_last_day_of_ones_choice_counts_whole(client: Client) -> None:
    client.force_login(make_user())
    last = timezone.localdate() + timedelta(days=10)
    client.post(reverse("account_token_create"), form(days="0", ends_on=last.isoformat()))
    token = PersonalToken.objects.get()
    assert timezone.localdate(token.expires_at) == last
    assert token.expires_at.hour == 23


def test_a_token_is_revoked_after_a_question(client: Client) -> None:
    user = make_user()
    token, _ = make_token(user, name="laptop")
    client.force_login(user)
    url = reverse("account_token_revoke", args=[token.pk])
    assert "Revoke the token laptop?" in client.get(url).content.decode()
    assert PersonalToken.objects.filter(revoked_at__isnull=True).exists()
    assert client.post(url).headers["Location"] == reverse("account_tokens")
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_tokens_of_others_do_not_exist_for_me(client: Client, method: str) -> None:
    token, _ = make_token(make_user())
    client.force_login(make_operator())
    for token_id in (token.pk, 0, 10**30):
        url = reverse("account_token_revoke", args=[token_id])
        assert getattr(client, method)(url).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


# The command


def run(*args: str, **options: Any) -> str:
    out = StringIO()
    call_command("create_token", *args, stdout=out, **options)
    return out.getvalue()


def test_the_command_prints_the_token_and_nothing_else(settings: Settings) -> None:
    settings.DEMO = True
    user = make_user(email="ada@example.org")
    secrets = [run("ada@example.org", "--rights", "weights,api").strip() for _ in range(2)]
    assert len(set(secrets)) == 2
    token = token_for_secret(secrets[0])
    assert token is not None
    assert token.user == user
    assert token.rights == ["api", "weights"]


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["nobody@example.org"], "There is no account"),
        (["ada@example.org", "--rights", "root"], "at least one right"),
        (["ada@example.org", "--rights", ""], "at least one right"),
        (["ada@example.org", "--days", "0"], "between 1 and 366"),
        (["ada@example.org", "--days", "99999999999"], "between 1 and 366"),
        (["ada@example.org", "--name", "x" * 100], "100 characters"),
    ],
)
def test_the_command_refuses_in_a_sentence(settings: Settings, args: list[str], why: str) -> None:
    settings.DEMO = True
    make_user(email="ada@example.org")
    with pytest.raises(CommandError, match=why) as caught:
        run(*args)
    assert caught.value.returncode == 2
    assert not PersonalToken.objects.exists()


def test_the_command_is_for_the_demo_only(settings: Settings) -> None:
    settings.DEMO = False
    make_user(email="ada@example.org")
    with pytest.raises(CommandError, match="demo only") as caught:
        run("ada@example.org")
    assert caught.value.returncode == 2

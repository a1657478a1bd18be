"""What a signed-in device holds: short access, renewed by refresh tokens that work once."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import services, tasks
from accounts.authentication import InvalidCredentials, bearer_token
from accounts.models import DeviceCodeGuess, DeviceSecret, DeviceSignIn, Notification, PersonalToken
from accounts.oauth import DeviceTokens, OAuthError
from accounts.selectors import token_for_secret
from audit.models import Event
from common.errors import Refused
from tests.factories import HUB_CLIENT, ask_for_codes, make_device, make_user

pytestmark = pytest.mark.django_db


def refresh(tokens: DeviceTokens, *, client_id: str = HUB_CLIENT) -> DeviceTokens:
    return services.refresh_device_tokens(refresh_token=tokens.refresh_token, client_id=client_id)


def refused(tokens: DeviceTokens, **arguments: str) -> str:
    with pytest.raises(OAuthError) as caught:
        refresh(tokens, **arguments)
    return caught.value.code


def use(tokens: DeviceTokens) -> bool:
    """Show the access token as a program does; tell whether it opened something."""
    header = {"Authorization": f"Bearer {tokens.access_token}"}
    try:
        return bearer_token(RequestFactory().get("/", headers=header)) is not None
    except InvalidCredentials:
        return False


def test_each_refresh_gives_a_new_pair_for_the_same_device() -> None:
    token, first = make_device(make_user())
    second = refresh(first)
    third = refresh(second)
    secrets = {each.access_token for each in (first, second, third)}
    assert len(secrets | {each.refresh_token for each in (first, second, third)}) == 6
    # A program that runs for long keeps the access token that it began with.
    assert {token_for_secret(secret) for secret in secrets} == {token}
    assert PersonalToken.objects.count() == 1


def test_over_http_it_is_the_answer_of_rfc_6749(client: Client) -> None:
    _, tokens = make_device(make_user())
    form = {
        "grant_type": "refresh_token",
        "refresh_token": tokens.refresh_token,
        "client_id": HUB_CLIENT,
    }
    answer = client.post("/hf/oauth/token", form)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    access = {"Authorization": f"Bearer {body['access_token']}"}
    assert bearer_token(RequestFactory().get("/", headers=access)) is not None
    again = client.post("/hf/oauth/token", form)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_a_refresh_token_used_twice_signs_the_device_out_and_tells_its_owner() -> None:
    user = make_user()
    token, first = make_device(user)
    second = refresh(first)
    assert use(second)
    assert refused(first) == "invalid_grant"
    for tokens in (first, second):
        assert token_for_secret(tokens.access_token) is None
        assert refused(tokens) == "invalid_grant"
    event = Event.objects.get(action="device.reused")
    assert event.target == f"accounts.personaltoken:{token.pk}"
    assert Notification.objects.get(kind="accounts.device_reused").recipient == user


def test_a_device_whose_answer_was_lost_may_ask_again() -> None:
    token, first = make_device(make_user())
    lost, second = refresh(first), refresh(first)
    assert not use(lost)
    assert use(second)
    assert refresh(second).access_token
    token.refresh_from_db()
    assert token.revoked_at is None
    assert not Event.objects.filter(action="device.reused").exists()


def test_who_shows_what_was_given_again_to_somebody_else_signs_the_device_out() -> None:
    token, first = make_device(make_user())
    kept, given_to_a_thief = refresh(first), refresh(first)
    assert use(given_to_a_thief)
    assert not use(kept)
    assert refused(kept) == "invalid_grant"
    assert not use(given_to_a_thief)
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert Event.objects.filter(action="device.reused").count() == 1


def test_a_pair_that_was_used_stays_so_when_its_access_token_is_forgotten() -> None:
    _, first = make_device(make_user())
    use(refresh(first))
    DeviceSecret.objects.filter(kind="access").update(
        expires_at=timezone.now() - timedelta(days=1, seconds=1)
    )
    tasks.sweep_tokens()
    assert not DeviceSecret.objects.filter(kind="access").exists()
    assert refused(first) == "invalid_grant"


def test_a_use_is_written_once(django_assert_num_queries: Any) -> None:
    _, tokens = make_device(make_user())
    second = refresh(tokens)
    assert use(second)
    with django_assert_num_queries(1):
        assert use(second)


def test_the_last_but_one_is_noticed_however_late() -> None:
    _, first = make_device(make_user())
    second = refresh(refresh(first))
    assert refused(first) == "invalid_grant"
    assert refused(second) == "invalid_grant"


def test_another_device_of_the_same_person_stays_signed_in() -> None:
    user = make_user()
    _, copied = make_device(user)
    _, other = make_device(user)
    use(refresh(copied))
    refused(copied)
    assert token_for_secret(other.access_token) is not None
    assert refresh(other).access_token


def test_access_ends_after_an_hour_and_refresh_brings_it_back() -> None:
    _, first = make_device(make_user())
    access = DeviceSecret.objects.get(kind="access")
    assert access.expires_at - access.created_at < timedelta(hours=1, seconds=1)
    DeviceSecret.objects.filter(kind="access").update(expires_at=timezone.now())
    assert token_for_secret(first.access_token) is None
    assert token_for_secret(refresh(first).access_token) is not None


def test_the_end_of_the_sign_in_ends_everything() -> None:
    token, tokens = make_device(make_user())
    PersonalToken.objects.filter(pk=token.pk).update(
        expires_at=timezone.now() + timedelta(minutes=10)
    )
    last = refresh(tokens)
    assert last.expires_in <= 600
    PersonalToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())
    assert token_for_secret(last.access_token) is None
    assert refused(last) == "invalid_grant"


def test_how_long_a_device_stays_signed_in_is_the_operators_choice(settings: Any) -> None:
    settings.DEVICE_SIGN_IN_DAYS = 7
    token, _ = make_device(make_user())
    assert timedelta(days=6) < token.expires_at - timezone.now() <= timedelta(days=7)


def test_a_revoked_device_gets_nothing_more() -> None:
    user = make_user()
    token, tokens = make_device(user)
    services.revoke_token(actor=user, token=token)
    assert token_for_secret(tokens.access_token) is None
    assert refused(tokens) == "invalid_grant"
    assert not Event.objects.filter(action="device.reused").exists()


def test_revoking_everything_ends_devices_as_well() -> None:
    user = make_user()
    _, tokens = make_device(user)
    assert services.revoke_all_tokens(actor=user, user=user) == 1
    assert token_for_secret(tokens.access_token) is None


def test_a_closed_account_refreshes_nothing() -> None:
    user = make_user()
    _, tokens = make_device(user)
    user.is_active = False
    user.save()
    assert refused(tokens) == "invalid_grant"


def test_another_client_cannot_use_it(settings: Any) -> None:
    settings.DEVICE_CLIENTS = settings.DEVICE_CLIENTS | {"other": "Other"}
    _, tokens = make_device(make_user())
    assert refused(tokens, client_id="other") == "invalid_grant"
    assert refused(tokens, client_id="unknown") == "invalid_client"
    assert refresh(tokens).access_token


def test_an_access_token_refreshes_nothing() -> None:
    _, tokens = make_device(make_user())
    with pytest.raises(OAuthError, match="invalid_grant"):
        services.refresh_device_tokens(refresh_token=tokens.access_token, client_id=HUB_CLIENT)


def test_what_a_device_holds_is_found_when_it_leaks() -> None:
    for which in ("access_token", "refresh_token"):
        token, tokens = make_device(make_user())
        call_command("find_token", getattr(tokens, which))
        token.refresh_from_db()
        assert token.revoked_at is not None


def test_devices_count_among_ones_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.services.tokens.MOST_TOKENS", 1)
    user = make_user()
    make_device(user)
    with pytest.raises(Refused, match="very many tokens and devices"):
        make_device(user)


def test_erasing_a_person_leaves_nothing_of_their_devices() -> None:
    user = make_user()
    token, tokens = make_device(user)
    services.look_up_device_code(actor=user, typed=ask_for_codes().user_code)
    services.erase_person(actor=None, user=user, reason="Asked for it.")
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert (token.name, token.device.user_agent, token.device.signed_in_from) == ("", "", "")
    assert not DeviceSignIn.objects.exists()
    assert token_for_secret(tokens.access_token) is None


def test_the_sweep_forgets_what_ended_and_nothing_else() -> None:
    user = make_user()
    token, tokens = make_device(user)
    waiting = ask_for_codes()
    tasks.sweep_tokens()
    assert DeviceSignIn.objects.count() == 2
    assert DeviceSecret.objects.count() == 2

    long_ago = timezone.now() - timedelta(days=1, seconds=1)
    DeviceSignIn.objects.filter(state="redeemed").update(expires_at=long_ago)
    DeviceSecret.objects.filter(kind="access").update(expires_at=long_ago)
    DeviceCodeGuess.objects.create(user=user)
    DeviceCodeGuess.objects.update(created_at=long_ago)
    tasks.sweep_tokens()
    assert DeviceSignIn.objects.get().shown_code == waiting.user_code
    assert not DeviceCodeGuess.objects.exists()
    assert refresh(tokens).access_token

    PersonalToken.objects.filter(pk=token.pk).update(revoked_at=long_ago)
    tasks.sweep_tokens()
    assert not DeviceSecret.objects.exists()


def test_the_database_keeps_one_live_refresh_token_a_device() -> None:
    token, _ = make_device(make_user())
    with pytest.raises(IntegrityError), transaction.atomic():
        DeviceSecret.objects.create(
            token=token, kind="refresh", digest="x", expires_at=token.expires_at
        )

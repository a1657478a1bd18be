"""Two connections at once: one answer, one sign-in, one refresh."""

from functools import partial

import pytest
from django.test import RequestFactory
from django.utils import timezone

from accounts import services
from accounts.authentication import InvalidCredentials, bearer_token
from accounts.models import Device, PersonalToken
from accounts.oauth import DeviceTokens, OAuthError
from accounts.selectors import token_for_secret
from audit.models import Event
from common.errors import Refused
from tests.factories import HUB_CLIENT, ask_for_codes, make_device, make_user, redeem
from tests.racing import ROUNDS, race

pytestmark = pytest.mark.django_db(transaction=True)


def told(act: "partial[DeviceTokens]") -> DeviceTokens | str:
    try:
        return act()
    except OAuthError as error:
        return error.code


def test_a_device_is_answered_once() -> None:
    user = make_user()
    for _ in range(ROUNDS // 4):
        codes = ask_for_codes()
        sign_in = services.look_up_device_code(actor=user, typed=codes.user_code)
        yes = partial(services.approve_device, actor=user, sign_in=sign_in, rights=["weights"])
        no = partial(services.deny_device, actor=user, sign_in=sign_in)
        results = race(yes, yes, no)
        refusals = [each.sentence for each in results if isinstance(each, Refused)]
        assert refusals == ["This device was answered already."] * 2


def test_a_device_signs_in_once() -> None:
    user = make_user()
    for _ in range(ROUNDS // 4):
        PersonalToken.objects.update(revoked_at=timezone.now())
        codes = ask_for_codes()
        sign_in = services.look_up_device_code(actor=user, typed=codes.user_code)
        services.approve_device(actor=user, sign_in=sign_in, rights=["weights"])
        act = partial(told, partial(redeem, codes))
        results = race(act, act)
        assert sorted(isinstance(each, DeviceTokens) for each in results) == [False, True]
        assert "invalid_grant" in results
    assert Device.objects.count() == ROUNDS // 4


def renew(tokens: DeviceTokens) -> DeviceTokens | str:
    act = partial(
        services.refresh_device_tokens, refresh_token=tokens.refresh_token, client_id=HUB_CLIENT
    )
    return told(act)


def use(tokens: DeviceTokens) -> str:
    header = {"Authorization": f"Bearer {tokens.access_token}"}
    try:
        bearer_token(RequestFactory().get("/", headers=header))
    except InvalidCredentials:
        return "refused"
    return "opened"


def test_a_refresh_token_used_twice_at_once_leaves_one_pair() -> None:
    for _ in range(ROUNDS // 4):
        _, first = make_device(make_user())
        results = race(partial(renew, first), partial(renew, first))
        opens = [token_for_secret(pair.access_token) is not None for pair in results]
        assert sorted(opens) == [False, True]
        # The one that was replaced is over: who shows it ends the device.
        assert renew(results[opens.index(False)]) == "invalid_grant"
        assert token_for_secret(results[opens.index(True)].access_token) is None
    assert Event.objects.filter(action="device.reused").count() == ROUNDS // 4


def test_a_pair_is_either_used_or_replaced() -> None:
    ended = 0
    for _ in range(ROUNDS // 4):
        token, first = make_device(make_user())
        second = renew(first)
        assert isinstance(second, DeviceTokens)
        used, again = race(partial(use, second), partial(renew, first))
        token.refresh_from_db()
        if isinstance(again, DeviceTokens):
            assert used == "refused"
            assert token.revoked_at is None
            assert use(again) == "opened"
        else:
            assert (used, again) == ("opened", "invalid_grant")
            assert token.revoked_at is not None
            ended += 1
        assert use(second) == "refused"
    assert Event.objects.filter(action="device.reused").count() == ended


def test_revoking_everything_leaves_no_device_whatever_comes_first() -> None:
    for _ in range(ROUNDS // 4):
        user, codes = make_user(), ask_for_codes()
        sign_in = services.look_up_device_code(actor=user, typed=codes.user_code)
        services.approve_device(actor=user, sign_in=sign_in, rights=["weights"])
        race(
            partial(told, partial(redeem, codes)),
            partial(services.revoke_all_tokens, actor=user, user=user),
        )
        assert not PersonalToken.objects.filter(user=user, revoked_at=None).exists()
        with pytest.raises(OAuthError):
            redeem(codes)


def test_erasing_a_person_leaves_no_device_whatever_comes_first() -> None:
    for _ in range(ROUNDS // 10):
        user, codes = make_user(), ask_for_codes()
        sign_in = services.look_up_device_code(actor=user, typed=codes.user_code)
        services.approve_device(actor=user, sign_in=sign_in, rights=["weights"])
        race(
            partial(told, partial(redeem, codes)),
            partial(services.erase_person, actor=None, user=user, reason="Asked for it."),
        )
        assert not PersonalToken.objects.filter(user=user, revoked_at=None).exists()

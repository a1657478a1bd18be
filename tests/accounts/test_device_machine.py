"""A device's sign-in under any sequence of acts, of the device, its owner, a thief and time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import hypothesis.strategies as st
import pytest
from django.db.models import F
from django.test import RequestFactory
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts import services
from accounts.authentication import InvalidCredentials, bearer_token
from accounts.models import DeviceSecret, DeviceSignIn, PersonalToken
from accounts.oauth import DeviceTokens, OAuthError
from accounts.selectors import token_for_secret
from common.errors import Refused
from tests.factories import HUB_CLIENT, ask_for_codes, make_user, redeem
from tests.machines import machine_settings

pick = st.integers(0, 100)


def attempt(act: Callable[[], Any]) -> Any:
    """Return what an act gives, or in words why not."""
    try:
        return act()
    except Refused as refused:
        return refused.sentence
    except OAuthError as error:
        return error.code


@dataclass(eq=False)
class Pair:
    """An access and a refresh token, and what became of them."""

    tokens: DeviceTokens
    made: int  # the minute
    used: bool = False
    replaced: bool = False
    exchanged_for: "Pair | None" = None


class DeviceMachine(RuleBasedStateMachine):
    """Acts on one sign-in, and beside it the little that ought to be true of it."""

    @initialize(signed_in=st.booleans())
    def begin(self, signed_in: bool) -> None:
        self.owner, self.stranger = make_user(), make_user()
        self.codes = ask_for_codes()
        self.sign_in = DeviceSignIn.objects.get(pk=DeviceSignIn.objects.latest("pk").pk)
        self.state = "pending"
        self.seen_by: int | None = None
        self.minutes = 0
        self.pairs: list[Pair] = []
        self.signed_out = False
        # What a device does with its tokens is most of the story, and is seldom come by.
        if signed_in:
            self.enter_code("owner")
            self.answer("owner", yes=True)
            self.poll()

    @property
    def waits(self) -> bool:
        return self.state == "pending" and self.minutes < 15

    # The owner, and somebody else

    @rule(who=st.sampled_from(["owner", "stranger"]))
    def enter_code(self, who: str) -> None:
        actor = getattr(self, who)
        act = partial(services.look_up_device_code, actor=actor, typed=self.codes.user_code)
        if self.waits:
            result = attempt(act)
            # Codes that were entered when it did not wait any more count as guesses.
            assert result == self.sign_in or "too many" in result
            self.seen_by = actor.pk if result == self.sign_in else self.seen_by
        else:
            assert isinstance(attempt(act), str)

    @rule(who=st.sampled_from(["owner", "stranger"]), yes=st.booleans())
    def answer(self, who: str, yes: bool) -> None:
        actor = getattr(self, who)
        allowed = self.waits and self.seen_by == actor.pk
        act = partial(services.approve_device, rights=["weights"]) if yes else services.deny_device
        result = attempt(partial(act, actor=actor, sign_in=self.sign_in))
        assert (result == self.sign_in) == allowed
        if allowed:
            self.state = "approved" if yes else "denied"
            self.answered_by = actor

    @precondition(lambda self: self.state in {"approved", "redeemed"})
    @rule()
    def revoke_everything(self) -> None:
        count = services.revoke_all_tokens(actor=None, user=self.answered_by)
        live = self.state == "redeemed" and not self.signed_out
        on_its_way = self.state == "approved" and self.minutes < 15
        assert count == int(live or on_its_way)
        if on_its_way:
            self.state = "denied"
        self.signed_out = True

    # The device

    @rule()
    def poll(self) -> None:
        DeviceSignIn.objects.filter(pk=self.sign_in.pk).update(polled_at=None)
        result = attempt(partial(redeem, self.codes))
        if self.state == "approved" and self.minutes < 15:
            self.state = "redeemed"
            self.signed_out = False
            self.keep(result)
        else:
            assert result == self.expected_error()

    def expected_error(self) -> str:
        if self.state == "redeemed":
            return "invalid_grant"
        if self.state == "denied":
            return "access_denied"
        if self.minutes >= 15:
            return "expired_token"
        return "authorization_pending"

    def keep(self, tokens: DeviceTokens) -> "Pair":
        assert isinstance(tokens, DeviceTokens)
        pair = Pair(tokens, made=self.minutes)
        self.pairs.append(pair)
        return pair

    def opens(self, pair: "Pair") -> bool:
        return not self.signed_out and not pair.replaced and self.minutes - pair.made < 60

    @precondition(lambda self: self.pairs)
    @rule(which=pick, newest=st.booleans())
    def use(self, which: int, newest: bool) -> None:
        pair = self.pairs[-1] if newest else self.pairs[which % len(self.pairs)]
        header = {"Authorization": f"Bearer {pair.tokens.access_token}"}
        try:
            bearer_token(RequestFactory().get("/", headers=header))
        except InvalidCredentials:
            assert not self.opens(pair)
        else:
            assert self.opens(pair)
            pair.used = True

    @precondition(lambda self: self.pairs)
    @rule(which=pick, newest=st.booleans())
    def refresh(self, which: int, newest: bool) -> None:
        pair = self.pairs[-1] if newest else self.pairs[which % len(self.pairs)]
        result = attempt(
            partial(
                services.refresh_device_tokens,
                refresh_token=pair.tokens.refresh_token,
                client_id=HUB_CLIENT,
            )
        )
        # Good as long as nothing that it was exchanged for was used; nothing that was replaced is.
        given = pair.exchanged_for
        if self.signed_out or pair.replaced or (given is not None and given.used):
            assert result == "invalid_grant"
            self.signed_out = True
            return
        if given is not None:
            given.replaced = True
        pair.used = True
        pair.exchanged_for = self.keep(result)

    # Time

    @rule(minutes=st.sampled_from([1, 14, 15, 61]))
    def wait(self, minutes: int) -> None:
        self.minutes += minutes
        by = timedelta(minutes=minutes)
        DeviceSignIn.objects.update(expires_at=F("expires_at") - by)
        DeviceSecret.objects.filter(kind="access").update(expires_at=F("expires_at") - by)

    # What holds

    @invariant()
    def what_opens_is_what_should(self) -> None:
        for pair in getattr(self, "pairs", []):
            opens = token_for_secret(pair.tokens.access_token) is not None
            assert opens == self.opens(pair)

    @invariant()
    def there_is_one_token_for_one_yes(self) -> None:
        if hasattr(self, "owner"):
            people = [self.owner, self.stranger]
            made = PersonalToken.objects.filter(user__in=people)
            assert made.count() == (1 if self.pairs else 0)
            assert all(token.user == self.answered_by for token in made)
            state = DeviceSignIn.objects.get(pk=self.sign_in.pk).state
            assert state == self.state


@pytest.mark.django_db
def test_no_sequence_of_acts_signs_in_what_should_not_be() -> None:
    run_state_machine_as_test(
        DeviceMachine,
        settings=machine_settings(examples=25, steps=25),
    )

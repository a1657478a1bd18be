"""A stage that asks for a second factor: what a session, a token, a device and a link carry."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services as accounts
from accounts.models import PersonalToken, User
from licensing.circumstances import context_of
from licensing.facts import VerdictAction
from licensing.verdict import Context, decide
from releases.models import Release
from tests.factories import ask_for_codes, make_second_factor, make_token, make_user, redeem
from tests.licensing.factories import make_all_terms, make_grant, make_model, make_release

pytestmark = pytest.mark.django_db
PASSWORD = "a long and unusual phrase 7"


@pytest.fixture(autouse=True)
def no_attempts_yet(db: None) -> None:
    cache.clear()


@pytest.fixture
def user() -> User:
    return make_user(email="ada@example.org", password=PASSWORD)


def release_asking(user: User) -> Release:
    make_all_terms()
    model = make_model(tiers={"gated": 0}, second_factors={"gated": timedelta(hours=12)})
    release = make_release(model, "gated")
    make_grant(model, user)
    return release


def show_second_factor(client: Client, secret: str) -> None:
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    answer = client.post(reverse("mfa_reauthenticate"), {"code": code})
    assert answer.status_code == 302


def explained(client: Client, release: Release, **headers: str) -> str:
    names = [release.model.namespace, release.model.name, release.version]
    answer = client.get(reverse("api:explain", args=names), headers=headers)
    actions = {each["action"]: each for each in answer.json()["actions"]}
    (rule,) = (each for each in actions["download"]["rules"] if each["rule"] == "second_factor")
    return str(rule["state"])


def test_a_session_is_led_to_show_it_and_is_let_in_then(client: Client, user: User) -> None:
    release = release_asking(user)
    secret = make_second_factor(user)
    client.force_login(user)
    assert explained(client, release) == "denied"
    verdict = decide(user, release, VerdictAction.DOWNLOAD, Context())
    (check,) = (each for each in verdict.denials if each.rule == "second_factor")
    answer = client.get(check.remedy_url)
    assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert "explain" in answer.headers["Location"]
    show_second_factor(client, secret)
    assert explained(client, release) == "ok"
    # Another browser of the same person has shown nothing.
    other = Client()
    other.force_login(user)
    assert explained(other, release) == "denied"


def test_whoever_has_none_is_led_to_set_one_up(client: Client, user: User) -> None:
    client.force_login(user)
    answer = client.get(reverse("account_second_factor"), follow=True)
    assert "You have no second factor yet." in answer.content.decode()
    assert answer.redirect_chain[-1][0] == reverse("mfa_index")


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "javascript:1"])
def test_it_leads_on_within_the_portal_only(client: Client, user: User, wanted: str) -> None:
    make_second_factor(user)
    client.force_login(user)
    answer = client.get(reverse("account_second_factor"), {"next": wanted})
    assert "evil" not in answer.headers["Location"]
    assert "javascript" not in answer.headers["Location"]


def test_a_token_carries_what_its_maker_showed_before_making_it(client: Client, user: User) -> None:
    release = release_asking(user)
    secret = make_second_factor(user)
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    form = {"name": "one", "rights": ["weights"], "days": "30"}
    client.post(reverse("account_token_create"), form)
    show_second_factor(client, secret)
    client.post(reverse("account_token_create"), form | {"name": "two"})
    tokens = {each.name: each for each in PersonalToken.objects.all()}
    assert tokens["one"].second_factor_at is None
    assert tokens["two"].second_factor_at is not None
    for name, allowed in (("one", False), ("two", True)):
        context = Context(token=tokens[name])
        assert decide(user, release, VerdictAction.DOWNLOAD, context).allowed is allowed
    later = Context(now=timezone.now() + timedelta(hours=13), token=tokens["two"])
    assert not decide(user, release, VerdictAction.DOWNLOAD, later).allowed


def test_the_browser_beside_a_token_proves_nothing_for_it(client: Client, user: User) -> None:
    release = release_asking(user)
    secret = make_second_factor(user)
    client.force_login(user)
    show_second_factor(client, secret)
    _token, bare = make_token(user)
    assert explained(client, release, Authorization=f"Bearer {bare}") == "denied"


def test_a_device_carries_what_its_owner_showed(user: User) -> None:
    release = release_asking(user)
    now = timezone.now()
    for shown_at, allowed in ((None, False), (now, True)):
        codes = ask_for_codes()
        sign_in = accounts.look_up_device_code(actor=user, typed=codes.user_code)
        accounts.approve_device(
            actor=user, sign_in=sign_in, rights=["weights"], second_factor_at=shown_at
        )
        redeem(codes)
        token = PersonalToken.objects.order_by("-pk")[0]
        assert token.second_factor_at == shown_at
        verdict = decide(user, release, VerdictAction.DOWNLOAD, Context(token=token))
        assert verdict.allowed is allowed


def test_the_record_of_another_person_in_the_same_browser_counts_for_nobody_else(
    client: Client, user: User
) -> None:
    secret = make_second_factor(user)
    client.force_login(user)
    show_second_factor(client, secret)
    request = client.get(reverse("account_home")).wsgi_request
    assert context_of(request).second_factor_at is not None
    request.user = make_user()
    assert context_of(request).second_factor_at is None

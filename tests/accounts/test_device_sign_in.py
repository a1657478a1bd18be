"""Signing a device in by a code (RFC 8628), as the device sees it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client, RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts import services
from accounts.authentication import InvalidCredentials, bearer_token
from accounts.device_codes import ALPHABET, new_user_code, read_user_code
from accounts.models import DeviceSecret, DeviceSignIn, Notification, PersonalToken, User
from accounts.oauth import DEVICE_CODE_GRANT, OAuthError
from accounts.services import devices
from accounts.token_secret import Prefix, new_secret, prefix_of
from audit.models import Event
from common.errors import Refused
from tests.factories import HUB_CLIENT, ask_for_codes, make_device, make_user

pytestmark = pytest.mark.django_db
OTHER = "another-client"


@pytest.fixture
def program(client: Client) -> Client:
    """A client that would notice a demand for a CSRF token or a cookie."""
    return Client(enforce_csrf_checks=True)


def ask(program: Client, **form: str) -> Any:
    return program.post("/hf/oauth/device", {"client_id": HUB_CLIENT} | form)


def poll(program: Client, code: str, **form: str) -> Any:
    sent = {"grant_type": DEVICE_CODE_GRANT, "device_code": code, "client_id": HUB_CLIENT}
    return program.post("/hf/oauth/token", sent | form)


def refusal(response: Any) -> str:
    assert response.status_code == 400
    body = response.json()
    assert set(body) == {"error", "error_description"}
    return body["error"]


def approve(user: User, user_code: str, rights: tuple[str, ...] = ("weights",)) -> DeviceSignIn:
    sign_in = services.look_up_device_code(actor=user, typed=user_code)
    return services.approve_device(actor=user, sign_in=sign_in, rights=rights)


def time_passes(**span: int) -> None:
    """Move everything that waits into the past."""
    by = timedelta(**span)
    DeviceSignIn.objects.update(expires_at=F("expires_at") - by, polled_at=F("polled_at") - by)


# The code


@given(st.text(max_size=30))
def test_a_code_is_read_however_it_is_typed(noise: str) -> None:
    code = new_user_code()
    assert len(code) == 8
    assert set(code) <= set(ALPHABET)
    assert read_user_code(f" {code[:4].lower()}-{code[4:]} ") == code
    assert len(read_user_code(noise)) in {0, 8}


# The whole way


def test_a_device_gets_its_tokens_once_its_owner_says_yes(
    program: Client, rf: RequestFactory
) -> None:
    asked = ask(program)
    assert asked.status_code == 200
    assert "no-store" in asked.headers["Cache-Control"]
    assert not asked.cookies
    codes = asked.json()
    page = "http://localhost/account/device/"
    assert codes["verification_uri"] == page
    assert codes["verification_uri_complete"] == f"{page}?code={codes['user_code']}"
    assert (codes["expires_in"], codes["interval"]) == (900, 5)

    assert refusal(poll(program, codes["device_code"])) == "authorization_pending"
    user = make_user()
    approve(user, codes["user_code"], ("weights", "review"))
    answer = poll(program, codes["device_code"])
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    tokens = answer.json()
    assert tokens["token_type"] == "bearer"
    assert tokens["expires_in"] == 3600
    assert tokens["scope"] == "review weights"

    request = rf.get("/", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    token = bearer_token(request)
    assert token is not None
    assert (token.user, token.rights, token.name) == (
        user, ["review", "weights"], "Hugging Face client",
    )  # fmt: skip
    assert refusal(poll(program, codes["device_code"])) == "invalid_grant"


def test_every_step_is_recorded_and_the_owner_told() -> None:
    user = make_user()
    token, _ = make_device(user)
    actions = Event.objects.filter(actor=user.pseudonym, action__startswith="device.")
    assert list(actions.order_by("id").values_list("action", flat=True)) == [
        "device.approved",
        "device.signed_in",
    ]
    message = Notification.objects.get(kind="accounts.device_signed_in")
    assert message.recipient == user
    assert "192.0.2.0/24" in message.body
    assert token.device.signed_in_from == "192.0.2.0/24"


def test_no_secret_is_stored() -> None:
    codes = ask_for_codes()
    _, tokens = make_device(make_user())
    stored = "".join(
        str(list(model.objects.values()))
        for model in (DeviceSignIn, DeviceSecret, PersonalToken, Event, Notification)
    )
    for secret in (codes.device_code, tokens.access_token, tokens.refresh_token):
        assert secret not in stored
        assert secret[8:] not in stored


def test_the_secrets_have_forms_of_their_own_and_only_one_of_them_opens(
    rf: RequestFactory, django_assert_num_queries: Any
) -> None:
    _, tokens = make_device(make_user())
    assert prefix_of(tokens.access_token) == Prefix.DEVICE_ACCESS
    assert prefix_of(tokens.refresh_token) == Prefix.DEVICE_REFRESH
    request = rf.get("/", headers={"Authorization": f"Bearer {tokens.access_token}"})
    bearer_token(request)
    with django_assert_num_queries(1):
        assert bearer_token(request)
    request = rf.get("/", headers={"Authorization": f"Bearer {tokens.refresh_token}"})
    with pytest.raises(InvalidCredentials):
        bearer_token(request)


# What it is told otherwise


def test_asking_too_quickly_is_told_to_slow_down(program: Client) -> None:
    code = ask(program).json()["device_code"]
    assert refusal(poll(program, code)) == "authorization_pending"
    assert refusal(poll(program, code)) == "slow_down"
    assert DeviceSignIn.objects.get().interval == 10
    time_passes(seconds=6)
    assert refusal(poll(program, code)) == "slow_down"
    time_passes(seconds=15)
    assert refusal(poll(program, code)) == "authorization_pending"


def test_the_interval_does_not_grow_for_ever() -> None:
    codes = ask_for_codes()
    DeviceSignIn.objects.update(interval=899, polled_at=timezone.now())
    for _ in range(2):
        with pytest.raises(Exception, match="slow_down: Wait 900 seconds"):
            services.redeem_device_code(
                device_code=codes.device_code, client_id=HUB_CLIENT, address=""
            )


def test_a_denied_device_is_told_so(program: Client) -> None:
    codes = ask(program).json()
    user = make_user()
    sign_in = services.look_up_device_code(actor=user, typed=codes["user_code"])
    services.deny_device(actor=user, sign_in=sign_in)
    assert refusal(poll(program, codes["device_code"])) == "access_denied"
    assert Event.objects.filter(action="device.denied", actor=user.pseudonym).count() == 1


@pytest.mark.parametrize("approved", [False, True])
def test_an_expired_code_is_told_so(program: Client, approved: bool) -> None:
    codes = ask(program).json()
    if approved:
        approve(make_user(), codes["user_code"])
    time_passes(minutes=15)
    assert refusal(poll(program, codes["device_code"])) == "expired_token"
    assert not PersonalToken.objects.exists()


def test_an_account_that_was_closed_in_between_signs_nothing_in(program: Client) -> None:
    codes = ask(program).json()
    user = make_user()
    approve(user, codes["user_code"])
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert refusal(poll(program, codes["device_code"])) == "access_denied"


def test_revoking_everything_stops_a_device_on_its_way(program: Client) -> None:
    codes = ask(program).json()
    user = make_user()
    sign_in = approve(user, codes["user_code"])
    assert services.revoke_all_tokens(actor=user, user=user) == 1
    assert refusal(poll(program, codes["device_code"])) == "access_denied"
    event = Event.objects.get(action="device.denied")
    assert event.target == f"accounts.devicesignin:{sign_in.pk}"
    assert event.actor == user.pseudonym
    sign_in.refresh_from_db()
    assert (sign_in.state, sign_in.rights) == ("denied", [])
    assert services.revoke_all_tokens(actor=user, user=user) == 0


def test_a_device_whose_code_expired_is_not_counted_among_what_is_revoked() -> None:
    user = make_user()
    approve(user, ask_for_codes().user_code)
    time_passes(minutes=15)
    assert services.revoke_all_tokens(actor=user, user=user) == 0
    assert not Event.objects.filter(action="device.denied").exists()


def test_a_device_on_its_way_can_be_stopped_from_the_page(client: Client) -> None:
    user, codes = make_user(), ask_for_codes()
    approve(user, codes.user_code)
    client.force_login(user)
    url = "/account/tokens/revoke/"
    listed = client.get("/account/tokens/").content.decode()
    assert url in listed
    assert "1 device was approved and has not signed in yet." in listed
    assert "approved, not signed in yet" in client.get(url).content.decode()
    assert "1 token or device was revoked." in client.post(url, follow=True).content.decode()
    listed = client.get("/account/tokens/").content.decode()
    assert url not in listed
    assert "not signed in yet" not in listed


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"device_code": "nonsense"}, "invalid_grant"),
        ({"device_code": "sld_\x00"}, "invalid_grant"),
        ({"device_code": "{unknown}"}, "invalid_grant"),
        ({"device_code": ""}, "invalid_request"),
        ({"client_id": OTHER}, "invalid_client"),
        ({"client_id": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x" * 9000}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "{unknown}"}, "invalid_grant"),
    ],
)
def test_a_wrong_question_is_answered_with_the_registered_error(
    program: Client, form: dict[str, str], error: str
) -> None:
    code = ask(program).json()["device_code"]
    prefix = Prefix.DEVICE_CODE if "device_code" in form else Prefix.DEVICE_REFRESH
    form = {name: value.format(unknown=new_secret(prefix)) for name, value in form.items()}
    assert refusal(poll(program, code, **form)) == error


def test_parameters_twice_json_and_get_are_refused(program: Client) -> None:
    twice = program.post("/hf/oauth/device", {"client_id": [HUB_CLIENT, HUB_CLIENT]})
    assert refusal(twice) == "invalid_request"
    as_json = program.post(
        "/hf/oauth/device", {"client_id": HUB_CLIENT}, content_type="application/json"
    )
    assert refusal(as_json) == "invalid_request"
    for path in ("/hf/oauth/device", "/hf/oauth/token"):
        answer = program.get(path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
        assert answer.json()["error"] == "invalid_request"


def test_a_code_of_one_client_is_of_no_use_to_another(program: Client, settings: Any) -> None:
    settings.DEVICE_CLIENTS = settings.DEVICE_CLIENTS | {OTHER: "Another client"}
    codes = ask(program).json()
    approve(make_user(), codes["user_code"])
    assert refusal(poll(program, codes["device_code"], client_id=OTHER)) == "invalid_grant"
    assert poll(program, codes["device_code"]).status_code == 200


def test_a_configured_client_is_known_by_its_name(program: Client, settings: Any) -> None:
    assert refusal(ask(program, client_id=OTHER)) == "invalid_client"
    settings.DEVICE_CLIENTS = {OTHER: "Another client"}
    assert ask(program, client_id=OTHER).status_code == 200
    assert DeviceSignIn.objects.get().client_name == "Another client"


def test_what_a_device_says_of_itself_is_cut_and_printable(program: Client) -> None:
    agent = "hf_hub/2.4.0\x07\u202e; " + "x" * 5000
    services.start_device_sign_in(client_id=HUB_CLIENT, address="192.0.2.7", user_agent=agent)
    stored = DeviceSignIn.objects.get().user_agent
    assert stored.startswith("hf_hub/2.4.0; xxx")
    assert len(stored) == 200


# Many


def test_one_network_cannot_take_all_codes(
    program: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "MOST_WAITING_FROM_ONE_NETWORK", 2)
    assert [ask(program).status_code for _ in range(3)] == [200, 200, 429]
    answer = ask(program)
    assert answer.json()["error"] == "temporarily_unavailable"
    assert answer.headers["Retry-After"] == "900"
    elsewhere = program.post(
        "/hf/oauth/device", {"client_id": HUB_CLIENT}, REMOTE_ADDR="203.0.113.1"
    )
    assert elsewhere.status_code == 200
    time_passes(minutes=16)
    assert ask(program).status_code == 200


def ask_from(address: str) -> str:
    try:
        ask_for_codes(address=address)
    except OAuthError as error:
        return error.code
    return "given"


def test_the_many_networks_of_one_provider_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "MOST_WAITING_FROM_ONE_NETWORK", 1)
    monkeypatch.setattr(devices, "MOST_WAITING_FROM_ONE_BLOCK", 2)
    assert ask_from("2001:db8:1::1") == "given"
    assert ask_from("2001:db8:1::2") == "temporarily_unavailable"
    assert ask_from("2001:db8:2::1") == "given"
    assert ask_from("2001:db8::1") == "temporarily_unavailable"
    assert ask_from("2001:db9::1") == "given"
    # IPv4 has no such block: a provider's addresses lie scattered.
    assert [ask_from(f"192.0.{n}.1") for n in range(3)] == ["given"] * 3


def test_devices_without_an_address_do_not_share_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "MOST_WAITING_FROM_ONE_NETWORK", 1)
    monkeypatch.setattr(devices, "MOST_WAITING_FROM_ONE_BLOCK", 1)
    assert [ask_from("") for _ in range(3)] == ["given"] * 3


def test_all_networks_together_are_stopped_only_where_codes_begin_to_collide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert len(ALPHABET) ** 8 / devices.MOST_WAITING == 10_000
    monkeypatch.setattr(devices, "MOST_WAITING", 2)
    asked = [ask_from(f"192.0.{n}.1") for n in range(3)]
    assert asked == ["given", "given", "temporarily_unavailable"]


def test_a_device_that_finds_every_code_taken_is_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(devices, "new_user_code", lambda: "BCDFGHJK")
    assert [ask_from("192.0.2.1") for _ in range(2)] == ["given", "temporarily_unavailable"]


def test_a_code_that_waits_is_not_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    given_out = iter(["BCDFGHJK", "BCDFGHJK", "BCDFGHJL"])
    monkeypatch.setattr(devices, "new_user_code", lambda: next(given_out))
    assert [ask_for_codes().user_code for _ in range(2)] == ["BCDF-GHJK", "BCDF-GHJL"]


def test_guessing_codes_is_stopped() -> None:
    user, codes = make_user(), ask_for_codes()
    for _ in range(devices.MOST_GUESSES):
        with pytest.raises(Refused, match="No device waits with this code"):
            services.look_up_device_code(actor=user, typed="BBBB-BBBB")
    with pytest.raises(Refused, match="too many wrong codes"):
        services.look_up_device_code(actor=user, typed=codes.user_code)
    assert services.look_up_device_code(actor=make_user(), typed=codes.user_code).seen_by


# Who may answer


def test_only_who_entered_the_code_last_may_answer() -> None:
    first, second, codes = make_user(), make_user(), ask_for_codes()
    sign_in = services.look_up_device_code(actor=first, typed=codes.user_code)
    services.look_up_device_code(actor=second, typed=codes.user_code)
    for act in (services.deny_device, approve_all):
        with pytest.raises(Refused, match="Enter the code first"):
            act(actor=first, sign_in=sign_in)
    assert approve_all(actor=second, sign_in=sign_in).user == second


def approve_all(*, actor: User, sign_in: DeviceSignIn) -> DeviceSignIn:
    return services.approve_device(actor=actor, sign_in=sign_in, rights=["weights"])


def test_an_answer_is_given_once_and_in_time() -> None:
    user, codes = make_user(), ask_for_codes()
    sign_in = services.look_up_device_code(actor=user, typed=codes.user_code)
    time_passes(minutes=15)
    with pytest.raises(Refused, match="The code has expired"):
        approve_all(actor=user, sign_in=sign_in)
    time_passes(minutes=-15)
    approve_all(actor=user, sign_in=sign_in)
    for act in (services.deny_device, approve_all):
        with pytest.raises(Refused, match="answered already"):
            act(actor=user, sign_in=sign_in)


@pytest.mark.parametrize("rights", [[], ["root"]])
def test_a_device_gets_known_rights_only(rights: list[str]) -> None:
    user, codes = make_user(), ask_for_codes()
    sign_in = services.look_up_device_code(actor=user, typed=codes.user_code)
    with pytest.raises(Refused, match="at least one right"):
        services.approve_device(actor=user, sign_in=sign_in, rights=rights)


def test_an_unconfirmed_address_signs_no_device_in() -> None:
    user, codes = make_user(verified=False), ask_for_codes()
    sign_in = services.look_up_device_code(actor=user, typed=codes.user_code)
    with pytest.raises(Refused, match="confirmed"):
        approve_all(actor=user, sign_in=sign_in)

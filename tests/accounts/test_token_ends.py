"""How tokens end: all at once, found in the open, or on their last day with a word before."""

import io
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services, tasks
from accounts.models import Notification, PersonalToken
from accounts.selectors import token_for_secret
from accounts.token_secret import PATTERN, Prefix, new_secret, secrets_in
from audit.models import Event
from common.errors import Refused
from tests.environment import CHECKOUT
from tests.factories import make_operator, make_token, make_user

pytestmark = pytest.mark.django_db


# All at once


def test_all_of_ones_tokens_end_at_once_and_nobody_elses() -> None:
    user = make_user()
    secrets = [make_token(user)[1] for _ in range(3)]
    _, other = make_token(make_user())
    assert services.revoke_all_tokens(actor=user, user=user) == 3
    assert not any(token_for_secret(secret) for secret in secrets)
    assert token_for_secret(other) is not None
    assert Event.objects.filter(action="token.revoked", actor=user.pseudonym).count() == 3
    assert Event.objects.filter(action="credentials.ended", actor=user.pseudonym).count() == 1
    assert services.revoke_all_tokens(actor=user, user=user) == 0


def test_others_cannot_revoke_everything_but_the_operator_can() -> None:
    user = make_user()
    make_token(user)
    with pytest.raises(Refused, match="owner and the operator"):
        services.revoke_all_tokens(actor=make_user(), user=user)
    assert services.revoke_all_tokens(actor=make_operator(), user=user) == 1


def test_the_page_asks_first_and_says_that_it_cannot_be_undone(client: Client) -> None:
    user = make_user()
    _, secret = make_token(user, name="laptop")
    client.force_login(user)
    url = reverse("account_tokens_revoke")
    assert url in client.get(reverse("account_tokens")).content.decode()
    page = client.get(url).content.decode()
    assert "cannot be undone" in page
    assert "links to files that you made end too" in page
    assert "What is revoked" in page
    assert "Who is affected" not in page
    assert "laptop" in page
    assert token_for_secret(secret) is not None
    answer = client.post(url, follow=True)
    assert "1 token or device was revoked." in answer.content.decode()
    assert token_for_secret(secret) is None


def test_the_page_has_nothing_to_revoke_without_tokens(client: Client) -> None:
    client.force_login(make_user())
    url = reverse("account_tokens_revoke")
    assert url not in client.get(reverse("account_tokens")).content.decode()
    assert "no live token or device" in client.get(url).content.decode()
    answer = client.post(url, follow=True).content.decode()
    assert "0 tokens and devices were revoked." in answer


# Found in the open


def find(*args: str) -> str:
    out = io.StringIO()
    call_command("find_token", *args, stdout=out)
    return out.getvalue()


def given(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))


def test_a_leaked_token_is_found_in_a_text_revoked_and_its_owner_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = make_user(email="ada@example.org")
    token, secret = make_token(user, name="laptop")
    given(monkeypatch, b"\xff\xfe export HF_TOKEN='" + secret.encode() + b"' # oops\n" * 2)
    whose = f"{secret[:8]}…: “laptop” of ada@example.org"
    assert find("-") == f"{whose} is revoked now; its owner is told.\n"
    assert token_for_secret(secret) is None
    event = Event.objects.get(action="token.leaked")
    assert event.actor is None
    assert event.target == f"accounts.personaltoken:{token.pk}"
    message = Notification.objects.get(kind="accounts.token_leaked")
    assert message.recipient == user
    assert secret not in message.body + message.subject

    assert "was revoked on" in find(secret)
    assert Event.objects.filter(action="token.leaked").count() == 1


def test_a_token_across_two_reads_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    _, secret = make_token(make_user())
    given(monkeypatch, b"." * (1024 * 1024 - 20) + b" " + secret.encode() + b"\n" + b"." * 5000)
    assert "is revoked now" in find("-")


def test_a_dry_run_revokes_nothing() -> None:
    _, secret = make_token(make_user())
    assert "is live and would be revoked" in find(secret, "--dry-run")
    assert token_for_secret(secret) is not None


@pytest.mark.parametrize("text", ["{unknown}", "slu_" + "a" * 46, "", "nothing here"])
def test_what_is_no_token_of_ours_ends_with_1(text: str) -> None:
    make_token(make_user())
    text = text.format(unknown=new_secret())
    with pytest.raises(CommandError, match="no token of this portal") as caught:
        find(text)
    assert caught.value.returncode == 1
    assert not PersonalToken.objects.exclude(revoked_at=None).exists()


def test_only_the_operator_revokes_what_was_found() -> None:
    _, secret = make_token(make_user())
    with pytest.raises(Refused, match="Only the operator"):
        services.revoke_leaked_token(actor=make_user(), secret=secret)
    assert services.revoke_leaked_token(actor=make_operator(), secret=secret) is not None
    assert services.revoke_leaked_token(actor=None, secret=new_secret()) is None


def test_the_pattern_for_scanners_finds_every_secret_and_is_documented() -> None:
    secrets = [new_secret(prefix) for prefix in Prefix if prefix != Prefix.DEVICE_CODE]
    assert secrets_in(f"a={secrets[0]};b={secrets[1]}\n{secrets[2]} {secrets[0]}") == secrets
    documented = (CHECKOUT / "docs" / "operations.md").read_text().splitlines()
    assert f"    {PATTERN}" in documented
    # What scanners of code hosts understand (RE2, Hyperscan) has no look-around.
    assert "(?" not in PATTERN


@pytest.mark.parametrize(
    "text",
    [
        r'{{"log": "line\n{0}"}}',
        "Authorization: Bearer%20{0}",
        "TOKEN_{0}",
        "{0}_x",
        "{0}{0}",
        "x{0}9",
        # Something of the same form that ends in the first letters of the secret.
        "slu_" + "a" * 43 + "{0}",
    ],
)
def test_a_secret_is_found_whatever_stands_beside_it(text: str) -> None:
    for prefix in (Prefix.PERSONAL, Prefix.DEVICE_ACCESS, Prefix.DEVICE_REFRESH):
        secret = new_secret(prefix)
        assert secrets_in(text.format(secret)) == [secret]


# On their last day


def ends_in(token: PersonalToken, *, lived: timedelta, left: timedelta) -> None:
    now = timezone.now()
    PersonalToken.objects.filter(pk=token.pk).update(created_at=now - lived, expires_at=now + left)


@pytest.mark.parametrize(
    ("lived", "left", "told"),
    [
        (timedelta(days=24), timedelta(days=6), 1),
        (timedelta(days=22), timedelta(days=8), 0),
        (timedelta(days=3), timedelta(days=4), 0),
        (timedelta(days=6), timedelta(hours=20), 1),
        (timedelta(hours=5), timedelta(hours=20), 0),
        (timedelta(days=30), timedelta(seconds=-1), 0),
    ],
)
def test_its_owner_is_told_in_time(lived: timedelta, left: timedelta, told: int) -> None:
    token, _ = make_token(make_user(), name="laptop")
    ends_in(token, lived=lived, left=left)
    tasks.sweep_tokens()
    tasks.sweep_tokens()
    messages = Notification.objects.filter(kind="accounts.token_ending")
    assert messages.count() == told
    assert all("laptop" in message.subject for message in messages)


def test_nobody_is_told_of_a_revoked_token_or_with_a_closed_account() -> None:
    user, closed = make_user(), make_user()
    for owner in (user, closed):
        token, _ = make_token(owner)
        ends_in(token, lived=timedelta(days=29), left=timedelta(days=1))
    services.revoke_all_tokens(actor=user, user=user)
    closed.is_active = False
    closed.save()
    assert services.tell_of_ending_tokens() == 0


def test_the_sweep_is_on_the_schedule(settings: Any) -> None:
    tasks_due = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert tasks.sweep_tokens.name in tasks_due

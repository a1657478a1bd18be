"""Staff without a second factor reaches its account and nothing else."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import PersonalToken, User
from accounts.selectors import has_second_factor
from audit.selectors import timeline
from boards.models import Seat
from releases.choices import Right
from tests.boards.factories import make_board
from tests.factories import make_operator, make_second_factor, make_token, make_user
from tests.licensing.factories import give_right, make_model
from tests.signing_in import prove, proven_client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def asked_of_staff(settings: Settings) -> None:
    settings.STAFF_MFA = True


def with_a_right() -> User:
    user = make_user()
    give_right(user, Right.REVIEW_APPLICATION, make_model())
    return user


def with_a_seat() -> User:
    holder = Seat.objects.filter(board=make_board()).exclude(holder=None)[0].holder
    assert holder is not None
    return holder


def superuser() -> User:
    return make_user(is_superuser=True)


STAFF = [with_a_right, with_a_seat, make_operator, superuser]
PLACES = ["/dashboard/", "/boards/", "/licensing/reviews/", "/operation/", "/admin/",
          "/account/tokens/new/", "/account/device/", "/api/openapi.json"]  # fmt: skip


@pytest.mark.parametrize("make", STAFF)
def test_staff_is_led_to_set_one_up(client: Client, make: Any) -> None:
    user = make()
    client.force_login(user)
    for place in PLACES:
        for send in (client.get, client.post):
            answer = send(place, headers={"Accept": "text/html"})
            assert answer.headers["Location"] == reverse("mfa_index"), place
    page = client.get(reverse("mfa_index")).content.decode()
    assert "Your role needs a second factor." in page
    for name in ("account_home", "account_email", "usersessions_list", "home"):
        assert client.get(reverse(name)).status_code == 200
    assert client.post(reverse("account_logout")).status_code == 302


@pytest.mark.parametrize("make", STAFF)
def test_staff_with_one_goes_on(client: Client, make: Any) -> None:
    user = make()
    make_second_factor(user)
    client.force_login(user)
    assert client.get("/dashboard/").status_code == 200


def test_a_program_without_a_token_is_told_in_its_own_form(client: Client) -> None:
    client.force_login(with_a_right())
    answer = client.get("/dashboard/", headers={"Accept": "application/json"})
    assert answer.status_code == 403
    assert "second factor" in answer.json()["error"]


def test_who_is_no_staff_is_asked_for_nothing(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/dashboard/").status_code == 200


def test_where_it_is_off_nobody_is_stopped(client: Client, settings: Settings) -> None:
    settings.STAFF_MFA = False
    client.force_login(with_a_right())
    assert client.get("/dashboard/").status_code == 200


def test_once_it_was_shown_it_costs_no_query(django_assert_num_queries: Any) -> None:
    user = with_a_right()
    make_second_factor(user)
    client = proven_client(user)
    url = reverse("health_live")
    client.get("/dashboard/")
    prove(client, user, by="mfa")
    with django_assert_num_queries(0):
        client.get(url)


@pytest.mark.parametrize("right", ["review", "ingest", "evidence"])
def test_a_token_with_rights_of_staff_works_with_a_second_factor_only(
    client: Client, right: str
) -> None:
    user = with_a_right()
    _token, secret = make_token(user, rights=("weights", right))
    headers = {"Authorization": f"Bearer {secret}"}
    answer = client.get("/hf/api/whoami-v2", headers=headers)
    assert answer.status_code == 401
    assert "has no second factor" in answer.content.decode()
    make_second_factor(user)
    assert client.get("/hf/api/whoami-v2", headers=headers).status_code == 200


def test_a_token_without_them_is_not_concerned(client: Client) -> None:
    _token, secret = make_token(with_a_right(), rights=("weights", "api"))
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/hf/api/whoami-v2", headers=headers).status_code == 200


def test_the_operator_helps_whoever_lost_theirs(client: Client, capsys: Any) -> None:
    user = make_user(email="ann@example.org", password="a long phrase 77")
    make_second_factor(user)
    make_token(user)
    client.force_login(user)
    call_command("reset_second_factors", "ann@example.org", "--reason", "She lost her phone.")
    assert not has_second_factor(user)
    assert not PersonalToken.objects.filter(revoked_at=None).exists()
    assert client.get("/dashboard/").status_code == 302
    assert "removed a person's second factors" in [entry.words for entry in timeline(user)]
    assert user.notifications.filter(kind="account.second_factors_reset").exists()
    with pytest.raises(CommandError, match="has no second factor"):
        call_command("reset_second_factors", "ann@example.org", "--reason", "Again.")
    with pytest.raises(CommandError, match="no account"):
        call_command("reset_second_factors", "nobody@example.org", "--reason", "Again.")

"""A token that is bound to networks, and where a token was last used."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.authentication import InvalidCredentials, bearer_token
from accounts.models import Notification, PersonalToken
from audit.models import Event
from common.errors import Refused
from tests.factories import make_token, make_user

pytestmark = pytest.mark.django_db
HOME = ("192.0.2.0/24", "2001:db8::/32")


def ask(rf: RequestFactory, secret: str, address: str) -> PersonalToken | None:
    return bearer_token(
        rf.get("/", headers={"Authorization": f"Bearer {secret}"}, REMOTE_ADDR=address)
    )


@pytest.mark.parametrize("address", ["192.0.2.9", "2001:db8::9", "::ffff:192.0.2.9"])
def test_it_opens_in_its_networks(rf: RequestFactory, address: str) -> None:
    token, secret = make_token(make_user(), networks=HOME)
    assert ask(rf, secret, address) == token


@pytest.mark.parametrize("address", ["198.51.100.1", "2001:db9::1", "", "unknown"])
def test_it_opens_nowhere_else_and_says_so(rf: RequestFactory, address: str) -> None:
    token, secret = make_token(make_user(), name="laptop", networks=HOME)
    with pytest.raises(InvalidCredentials) as caught:
        ask(rf, secret, address)
    assert caught.value.sentence == (
        "The token “laptop” may not be used from the network that this request came from."
    )
    token.refresh_from_db()
    assert token.last_used_at is None


def test_a_forged_header_does_not_move_one_into_the_network(
    rf: RequestFactory, settings: Any
) -> None:
    _, secret = make_token(make_user(), networks=HOME)
    request = rf.get(
        "/",
        headers={"Authorization": f"Bearer {secret}", "X-Forwarded-For": "192.0.2.9"},
        REMOTE_ADDR="198.51.100.1",
    )
    with pytest.raises(InvalidCredentials):
        bearer_token(request)


def test_use_from_elsewhere_is_recorded_and_told_once_an_hour(rf: RequestFactory) -> None:
    token, secret = make_token(make_user(), networks=HOME)
    for _ in range(3):
        with pytest.raises(InvalidCredentials):
            ask(rf, secret, "198.51.100.1")
    events = Event.objects.filter(action="token.refused")
    assert [event.target for event in events] == [f"accounts.personaltoken:{token.pk}"]
    assert "198.51" not in str(events.values())
    told = Notification.objects.filter(kind="accounts.token_refused")
    assert told.count() == 1

    earlier = timezone.now() - timedelta(hours=1, seconds=1)
    PersonalToken.objects.update(refused_elsewhere_at=earlier)
    with pytest.raises(InvalidCredentials):
        ask(rf, secret, "198.51.100.1")
    assert (events.all().count(), told.count()) == (2, 2)


def test_every_address_of_programs_answers_401_with_the_sentence(client: Client) -> None:
    _, secret = make_token(make_user(), name="laptop", networks=("10.0.0.0/8",))
    for url in (
        "/gateway/check?model=demo/heron&release=v1",
        "/api/explain/demo/heron/v1",
        "/models/demo/heron/v1/files/config.json",
        "/models/demo/heron/v1/SHA256SUMS",
    ):
        answer = client.get(url, headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 401, url
        assert "may not be used from the network" in answer.json()["error"]
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_the_network_of_the_last_use_is_kept_and_not_the_address(rf: RequestFactory) -> None:
    token, secret = make_token(make_user())
    ask(rf, secret, "203.0.113.77")
    token.refresh_from_db()
    assert token.last_used_from == "203.0.113.0/24"


def test_erasing_a_person_forgets_where_they_worked(rf: RequestFactory) -> None:
    user = make_user()
    token, secret = make_token(user, networks=HOME)
    ask(rf, secret, "192.0.2.9")
    services.erase_person(actor=None, user=user, reason="Asked for it.")
    token.refresh_from_db()
    assert (token.networks, token.last_used_from, token.name) == ([], "", "")


def test_networks_that_make_no_sense_are_refused() -> None:
    with pytest.raises(Refused, match="is not a network"):
        make_token(make_user(), networks=("office",))
    token, _ = make_token(make_user())
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonalToken.objects.update(networks=["10.0.0.0/8"] * 21)
    assert PersonalToken.objects.get() == token


# Pages


def test_the_form_takes_networks_and_the_list_shows_them(client: Client) -> None:
    client.force_login(make_user())
    sent = {"name": "cluster", "rights": ["review"], "days": "30", "networks": "10.0.0.0/8 ::1"}
    page = client.post(reverse("account_token_create"), sent)
    assert "10.0.0.0/8, ::1/128" in page.content.decode()
    listed = client.get(reverse("account_tokens")).content.decode()
    assert "only from 10.0.0.0/8, ::1/128" in listed
    assert "Review applications" in listed


def test_a_wrong_network_is_told_at_the_field_and_nothing_is_lost(client: Client) -> None:
    client.force_login(make_user())
    sent = {"name": "cluster", "rights": ["api"], "days": "30", "networks": "10.1.2.3/8"}
    page = client.post(reverse("account_token_create"), sent).content.decode()
    assert "Did you mean 10.0.0.0/8?" in page
    assert 'value="cluster"' in page
    assert ">10.1.2.3/8</textarea>" in page.replace("\n", "")
    assert not PersonalToken.objects.exists()

"""The inbox: what is unread first."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Notification, User
from accounts.selectors import unread_count
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def tell(user: User, number: int) -> Notification:
    message = services.notify(
        recipient=user, kind="x", subject=f"Message {number:03}", body="Words", url="/somewhere/"
    )
    assert message is not None
    return message


def test_an_empty_inbox_says_what_will_stand_there(client: Client) -> None:
    client.force_login(make_user())
    assert "Nothing here yet" in client.get(reverse("account_notifications")).content.decode()


def test_unread_ones_stand_first_and_can_be_marked(client: Client) -> None:
    user = make_user()
    messages = [tell(user, number) for number in range(3)]
    client.force_login(user)
    services.mark_read(actor=user, notification=messages[2])
    page = client.get(reverse("account_notifications"))
    assert [each.pk for each in page.context["unread"]] == [messages[1].pk, messages[0].pk]
    assert [each.pk for each in page.context["read"]] == [messages[2].pk]

    answer = client.post(reverse("account_notification_read", args=[messages[0].pk]))
    assert answer.headers["Location"] == reverse("account_notifications")
    assert unread_count(user) == 1
    client.post(reverse("account_notifications_read"))
    assert unread_count(user) == 0
    assert (
        "You have read everything" in client.get(reverse("account_notifications")).content.decode()
    )


def test_reading_is_never_done_by_a_link(client: Client) -> None:
    user = make_user()
    message = tell(user, 1)
    client.force_login(user)
    for url in (
        reverse("account_notifications_read"),
        reverse("account_notification_read", args=[message.pk]),
    ):
        assert client.get(url).status_code == 405
    assert unread_count(user) == 1


def test_the_messages_of_others_do_not_exist_for_me(client: Client) -> None:
    owner = make_user()
    message = tell(owner, 1)
    client.force_login(make_user())
    for notification_id in (message.pk, 0, 10**30):
        url = reverse("account_notification_read", args=[notification_id])
        assert client.post(url).status_code == 404
    client.post(reverse("account_notifications_read"))
    assert unread_count(owner) == 1
    assert "Message 001" not in client.get(reverse("account_notifications")).content.decode()


def test_what_was_read_is_paged_by_key(client: Client) -> None:
    user = make_user()
    for number in range(45):
        tell(user, number)
    services.mark_all_read(actor=user)
    client.force_login(user)
    seen: list[str] = []
    url = reverse("account_notifications")
    while url:
        page = client.get(url)
        seen += [each.subject for each in page.context["read"]]
        url = page.context["older_url"]
    assert seen == [f"Message {number:03}" for number in reversed(range(45))]


@pytest.mark.parametrize("before", ["", "x", "-1", "1\x00", "9" * 40, "१२", "1;DROP"])
def test_a_broken_page_key_shows_the_first_page(client: Client, before: str) -> None:
    user = make_user()
    tell(user, 1)
    client.force_login(user)
    page = client.get(reverse("account_notifications"), {"before": before})
    assert page.status_code == 200
    assert "Message 001" in page.content.decode()


def test_markup_in_a_message_is_shown_as_text(client: Client) -> None:
    user = make_user()
    services.notify(recipient=user, kind="x", subject="<b>bold</b>", body="<script>x</script>")
    client.force_login(user)
    page = client.get(reverse("account_notifications")).content.decode()
    assert "<script>x" not in page
    assert "&lt;b&gt;bold" in page


def test_queries_do_not_grow_with_the_inbox(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    user = make_user()
    for number in range(60):
        tell(user, number)
    client.force_login(user)
    with django_assert_max_num_queries(15):
        client.get(reverse("account_notifications"))

"""The inbox: newest first, filtered by what is unread, by kind and by what it is about."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Notification, User
from accounts.selectors.messages import InboxFilter, filtered_inbox, unread_count
from tests.factories import make_user

pytestmark = pytest.mark.django_db
HOME = "/account/notifications/"


def tell(user: User, number: int, kind: str = "licensing.grant_active", **more: Any) -> int:
    message = services.notify(
        recipient=user,
        kind=kind,
        subject=f"Message {number:03}",
        body="Words",
        url="/somewhere/",
        **more,
    )
    assert message is not None
    return message.pk


def subjects(page: Any) -> list[str]:
    return [each.subject for each in page.context["notifications"]]


def test_an_empty_inbox_says_what_will_stand_there(client: Client) -> None:
    client.force_login(make_user())
    assert "Nothing here yet" in client.get(HOME).content.decode()


def test_messages_are_filtered_by_what_is_unread_by_kind_and_by_model(client: Client) -> None:
    user = make_user()
    tell(user, 1, about="demo/heron v1.0")
    tell(user, 2, "boards.voting_opened", about="demo/heron v1.0")
    tell(user, 3, "boards.voting_opened", about="demo/heron")
    tell(user, 4, "boards.voting_opened", about="demo/heron2")
    services.mark_read(actor=user, notification=Notification.objects.get(subject="Message 003"))
    client.force_login(user)
    for query, numbers in {
        "": [4, 3, 2, 1],
        "?unread=on": [4, 2, 1],
        "?group=boards": [4, 3, 2],
        "?about=demo/heron": [3, 2, 1],
        "?about=demo/heron+v1.0": [2, 1],
        "?unread=on&group=boards&about=demo/heron": [2],
        "?group=terms": [],
        # What is no filter is said, and everything is shown.
        "?group=x": [4, 3, 2, 1],
        "?about=demo/other": [4, 3, 2, 1],
        "?about=%00": [4, 3, 2, 1],
    }.items():
        page = client.get(HOME + query)
        assert page.status_code == 200, query
        assert subjects(page) == [f"Message {number:03}" for number in numbers], query
    tabs = {str(tab["label"]): tab["count"] for tab in client.get(HOME).context["tabs"]}
    assert tabs == {
        "All": "",
        "Unread": 3,
        "Decisions on your applications and access": 1,
        "Motions and votes": 2,
    }
    assert "Nothing fits" in client.get(HOME + "?group=terms").content.decode()

    answer = client.post(HOME + "read/?group=boards")
    assert answer.headers["Location"] == HOME + "?group=boards"
    assert unread_count(user) == 1
    assert client.post(HOME + "read/?group=x").status_code == 404
    client.post(HOME + "read/")
    assert unread_count(user) == 0


def test_a_name_with_wildcards_finds_only_itself() -> None:
    user = make_user()
    tell(user, 1, about="demo/a_b v1")
    tell(user, 2, about="demo/axb v1")
    found = filtered_inbox(user, InboxFilter(about="demo/a_b"))
    assert [each.subject for each in found] == ["Message 001"]


def test_one_message_is_marked_and_the_filter_is_kept(client: Client) -> None:
    user = make_user()
    number = tell(user, 1)
    client.force_login(user)
    answer = client.post(reverse("account_notification_read", args=[number]) + "?unread=on")
    assert answer.headers["Location"] == HOME + "?unread=on"
    assert unread_count(user) == 0
    assert "read everything that fits" in client.get(HOME + "?unread=on").content.decode()


def test_reading_is_never_done_by_a_link(client: Client) -> None:
    user = make_user()
    number = tell(user, 1)
    client.force_login(user)
    for url in (
        reverse("account_notifications_read"),
        reverse("account_notification_read", args=[number]),
    ):
        assert client.get(url).status_code == 405
    assert unread_count(user) == 1


def test_the_messages_of_others_do_not_exist_for_me(client: Client) -> None:
    owner = make_user()
    number = tell(owner, 1)
    client.force_login(make_user())
    for notification_id in (number, 0, 10**30):
        url = reverse("account_notification_read", args=[notification_id])
        assert client.post(url).status_code == 404
    client.post(reverse("account_notifications_read"))
    assert unread_count(owner) == 1
    assert "Message 001" not in client.get(HOME).content.decode()


def test_the_inbox_is_paged_by_key_with_the_filter_kept_and_the_same_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    user = make_user()
    for number in range(45):
        tell(user, number, about="demo/heron v1.0")
        tell(user, 100 + number, "boards.voting_opened")
    client.force_login(user)
    seen: list[str] = []
    url = HOME + "?about=demo%2Fheron"
    while url:
        with django_assert_max_num_queries(12):
            page = client.get(url)
        seen += subjects(page)
        url = page.context["older_url"]
    assert seen == [f"Message {number:03}" for number in reversed(range(45))]


@pytest.mark.parametrize("before", ["", "x", "-1", "1\x00", "9" * 40, "१२", "1;DROP"])
def test_a_broken_page_key_shows_the_first_page(client: Client, before: str) -> None:
    user = make_user()
    tell(user, 1)
    client.force_login(user)
    page = client.get(HOME, {"before": before})
    assert page.status_code == 200
    assert "Message 001" in page.content.decode()


def test_markup_in_a_message_is_shown_as_text(client: Client) -> None:
    user = make_user()
    services.notify(recipient=user, kind="x", subject="<b>bold</b>", body="<script>x</script>")
    client.force_login(user)
    page = client.get(HOME).content.decode()
    assert "<script>x" not in page
    assert "&lt;b&gt;bold" in page

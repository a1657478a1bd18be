"""How people get their messages: at once, daily, or in the portal only; and out by one click."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.test import Client
from pytest_django import Settings

from accounts import notices, services
from accounts.models import Digest, Notification, NotificationPreference, User
from accounts.notices import OPTIONAL_GROUPS, Delivery, Group
from accounts.selectors.messages import deliveries_of, inbox
from accounts.services import digests
from accounts.stop_links import StopLink, read_stop, sign_stop
from accounts.tasks import sweep_notifications
from common.errors import Refused
from tests.factories import make_user

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)
VOTE, ALARM = "boards.voting_opened", "hold_placed"


def choose(user: User, time_zone: str | None = None, **chosen: Delivery) -> None:
    groups = {Group(name): delivery for name, delivery in chosen.items()}
    services.choose_deliveries(actor=user, chosen=groups, time_zone=time_zone)


def tell(user: User, subject: str, kind: str = VOTE, at: datetime | None = None) -> Notification:
    message = services.notify(
        recipient=user, kind=kind, subject=subject, body="Words", url="/somewhere/"
    )
    assert message is not None
    if at is not None:
        Notification.objects.filter(pk=message.pk).update(created_at=at)
    return message


def send_all() -> None:
    sweep_notifications()


def test_each_group_goes_the_way_that_was_chosen_and_all_stand_in_the_inbox(
    mailoutbox: list[EmailMessage],
) -> None:
    user = make_user()
    choose(user, boards=Delivery.DAILY, releases=Delivery.PORTAL)
    tell(user, "A vote")
    tell(user, "A stage", "transition_effective")
    tell(user, "A reminder", "accounts.token_ending")
    tell(user, "An alarm", ALARM)
    tell(user, "Nobody declared it", "unheard.of")
    send_all()
    mailed = {mail.subject for mail in mailoutbox}
    assert mailed == {"A reminder", "An alarm", "Nobody declared it"}
    assert inbox(user).count() == 5
    waiting = Notification.objects.get(subject="A stage")
    with pytest.raises(Refused, match="chose to get this otherwise"):
        services.retry_notification(actor=make_user(is_staff=True), notification_id=waiting.pk)


@pytest.mark.parametrize("group", sorted(notices.WHY_MANDATORY))
def test_what_is_mandatory_cannot_be_turned_off(group: Group) -> None:
    user = make_user()
    with pytest.raises(Refused, match="cannot be turned off"):
        services.choose_deliveries(actor=user, chosen={group: Delivery.PORTAL})
    assert not NotificationPreference.objects.exists()


def test_a_summary_comes_once_on_the_persons_own_morning_with_what_is_unread(
    mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    settings.DIGEST_HOUR = 7
    settings.BASE_URL = "https://sluice.example.org"
    user, abroad = make_user(), make_user()
    choose(user, boards=Delivery.DAILY, reminders=Delivery.DAILY)
    choose(abroad, time_zone="America/New_York", boards=Delivery.DAILY)
    before = MORNING - timedelta(hours=2)
    tell(user, "First <vote>", at=before)
    tell(user, "A reminder", "accounts.token_ending", at=before)
    services.mark_read(actor=user, notification=tell(user, "Was read", at=before))
    tell(user, "After the hour", at=MORNING + timedelta(minutes=1))
    tell(abroad, "Abroad", at=before)

    now = MORNING + timedelta(minutes=10)
    assert digests.make_due_digests(now=MORNING - timedelta(hours=24)) == 0
    assert digests.make_due_digests(now=now) == 1
    assert digests.make_due_digests(now=now) == 0
    # Whoever wakes late does not make a second one of the same day.
    assert digests.make_due_digests(now=now + timedelta(hours=2)) == 0
    send_all()
    send_all()
    (mail,) = mailoutbox
    assert mail.to == [user.email]
    assert mail.subject.startswith("2 messages for you on ")
    text = mail.body
    assert text.index("Reminders") > text.index("First <vote>") > text.index("Motions and votes")
    assert "https://sluice.example.org/somewhere/" in text
    assert "Was read" not in text
    assert "After the hour" not in text
    assert isinstance(mail, EmailMultiAlternatives)
    html = str(mail.alternatives[0][0])
    assert "First &lt;vote&gt;</a>" in html
    assert html.count('href="https://sluice.example.org/') == html.count("href=")
    assert "<style" not in html
    # It stands in no inbox, keeps its words for another try, and is gone with the person.
    digest = Digest.objects.get()
    assert not inbox(user).filter(pk=digest.mail_id).exists()
    assert digest.mail.body

    assert digests.make_due_digests(now=MORNING + timedelta(hours=4, minutes=1)) == 1
    assert Digest.objects.get(recipient=abroad).notifications.get().subject == "Abroad"
    assert digests.make_due_digests(now=MORNING + timedelta(days=1)) == 1
    later = Digest.objects.filter(recipient=user).latest("day")
    assert [each.subject for each in later.notifications.all()] == ["After the hour"]


def test_a_worker_that_dies_between_leaves_nothing_half_done(
    monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    user = make_user()
    choose(user, boards=Delivery.DAILY)
    tell(user, "A vote", at=MORNING - timedelta(hours=2))

    def die(**_fields: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Digest.objects, "create", die)
        with pytest.raises(KeyboardInterrupt):
            digests.make_due_digests(now=MORNING)
    assert not Notification.objects.filter(kind="accounts.digest").exists()
    assert digests.make_due_digests(now=MORNING) == 1
    # The worker died after it owed the mail: the sweep of mail sends it.
    send_all()
    assert len(mailoutbox) == 1


def test_of_many_messages_some_are_named_and_the_rest_is_counted(
    mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "LISTED", 2)
    monkeypatch.setattr("accounts.services.mail_message.LISTED", 2)
    user = make_user()
    choose(user, boards=Delivery.DAILY)
    for number in range(5):
        tell(user, f"Vote {number}", at=MORNING - timedelta(hours=2))
    assert digests.make_due_digests(now=MORNING) == 1
    send_all()
    assert mailoutbox[0].subject.startswith("5 messages")
    assert isinstance(mailoutbox[0], EmailMultiAlternatives)
    for words in (mailoutbox[0].body, str(mailoutbox[0].alternatives[0][0])):
        assert "Vote 1" in words
        assert "Vote 2" not in words
        assert "And 3 more, in your inbox." in words


def test_an_erased_person_gets_no_summary_and_leaves_no_choice() -> None:
    user = make_user()
    choose(user, time_zone="Europe/Berlin", boards=Delivery.DAILY)
    tell(user, "A vote", at=MORNING - timedelta(hours=2))
    services.erase_person(actor=None, user=user, reason="They asked for it.")
    assert digests.make_due_digests(now=MORNING) == 0
    assert not NotificationPreference.objects.exists()
    user.refresh_from_db()
    assert user.time_zone == ""


# The page


def test_the_page_shows_what_is_chosen_saves_it_and_says_what_cannot_be_changed(
    client: Client,
) -> None:
    user = make_user()
    choose(user, boards=Delivery.DAILY)
    client.force_login(user)
    page = client.get("/account/mail/").content.decode()
    assert "Always by e-mail at once. You must learn at once" in page
    assert "Your vote is needed." in page
    form = {group.value: "at_once" for group in OPTIONAL_GROUPS} | {"time_zone": "Asia/Tokyo"}
    assert client.post("/account/mail/", form | {"releases": "portal"}).status_code == 302
    user.refresh_from_db()
    assert user.time_zone == "Asia/Tokyo"
    chosen = deliveries_of(user)
    assert chosen[Group.RELEASES] is Delivery.PORTAL
    assert chosen[Group.BOARDS] is Delivery.AT_ONCE

    wrong = form | {"boards": "never", "time_zone": "Nowhere/Land"}
    page = client.post("/account/mail/", wrong).content.decode()
    assert "Choose one of the three." in page
    assert "Choose a time zone from the list." in page
    page = client.post("/account/mail/", {"security": "portal"}).content.decode()
    assert "Choose how you want these messages." in page
    assert deliveries_of(user) == chosen


# Out by one click


def test_mail_that_can_be_turned_off_says_so_in_its_head_and_other_mail_does_not(
    mailoutbox: list[EmailMessage], client: Client, settings: Settings
) -> None:
    settings.BASE_URL = "https://sluice.example.org"
    user = make_user()
    tell(user, "A vote")
    tell(user, "An alarm", ALARM)
    send_all()
    heads = {mail.subject: mail.extra_headers for mail in mailoutbox}
    assert "List-Unsubscribe" not in heads["An alarm"]
    assert heads["A vote"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = heads["A vote"]["List-Unsubscribe"].strip("<>")
    assert address.startswith("https://sluice.example.org/account/mail/stop/")
    path = address.removeprefix("https://sluice.example.org")

    # A scanner that follows links turns nothing off; a mail program posts without a cookie.
    assert "Turn it off" in client.get(path).content.decode()
    assert not NotificationPreference.objects.exists()
    program = Client(enforce_csrf_checks=True)
    for _again in range(2):
        answer = program.post(path, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert "No more mail: Motions and votes" in answer.content.decode()
    assert deliveries_of(user)[Group.BOARDS] is Delivery.PORTAL
    assert Client().post(path[:-2] + "x/").status_code == 404


def test_out_of_the_summary_ends_every_group_that_came_by_it() -> None:
    user = make_user()
    choose(user, boards=Delivery.DAILY, review=Delivery.DAILY)
    services.stop_mail(link=StopLink(user.pseudonym, Group.DIGEST))
    chosen = deliveries_of(user)
    assert chosen[Group.BOARDS] is chosen[Group.REVIEW] is Delivery.PORTAL
    assert chosen[Group.RELEASES] is Delivery.AT_ONCE


def test_only_an_address_that_was_made_here_for_such_a_group_is_read() -> None:
    user = make_user()
    link = StopLink(user.pseudonym, Group.BOARDS)
    assert read_stop(sign_stop(link)) == link
    assert read_stop(sign_stop(StopLink(user.pseudonym, Group.SECURITY))) is None
    for wrong in ("", "x", sign_stop(link)[:-1], f"{user.pseudonym.hex}.boards", "\x00", "é.x"):
        assert read_stop(wrong) is None

"""Mail that is owed: sent at least once, later if the server is down, with one Message-ID."""

import smtplib
from datetime import timedelta
from email import message_from_bytes
from socket import create_server

import pytest
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts import services
from accounts.models import Notification
from accounts.tasks import sweep_notifications
from common.errors import Refused
from tests.factories import make_operator, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def refusing_server(settings: Settings) -> None:
    """A mail server at a port where nothing listens."""
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2


def owe(**change: object) -> Notification:
    """Owe a mail without handing it to a worker: the tests' transaction never commits."""
    message = services.notify(
        recipient=make_user(email="ada@example.org"),
        kind="tests.something",
        subject="Something happened to demo/heron",
        body="Look at it.",
        url="/models/demo/heron/",
    )
    assert message is not None
    if change:
        Notification.objects.filter(pk=message.pk).update(**change)
        message.refresh_from_db()
    return message


def html_of(sent: EmailMessage) -> str:
    assert isinstance(sent, EmailMultiAlternatives)
    ((content, kind),) = sent.alternatives
    assert kind == "text/html"
    return str(content)


def test_a_mail_says_the_same_as_html_and_runs_or_loads_nothing(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.BASE_URL = "https://sluice.example.org/"
    owe_text = "Look & see.\n\n<script>alert(1)</script> https://evil.example/x"
    message = owe(body=owe_text)
    assert services.send_notification(notification_id=message.pk)
    (sent,) = mailoutbox
    page = html_of(sent)
    assert "Look &amp; see." in page
    assert "&lt;script&gt;" in page
    assert 'href="https://sluice.example.org/models/demo/heron/"' in page
    # Nothing but the portal's own addresses is a link, and nothing is fetched.
    assert page.count("href=") == page.count('href="https://sluice.example.org/') == 2
    for loader in ("<script", "<img", "src=", "<link", "<style", "url("):
        assert loader not in page
    assert sent.body.startswith(owe_text)
    assert sent.extra_headers["List-Id"] == "<notifications.sluice.example.org>"
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_secret_link_can_be_followed_in_the_html_too(mailoutbox: list[EmailMessage]) -> None:
    message = services.mail_secret(
        address="ada@example.org",
        recipient=None,
        kind="tests.secret",
        subject="Confirm",
        body="Follow https://sluice.example.org/confirm/abc to confirm.",
    )
    assert services.send_notification(notification_id=message.pk)
    (sent,) = mailoutbox
    assert 'href="https://sluice.example.org/confirm/abc"' in html_of(sent)


def test_a_mail_says_where_to_go_and_is_sent_once(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.BASE_URL = "https://sluice.example.org/"
    message = owe()
    assert services.send_notification(notification_id=message.pk)
    assert not services.send_notification(notification_id=message.pk)
    (sent,) = mailoutbox
    assert sent.to == ["ada@example.org"]
    assert sent.subject == "Something happened to demo/heron"
    assert sent.body.startswith("Look at it.\n\nhttps://sluice.example.org/models/demo/heron/\n")
    assert sent.extra_headers["Message-ID"] == f"<{message.message_id}@sluice.example.org>"
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    message.refresh_from_db()
    assert message.sent_at is not None
    assert message.body == "Look at it."


@pytest.mark.django_db(transaction=True)
def test_a_worker_sends_it_as_soon_as_the_change_commits(mailoutbox: list[EmailMessage]) -> None:
    with transaction.atomic():
        owe()
        assert mailoutbox == []
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_owed_for_a_change_that_did_not_commit(mailoutbox: list[EmailMessage]) -> None:
    def fail() -> None:
        with transaction.atomic():
            owe()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert mailoutbox == []
    assert not Notification.objects.exists()


def test_the_sweep_sends_what_a_lost_task_left(mailoutbox: list[EmailMessage]) -> None:
    owe()
    sweep_notifications()
    sweep_notifications()
    assert len(mailoutbox) == 1


def test_a_server_that_is_down_delays_with_growing_pauses(refusing_server: None) -> None:
    message = owe()
    pauses = []
    for attempt in range(1, 13):
        began = timezone.now()
        assert not services.send_notification(notification_id=message.pk)
        message.refresh_from_db()
        assert message.attempts == attempt
        assert message.sent_at is None
        assert "Refused" in message.last_error
        pauses.append(round((message.next_attempt_at - began).total_seconds() / 60))
        # Not due yet: nothing is tried.
        assert not services.send_notification(notification_id=message.pk)
        Notification.objects.filter(pk=message.pk).update(next_attempt_at=began)
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]


def test_a_second_try_bears_the_same_message_id(
    monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    """The server takes the mail and the connection breaks before it says so: it is sent twice."""
    message = owe()
    send = EmailMessage.send

    def break_after(self: EmailMessage, fail_silently: bool = False) -> int:
        send(self, fail_silently)
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")

    with monkeypatch.context() as patch:
        patch.setattr(EmailMessage, "send", break_after)
        assert not services.send_notification(notification_id=message.pk)
    Notification.objects.update(next_attempt_at=timezone.now())
    assert services.send_notification(notification_id=message.pk)
    first, second = (message_from_bytes(sent.message().as_bytes()) for sent in mailoutbox)
    assert first["Message-ID"] == second["Message-ID"]


def test_after_a_week_of_failures_it_is_given_up(refusing_server: None) -> None:
    message = owe(created_at=timezone.now() - timedelta(days=8))
    services.send_notification(notification_id=message.pk)
    message.refresh_from_db()
    assert message.given_up_at is not None
    assert not services.send_notification(notification_id=message.pk)
    assert message.in_inbox


def test_the_operator_can_have_a_failed_mail_sent_again(mailoutbox: list[EmailMessage]) -> None:
    message = owe(given_up_at=timezone.now(), attempts=9)
    with pytest.raises(Refused, match="Only the operator"):
        services.retry_notification(actor=make_user(), notification_id=message.pk)
    services.retry_notification(actor=make_operator(), notification_id=message.pk)
    sweep_notifications()
    assert len(mailoutbox) == 1
    with pytest.raises(Refused, match="sent already"):
        services.retry_notification(actor=make_operator(), notification_id=message.pk)


def test_one_mail_that_cannot_be_sent_does_not_stop_the_others(
    mailoutbox: list[EmailMessage],
) -> None:
    owe(address="broken\n@example.org")
    services.notify(recipient=make_user(), kind="x", subject="Second", body="Words")
    services.send_owed_notifications()
    assert [sent.subject for sent in mailoutbox] == ["Second"]


def test_a_secret_link_is_blanked_once_sent_and_never_in_the_inbox(
    mailoutbox: list[EmailMessage],
) -> None:
    user = make_user()
    message = services.mail_secret(
        address=user.email, recipient=user, kind="x", subject="Reset", body="https://x/secret"
    )
    assert services.send_notification(notification_id=message.pk)
    assert "https://x/secret" in mailoutbox[0].body
    message.refresh_from_db()
    assert message.body == ""
    assert not message.in_inbox
    assert services.mark_all_read(actor=user) == 0


def test_a_line_break_in_a_subject_forges_no_header(mailoutbox: list[EmailMessage]) -> None:
    message = services.notify(
        recipient=make_user(), kind="x", subject="Hello\r\nBcc: eve@example.org", body="Words"
    )
    assert message is not None
    assert services.send_notification(notification_id=message.pk)
    assert mailoutbox[0].subject == "Hello Bcc: eve@example.org"
    assert mailoutbox[0].recipients() == mailoutbox[0].to


def test_a_long_subject_is_cut_not_refused() -> None:
    message = services.notify(recipient=make_user(), kind="x", subject="x" * 500, body="Words")
    assert message is not None
    assert len(message.subject) == 200


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_it_once(mailoutbox: list[EmailMessage]) -> None:
    """A second worker skips a row that the first one holds."""
    from threading import Event, Thread

    message = owe()
    Notification.objects.update(sent_at=None, attempts=0)
    mail.outbox.clear()
    held, go_on = Event(), Event()

    def first() -> None:
        with transaction.atomic():
            Notification.objects.select_for_update(no_key=True).get(pk=message.pk)
            held.set()
            go_on.wait(10)
        connection.close()

    worker = Thread(target=first)
    worker.start()
    try:
        assert held.wait(10)
        assert not services.send_notification(notification_id=message.pk)
    finally:
        go_on.set()
        worker.join()
    assert mailoutbox == []
    assert services.send_notification(notification_id=message.pk)

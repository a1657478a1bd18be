"""What the operator sees and may retry."""

import base64
import hashlib
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Notification
from accounts.services import notify, send_owed_notifications
from releases.models import Release
from tests.boards.factories import decide, make_vote_open
from tests.seeded import demo_release, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

PAGE = "/operation/"


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(person("operator"))
    return client


@pytest.fixture
def failed() -> Notification:
    notify(recipient=person("deployer"), kind="test", subject="Hello", body="Read this.")
    Notification.objects.filter(subject="Hello").update(
        attempts=3,
        last_error="SMTPConnectError: 421",
        next_attempt_at=timezone.now() + timedelta(1),
    )
    return Notification.objects.get(subject="Hello")


def test_the_page_is_for_the_operator_alone(client: Client) -> None:
    assert client.get(PAGE).status_code == 302
    for name in ("applicant", "reviewer", "lead"):
        client.force_login(person(name))
        assert client.get(PAGE).status_code == 404
        assert client.post("/operation/mail/1/retry/").status_code == 404
        assert client.post("/operation/releases/1/retry/").status_code == 404


def test_parts_jobs_and_failures_stand_on_one_page(
    operator: Client, failed: Notification, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    release = demo_release("kestrel v0.9")
    Release.objects.filter(pk=release.pk).update(
        state="verifying", job_at=timezone.now() - timedelta(hours=1)
    )
    with django_assert_max_num_queries(15):
        html = operator.get(PAGE).content.decode()
    assert "SMTPConnectError: 421" in html
    assert "Stuck" in html
    assert "The broker answers." in html
    assert "No worker has given a sign of life yet." in html


def test_decisions_wait_for_a_key_where_the_operator_sees_it(
    operator: Client, settings: Settings
) -> None:
    settings.SIGNING_KEY = ""
    decide(make_vote_open(), "approve", "approve", "approve")
    html = operator.get(PAGE).content.decode()
    assert "They are signed by themselves once SIGNING_KEY is set." in html


def test_a_failed_mail_goes_out_on_retry(
    operator: Client,
    failed: Notification,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        response = operator.post(f"/operation/mail/{failed.pk}/retry/")
    assert response.status_code == 302
    assert [message.subject for message in mail.outbox] == ["Hello"]
    failed.refresh_from_db()
    assert failed.sent_at


def test_a_mail_that_was_sent_is_not_sent_twice(operator: Client, failed: Notification) -> None:
    Notification.objects.update(sent_at=timezone.now())
    response = operator.post(f"/operation/mail/{failed.pk}/retry/", follow=True)
    assert "This mail was sent already." in response.content.decode()


def test_a_stuck_job_goes_on_where_it_stopped(
    operator: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    release = demo_release("kestrel v0.9")
    release.artifacts.update(verified_at=None)
    Release.objects.filter(pk=release.pk).update(
        state="verifying", digest=None, stage=None, staged_at=None, job_token=None
    )
    with django_capture_on_commit_callbacks(execute=True):
        operator.post(f"/operation/releases/{release.pk}/retry/")
    assert demo_release("kestrel v0.9").state == "sealed"


def test_a_retry_of_what_is_done_or_unknown_does_no_harm(operator: Client) -> None:
    done = demo_release("heron v1.0")
    response = operator.post(f"/operation/releases/{done.pk}/retry/", follow=True)
    assert "Nothing is left to do" in response.content.decode()
    assert operator.post("/operation/releases/999999/retry/").status_code == 404
    assert operator.get("/operation/mail/1/retry/").status_code == 405


# The demo's mail


def test_mail_of_the_demo_can_be_read_in_the_demo_only(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    assert client.get("/demo/mail/").status_code == 404
    settings.DEMO = True
    settings.EMAIL_FILE_PATH = tmp_path
    assert "No mail yet" in client.get("/demo/mail/").content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    mail.send_mail("Für <b>Amara</b>", "See http://127.0.0.1/x\n" + "-" * 79, None, ["a@b.example"])
    mail.send_mail("Second", "Text", None, ["c@d.example"])
    html = client.get("/demo/mail/").content.decode()
    assert "Für &lt;b&gt;Amara&lt;/b&gt;" in html
    assert 'href="http://127.0.0.1/x"' in html
    only = client.get("/demo/mail/", {"to": "C@d.example"}).content.decode()
    assert "Second" in only
    assert "Amara" not in only


def test_a_mail_of_the_demo_is_shown_as_html_in_a_frame_that_can_do_nothing(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.DEMO = True
    settings.EMAIL_FILE_PATH = tmp_path
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    notify(recipient=person("deployer"), kind="x", subject="Hello", body='<script> style="a{}"')
    # Only this one is due.
    Notification.objects.exclude(subject="Hello").update(
        next_attempt_at=timezone.now() + timedelta(1)
    )
    send_owed_notifications()
    address = re.search(r'href="(/demo/mail/[^"]+/)"', client.get("/demo/mail/").content.decode())
    assert address is not None
    page = client.get(address[1]).content.decode()
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    frame = client.get(address[1] + "html/")
    policy = frame.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "; sandbox allow-popups" in policy
    assert "unsafe" not in policy + "script-src"
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    html = frame.content.decode()
    sheet = html.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy
    assert "max-width:600px" in sheet
    assert "&lt;script&gt; style=&quot;a{}&quot;" in html
    for wrong in ("/demo/mail/nothing/", "/demo/mail/..%2f..%2fx/html/"):
        assert client.get(wrong).status_code == 404
    settings.DEMO = False
    assert client.get(address[1] + "html/").status_code == 404


def test_the_login_page_names_the_accounts_in_the_demo_only(
    client: Client, settings: Settings
) -> None:
    assert "sluice-demo" not in client.get("/accounts/login/").content.decode()
    settings.DEMO = True
    html = client.get("/accounts/login/").content.decode()
    assert "sluice-demo" in html
    assert "deployer@demo.example" in html


def test_damaged_files_and_the_key_stand_on_the_page(operator: Client) -> None:
    release = demo_release("heron v1.0")
    html = operator.get(PAGE).content.decode()
    assert "Damaged files" not in html
    assert release.signature.key.fingerprint[:16] in html
    release.artifacts.filter(path="config.json").update(damage="Other <bytes>.")
    html = operator.get(PAGE).content.decode()
    assert "Damaged files, not served" in html
    assert "Other &lt;bytes&gt;." in html

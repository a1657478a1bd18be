"""The record of downloads: one row beside each event, and how far the bytes got."""

import json
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.http.response import HttpResponseBase
from django.test import Client

from accounts import services as accounts
from audit import personal
from audit.models import Event
from delivery.actions import Action
from delivery.models import Download
from delivery.sending import Parcel, Unreadable
from delivery.services import note_sent
from licensing.models import Grant
from releases.models import Artifact
from tests.factories import make_token
from tests.seeded import demo_release, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

CONFIG = "/models/demo/heron/v1.0/files/config.json"
CURL = {"User-Agent": "curl/7.88.1"}


@pytest.fixture
def deployer(client: Client) -> Client:
    client.force_login(person("deployer"))
    return client


def artifact() -> Artifact:
    return Artifact.objects.get(release=demo_release("heron v1.0"), path="config.json")


def origin(download: Download) -> dict[str, str]:
    return json.loads(personal.unseal(download.user.pseudonym, download.sealed_origin))


def forget(**changes: Any) -> None:
    """Put the row back to where nobody had said how far it got."""
    Download.objects.update(outcome="unknown", bytes_sent=None, finished_at=None, **changes)


def test_a_download_is_recorded_with_who_what_and_how(client: Client) -> None:
    token, secret = make_token(person("deployer"))
    headers = {
        **CURL,
        "Authorization": f"Bearer {secret}",
        "Range": "bytes=10-19",
        "X-Amzn-Trace-Id": "5f1e9f0a-7c1f-4c4f-9d0b-3f6f3f1d2a11",
    }
    response = client.get(CONFIG, headers=headers)
    before = Download.objects.get()
    assert (before.outcome, before.bytes_sent, before.finished_at) == ("unknown", None, None)
    response.getvalue()
    download = Download.objects.get()
    assert download.user == person("deployer")
    assert download.grant == Grant.objects.get(named_users__user=person("deployer"))
    assert (download.release, download.artifact) == (artifact().release, artifact())
    assert (download.start, download.stop, download.length) == (10, 20, 10)
    assert (download.way, download.token) == ("token", token)
    assert download.client == "curl 7.88.1"
    assert download.request_id == response["X-Request-Id"]
    assert download.trace_id == "5f1e9f0a-7c1f-4c4f-9d0b-3f6f3f1d2a11"
    assert (download.outcome, download.bytes_sent) == ("complete", 10)


def test_what_was_sent_whole_is_complete(deployer: Client) -> None:
    deployer.get(CONFIG).getvalue()
    download = Download.objects.get()
    assert (download.outcome, download.bytes_sent) == ("complete", artifact().size)
    assert download.finished_at is not None
    assert download.way == "session"


def test_what_the_client_left_at_once_is_cut(deployer: Client) -> None:
    response = deployer.get(CONFIG)
    # The end of a request looks after the connections, and would close the test's own.
    request_finished.disconnect(close_old_connections)
    try:
        response.close()
    finally:
        request_finished.connect(close_old_connections)
    download = Download.objects.get()
    assert (download.outcome, download.bytes_sent) == ("cut", 0)


def test_the_first_word_on_the_bytes_stands_and_none_exceeds_the_range(deployer: Client) -> None:
    deployer.get(CONFIG, headers={"Range": "bytes=0-9"}).getvalue()
    cases = (([4, 10], "cut", 4), ([5000], "complete", 10), ([-1], "cut", 0))
    for words, outcome, expected in cases:
        forget()
        for bytes_sent in words:
            note_sent(download_id=Download.objects.get().pk, bytes_sent=bytes_sent)
        download = Download.objects.get()
        assert (download.outcome, download.bytes_sent) == (outcome, expected)


def test_an_empty_file_is_complete_with_no_byte(deployer: Client) -> None:
    deployer.get(CONFIG, headers={"Range": "bytes=0-9"}).getvalue()
    forget(stop=0)
    note_sent(download_id=Download.objects.get().pk, bytes_sent=0)
    assert Download.objects.get().outcome == "complete"


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("head", {}, 200),
        ("get", {"Range": "bytes=999999-"}, 416),
        ("get", {"If-Match": '"another"'}, 412),
        ("get", {"Authorization": "Bearer slu_x"}, 401),
    ],
)
def test_what_hands_out_no_byte_makes_no_row(
    deployer: Client, method: str, headers: dict[str, str], status: int
) -> None:
    response = getattr(deployer, method)(CONFIG, headers=headers)
    assert response.status_code == status
    assert not Download.objects.exists()


def test_who_has_the_file_and_who_is_refused_make_no_row(client: Client) -> None:
    client.force_login(person("deployer"))
    etag = {"If-None-Match": f'"{artifact().sha256}"'}
    assert client.get(CONFIG, headers=etag).status_code == 304
    client.force_login(person("applicant"))
    assert client.get(CONFIG).status_code == 403
    assert not Download.objects.exists()


def test_each_event_has_its_row_with_the_same_request(deployer: Client) -> None:
    for _number in range(3):
        deployer.get(CONFIG).getvalue()
    events = Event.objects.filter(action=Action.DOWNLOAD_AUTHORISED)
    assert {event.request_id for event in events} == set(
        Download.objects.values_list("request_id", flat=True)
    )
    assert events.count() == Download.objects.count() == 3


def test_where_the_row_cannot_be_written_nothing_is_sent(deployer: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE FUNCTION refuse_download() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$;
            CREATE TRIGGER refuse_download BEFORE INSERT ON delivery_download
                FOR EACH ROW EXECUTE FUNCTION refuse_download();
            """
        )
    assert deployer.get(CONFIG).status_code == 503


def test_what_the_store_refuses_at_the_last_moment_is_noted_as_nothing_sent(
    deployer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def respond(_download: Download) -> HttpResponseBase:
        raise Unreadable("is gone from the bucket")

    parcel = Parcel(respond, lambda: None)
    monkeypatch.setattr("delivery.serving.prepare", lambda *_args: parcel)
    assert deployer.get(CONFIG).status_code == 503
    download = Download.objects.get()
    assert (download.outcome, download.bytes_sent) == ("cut", 0)


# Personal data


def test_address_and_agent_are_sealed_and_gone_with_the_person(deployer: Client) -> None:
    deployer.get(CONFIG, headers=CURL, REMOTE_ADDR="192.0.2.7").getvalue()
    download = Download.objects.get()
    assert b"192.0.2.7" not in bytes(download.sealed_origin)
    assert origin(download) == {"address": "192.0.2.7", "agent": "curl/7.88.1"}
    accounts.erase_person(actor=None, user=person("deployer"), reason="They asked.")
    assert personal.unseal(download.user.pseudonym, download.sealed_origin) == personal.ERASED


@pytest.mark.parametrize("claim", ["two words", "ünicode", "x" * 101, "<script>", "a\tb"])
def test_a_malformed_trace_id_is_not_kept(deployer: Client, claim: str) -> None:
    deployer.get(CONFIG, headers={"X-Amzn-Trace-Id": claim}).getvalue()
    assert Download.objects.get().trace_id == ""


def test_an_endless_agent_is_shortened(deployer: Client) -> None:
    deployer.get(CONFIG, headers={"User-Agent": "x" * 9000}).getvalue()
    assert len(origin(Download.objects.get())["agent"]) == 300

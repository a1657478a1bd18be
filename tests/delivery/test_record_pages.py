"""The record of downloads, shown and exported: to the recipient, to staff, to who keeps a grant."""

import csv
import io
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts import services as accounts
from accounts.models import User
from audit.models import Event
from delivery.actions import Action
from delivery.models import Download
from delivery.views import record
from licensing.models import Grant
from releases.models import Artifact
from tests.factories import make_token
from tests.seeded import demo_release, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

HERON = "/models/demo/heron/v1.0/"
CONFIG = f"{HERON}files/config.json"
MINE = "/downloads/"
THEIRS = f"{HERON}downloads/"


@pytest.fixture
def downloads(client: Client) -> list[Download]:
    """A whole file by browser, a range by token from another place, and one that was cut."""
    client.force_login(person("deployer"))
    client.get(CONFIG, headers={"User-Agent": "Firefox/128.0"}).getvalue()
    client.logout()
    _token, secret = make_token(person("deployer"), name="cluster")
    headers = {"Authorization": f"Bearer {secret}", "User-Agent": "curl/7.88.1"}
    client.get(
        CONFIG, headers={**headers, "Range": "bytes=5-9"}, REMOTE_ADDR="192.0.2.7"
    ).getvalue()
    client.get(CONFIG, headers=headers).getvalue()
    newest = Download.objects.latest("pk")
    Download.objects.filter(pk=newest.pk).update(outcome="cut", bytes_sent=3)
    return list(Download.objects.order_by("pk"))


def page(client: Client, name: str, path: str) -> str:
    client.force_login(person(name))
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode().replace("\xa0", " ")


def table(client: Client, name: str, path: str) -> list[dict[str, str]]:
    client.force_login(person(name))
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(io.StringIO(response.getvalue().decode(), newline="")))


def status(client: Client, name: str, path: str) -> int:
    client.force_login(person(name))
    return client.get(path).status_code


# One's own


def test_i_see_my_downloads_with_range_token_and_place(
    client: Client, downloads: list[Download]
) -> None:
    text = page(client, "deployer", MINE)
    assert text.count("config.json") == 3
    assert "bytes 5 to 9 of" in text
    assert "Token: cluster" in text
    assert "192.0.2.7" in text
    assert "curl 7.88.1" in text
    assert "Cut off" in text
    assert "demo/heron v1.0" in text


def test_nobody_sees_the_downloads_of_another_among_their_own(
    client: Client, downloads: list[Download]
) -> None:
    assert "config.json" not in page(client, "applicant", MINE)
    assert table(client, "lead", f"{MINE}export/") == []


@pytest.mark.parametrize(
    ("query", "count"),
    [("way=token", 2), ("way=session", 1), ("outcome=cut", 1), ("way=token&outcome=complete", 1)],
)
def test_filters_narrow_the_page_and_the_export(
    client: Client, downloads: list[Download], query: str, count: int
) -> None:
    assert page(client, "deployer", f"{MINE}?{query}").count("config.json") == count
    assert len(table(client, "deployer", f"{MINE}export/?{query}")) == count


@pytest.mark.parametrize(
    "query", ["way=x", "release=x", "before=x", "before=" + "9" * 80, "outcome=%00", "release=9999"]
)
def test_a_malformed_filter_breaks_nothing(
    client: Client, downloads: list[Download], query: str
) -> None:
    page(client, "deployer", f"{MINE}?{query}")
    table(client, "deployer", f"{MINE}export/?{query}")


def test_pages_go_by_key(
    client: Client, downloads: list[Download], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "PAGE_LENGTH", 2)
    assert f"?before={downloads[1].pk}" in page(client, "deployer", MINE)
    assert page(client, "deployer", f"{MINE}?before={downloads[1].pk}").count("config.json") == 1


def test_my_export_holds_what_happened(client: Client, downloads: list[Download]) -> None:
    newest, middle, oldest = table(client, "deployer", f"{MINE}export/")
    assert middle["first_byte"] == "5"
    assert middle["last_byte"] == "9"
    assert middle["bytes_sent"] == middle["bytes_authorised"] == "5"
    assert (middle["way"], middle["token"], middle["address"]) == ("token", "cluster", "192.0.2.7")
    assert (newest["outcome"], newest["bytes_sent"]) == ("cut", "3")
    assert oldest["started_at"] == downloads[0].started_at.isoformat()
    assert oldest["sha256"] == downloads[0].artifact.sha256


# Of a release


def test_staff_see_who_downloaded_how_much(client: Client, downloads: list[Download]) -> None:
    for name in ("lead", "reviewer"):
        text = page(client, name, THEIRS)
        assert str(person("deployer")) in text
        assert "Northwind" in text
        # What is personal beyond the name, or a secret's name, stays with the person.
        assert "192.0.2.7" not in text
        assert "cluster" not in text


def test_unusual_volume_is_pointed_out(client: Client, downloads: list[Download]) -> None:
    assert "times the release" not in page(client, "lead", THEIRS).replace("3 times the whole", "")
    whole = sum(each.size for each in Artifact.objects.filter(release=demo_release("heron v1.0")))
    Download.objects.filter(pk=downloads[0].pk).update(
        stop=4 * whole, bytes_sent=4 * whole, finished_at=timezone.now()
    )
    assert "4 times the release" in page(client, "lead", THEIRS)


def test_one_persons_downloads_can_be_picked(client: Client, downloads: list[Download]) -> None:
    pseudonym = person("deployer").pseudonym
    assert "config.json" in page(client, "lead", f"{THEIRS}?who={pseudonym}")
    nobody = person("applicant").pseudonym
    assert "No downloads here" in page(client, "lead", f"{THEIRS}?who={nobody}")
    assert status(client, "lead", f"{THEIRS}?who=x") == 404


def test_the_export_of_a_release_names_people_and_is_written_down(
    client: Client, downloads: list[Download]
) -> None:
    rows = table(client, "lead", f"{THEIRS}export/")
    assert [row["person"] for row in rows] == [str(person("deployer"))] * 3
    assert rows[0]["grant"] == str(downloads[0].grant.public_id)
    assert "address" not in rows[0]
    event = Event.objects.get(action=Action.DOWNLOADS_EXPORTED)
    assert event.actor == person("lead").pseudonym


def test_a_name_that_is_a_formula_is_defused(client: Client, downloads: list[Download]) -> None:
    User.objects.filter(pk=person("deployer").pk).update(full_name='=HYPERLINK("https://x")')
    Download.objects.update(client="=1+1")
    row = table(client, "lead", f"{THEIRS}export/")[0]
    assert row["person"] == '\'=HYPERLINK("https://x")'
    assert row["client"] == "'=1+1"


def test_an_erased_person_is_shown_as_such(client: Client, downloads: list[Download]) -> None:
    accounts.erase_person(actor=None, user=person("deployer"), reason="They asked.")
    assert "an erased person" in page(client, "lead", THEIRS)
    assert table(client, "lead", f"{THEIRS}export/")[0]["person"] == "an erased person"


@pytest.mark.parametrize("rest", ["", "export/"])
def test_others_do_not_know_the_record_of_a_release(client: Client, rest: str) -> None:
    for name in ("deployer", "applicant", "operator"):
        assert status(client, name, THEIRS + rest) == 404
    assert status(client, "lead", f"/models/demo/heron/v9/downloads/{rest}") == 404
    # A seat on the board shows the release, not who uses it.
    assert status(client, "lead3", THEIRS + rest) in (200, 403)


# Under a grant


def test_the_grants_page_leads_to_its_downloads(client: Client, downloads: list[Download]) -> None:
    grant = Grant.objects.get(named_users__user=person("deployer"))
    address = f"/downloads/grants/{grant.public_id}/"
    shown = page(client, "lead", f"/licensing/grants/{grant.public_id}/")
    assert address in shown
    # Its timeline would drown in ranges.
    assert "was handed a file" not in shown
    assert "config.json" in page(client, "lead", address)
    assert len(table(client, "lead", f"{address}export/")) == 3
    for rest in ("", "export/"):
        assert status(client, "applicant", address + rest) == 404


def test_long_records_ask_few_questions(
    client: Client,
    downloads: list[Download],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for download in downloads * 20:
        download.pk, download.public_id, download.request_id = None, uuid4(), ""
        download.save(force_insert=True)
    for name, path in (("deployer", MINE), ("lead", THEIRS)):
        client.force_login(person(name))
        with django_assert_max_num_queries(15):
            assert client.get(path).status_code == 200

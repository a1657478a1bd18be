"""Downloads: who gets which bytes, with which headers, and what is written down."""

import hashlib
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts import services as accounts
from audit.models import Event
from audit.selectors import ref
from delivery.actions import Action
from licensing import services as licensing
from licensing.models import Grant
from releases import services as releases
from releases.models import Artifact
from releases.store import path_of
from tests.factories import make_token
from tests.seeded import demo_release, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

HERON = "/models/demo/heron/v1.0/files/"
CONFIG = HERON + "config.json"


def events() -> int:
    return Event.objects.filter(action=Action.DOWNLOAD_AUTHORISED).count()


def content(path: str = "config.json") -> bytes:
    artifact = Artifact.objects.get(release=demo_release("heron v1.0"), path=path)
    return path_of(artifact.sha256).read_bytes()


@pytest.fixture
def deployer(client: Client) -> Client:
    client.force_login(person("deployer"))
    return client


def bearer(name: str, *rights: str) -> dict[str, str]:
    _token, secret = make_token(person(name), rights=rights or ("weights",))
    return {"Authorization": f"Bearer {secret}"}


# Bytes and headers


def test_a_grantee_gets_the_file_as_the_manifest_names_it(deployer: Client) -> None:
    response = deployer.get(CONFIG)
    body = response.getvalue()
    sha256 = hashlib.sha256(body).hexdigest()
    assert response.status_code == 200
    assert response["ETag"] == f'"{sha256}"'
    assert Artifact.objects.filter(sha256=sha256, path="config.json").exists()
    assert response["Content-Length"] == str(len(body))
    assert response["Accept-Ranges"] == "bytes"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="config.json"'


def test_every_file_of_the_release_matches_its_checksum_line(deployer: Client) -> None:
    lines = deployer.get("/models/demo/heron/v1.0/SHA256SUMS").content.decode().splitlines()
    assert len(lines) == Artifact.objects.filter(release=demo_release("heron v1.0")).count()
    for line in lines:
        sha256, _, path = line.partition("  ")
        body = deployer.get(HERON + path).getvalue()
        assert hashlib.sha256(body).hexdigest() == sha256


def test_a_token_with_the_right_downloads_without_a_session(client: Client) -> None:
    response = client.get(CONFIG, headers=bearer("deployer"))
    assert response.getvalue() == content()
    event = Event.objects.filter(action=Action.DOWNLOAD_AUTHORISED).latest("id")
    assert event.actor == person("deployer").pseudonym
    assert event.data["token"] == person("deployer").tokens.get().pk


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=100-", 100, None),
        ("bytes=-7", -7, None),
    ],
)
def test_a_range_sends_just_those_bytes(
    deployer: Client, header: str, start: int, stop: int | None
) -> None:
    response = deployer.get(CONFIG, headers={"Range": header})
    expected = content()[start:stop]
    assert (response.status_code, response.getvalue()) == (206, expected)
    assert response["Content-Length"] == str(len(expected))
    assert response["Content-Range"].endswith(f"/{len(content())}")


def test_a_range_past_the_end_is_416_and_leaves_no_event(deployer: Client) -> None:
    response = deployer.get(CONFIG, headers={"Range": "bytes=999999-"})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(content())}"
    assert events() == 0


def test_a_changed_file_is_not_resumed_but_sent_anew(deployer: Client) -> None:
    headers = {"Range": "bytes=5-", "If-Range": '"another"'}
    response = deployer.get(CONFIG, headers=headers)
    assert (response.status_code, response.getvalue()) == (200, content())


def test_who_has_the_file_already_is_told_so_without_an_event(deployer: Client) -> None:
    etag = deployer.head(CONFIG)["ETag"]
    assert deployer.get(CONFIG, headers={"If-None-Match": etag}).status_code == 304
    assert deployer.get(CONFIG, headers={"If-Match": '"another"'}).status_code == 412
    assert events() == 0


def test_head_tells_the_length_and_writes_nothing_down(deployer: Client) -> None:
    response = deployer.head(CONFIG, headers={"Range": "bytes=0-1"})
    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Length"] == str(len(content()))
    assert events() == 0


def test_each_get_has_one_event_on_the_grant_and_the_file(deployer: Client) -> None:
    deployer.get(CONFIG).getvalue()
    deployer.get(CONFIG, headers={"Range": "bytes=0-9"}).getvalue()
    found = Event.objects.filter(action=Action.DOWNLOAD_AUTHORISED).order_by("id")
    artifact = Artifact.objects.get(release=demo_release("heron v1.0"), path="config.json")
    grant = Grant.objects.get(organization__name__startswith="Northwind")
    assert [event.data["bytes"] for event in found] == [artifact.size, 10]
    assert found[1].data["range"] == f"bytes 0-9/{artifact.size}"
    assert found[0].refs == [ref(artifact), ref(grant)]
    assert found[0].request_id
    assert "127.0.0.1" not in str(found[0].data)


def test_a_name_beyond_ascii_arrives_encoded(deployer: Client) -> None:
    release = demo_release("heron v1.0")
    Artifact.objects.filter(release=release, path="config.json").update(path="a/モデル “1”.json")
    response = deployer.get(HERON + "a/モデル “1”.json")
    assert len(response.getvalue()) == int(response["Content-Length"])
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E3%83%A2")


def test_a_download_asks_few_questions(
    deployer: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(15):
        deployer.get(CONFIG).getvalue()


# Refusals


def test_an_applicant_in_a_browser_reads_what_to_do(client: Client) -> None:
    client.force_login(person("applicant"))
    response = client.get(CONFIG, headers={"Accept": "text/html"})
    assert response.status_code == 403
    assert "verdict-no" in response.content.decode()
    assert "Apply for access" in response.content.decode()
    assert events() == 0


def test_a_program_reads_every_denial_with_an_address(client: Client) -> None:
    response = client.get(CONFIG, headers=bearer("applicant"))
    body = response.json()
    assert response.status_code == 403
    assert body["allowed"] is False
    rules = {denial["rule"]: denial for denial in body["denials"]}
    assert {"grant", "terms", "person_tier"} <= set(rules)
    assert rules["grant"]["url"].startswith("http://localhost/licensing/")


def test_a_token_for_the_api_downloads_nothing(client: Client) -> None:
    response = client.get(CONFIG, headers=bearer("deployer", "api"))
    assert response.status_code == 403
    assert [denial["rule"] for denial in response.json()["denials"]] == ["token_right"]


def test_a_visitor_is_asked_to_sign_in(client: Client) -> None:
    page = client.get(CONFIG, headers={"Accept": "text/html"})
    assert page.status_code == 403
    assert "/accounts/login/" in page.content.decode()
    for accept in ("", "*/*", "application/json"):
        plain = client.get(CONFIG, headers={"Accept": accept})
        assert (plain.status_code, plain["WWW-Authenticate"]) == (401, "Bearer")
        assert plain.json()["denials"][0]["rule"] == "signed_in"


@pytest.mark.parametrize(
    "value", ["Bearer slu_nonsense", "Bearer ", "Bearer", "Basic ZGVtbzpkZW1v", "slu_x", "Bearer ü"]
)
def test_a_bad_token_is_401_even_beside_a_good_session(deployer: Client, value: str) -> None:
    response = deployer.get(CONFIG, headers={"Authorization": value})
    assert response.status_code == 401
    assert "invalid_token" in response["WWW-Authenticate"]
    assert events() == 0


def test_a_revoked_token_is_dead_at_once(client: Client) -> None:
    headers = bearer("deployer")
    assert client.get(CONFIG, headers=headers).getvalue() == content()
    accounts.revoke_token(actor=person("deployer"), token=person("deployer").tokens.get())
    assert client.get(CONFIG, headers=headers).status_code == 401


@pytest.mark.parametrize("name", ["", "applicant", "deployer", "operator"])
def test_an_internal_release_is_not_known_outside(client: Client, name: str) -> None:
    if name:
        client.force_login(person(name))
    for method in (client.get, client.head):
        assert method("/models/demo/kestrel/v0.9/files/config.json").status_code == 404
        assert method("/models/demo/kestrel/v0.9/SHA256SUMS").status_code == 404


def test_staff_see_a_release_and_still_need_a_grant_for_its_bytes(client: Client) -> None:
    client.force_login(person("lead"))
    assert client.get("/models/demo/kestrel/v0.9/SHA256SUMS").status_code == 200
    assert client.get("/models/demo/kestrel/v0.9/files/config.json").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "missing.json",
        "../config.json",
        "..%2fconfig.json",
        "%2e%2e/%2e%2e/README.md",
        "config.json%00",
        "CONFIG.JSON",
        "config.json/",
        "x" * 3000,
    ],
)
def test_a_path_that_is_no_artifact_is_404(deployer: Client, path: str) -> None:
    assert deployer.get(HERON + path).status_code == 404
    assert events() == 0


def test_other_methods_are_not_for_files(deployer: Client) -> None:
    assert deployer.post(CONFIG).status_code == 405
    assert deployer.delete(CONFIG).status_code == 405


# Tightening


def test_a_hold_refuses_the_next_download_with_its_rule(client: Client) -> None:
    headers = bearer("deployer")
    assert client.get(CONFIG, headers=headers).getvalue() == content()
    release = demo_release("heron v1.0")
    releases.place_hold(
        actor=person("lead2"), model=release.model, release=release, kind="all", reason="A leak."
    )
    response = client.get(CONFIG, headers=headers)
    assert response.status_code == 403
    assert [denial["rule"] for denial in response.json()["denials"]] == ["hold"]
    assert events() == 1


def test_a_suspension_refuses_the_next_range(client: Client) -> None:
    headers = bearer("deployer")
    grant = Grant.objects.get(organization__name__startswith="Northwind")
    licensing.suspend_grant(actor=person("reviewer"), grant=grant, reason="We are looking at it.")
    response = client.get(CONFIG, headers={**headers, "Range": "bytes=0-1"})
    assert response.status_code == 403
    assert [denial["rule"] for denial in response.json()["denials"]] == ["grant_state"]


def test_a_grant_past_its_end_is_dead_though_no_job_ran(client: Client) -> None:
    Grant.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    response = client.get(CONFIG, headers=bearer("deployer"))
    assert [denial["rule"] for denial in response.json()["denials"]] == ["grant_time"]


def test_a_demotion_takes_the_weights_away(client: Client) -> None:
    release = demo_release("heron v1.0")
    stage = release.model.ladder.stages.get(slug="public-api")
    releases.demote_release(
        actor=person("lead2"), release=release, to_stage=stage, reason="Too early."
    )
    response = client.get(CONFIG, headers=bearer("deployer"))
    assert "stage" in [denial["rule"] for denial in response.json()["denials"]]


# Failures


def test_a_download_that_cannot_be_written_down_does_not_begin(deployer: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE FUNCTION refuse_event() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'the disk of the log is full'; END $$;
            CREATE TRIGGER refuse_event BEFORE INSERT ON audit_event
                FOR EACH ROW EXECUTE FUNCTION refuse_event();
            """
        )
    response = deployer.get(CONFIG)
    assert response.status_code == 503
    assert content() not in response.content
    assert "disk of the log" not in response.content.decode()
    assert response["Retry-After"]


def test_a_lost_file_is_said_to_be_lost_and_leaves_no_event(deployer: Client) -> None:
    artifact = Artifact.objects.get(release=demo_release("heron v1.0"), path="config.json")
    Artifact.objects.filter(pk=artifact.pk).update(sha256="0" * 64)
    assert deployer.get(CONFIG).status_code == 503
    Artifact.objects.filter(pk=artifact.pk).update(sha256=artifact.sha256, size=artifact.size + 1)
    assert deployer.get(CONFIG).status_code == 503
    assert events() == 0


def test_the_release_page_offers_no_damaged_file_and_says_why(deployer: Client) -> None:
    release = demo_release("heron v1.0")
    page = deployer.get(release.get_absolute_url()).content.decode()
    assert f'href="{CONFIG}"' in page
    assert "damaged" not in page
    release.artifacts.filter(path="config.json").update(damage="Other bytes.")
    page = deployer.get(release.get_absolute_url()).content.decode()
    assert f'href="{CONFIG}"' not in page
    assert f'href="{HERON}generation_config.json"' in page
    assert "1 file is damaged in the store" in page
    assert "Damaged, not sent" in page


def test_a_file_known_to_be_damaged_is_not_sent_and_leaves_no_event(
    deployer: Client, client: Client
) -> None:
    release = demo_release("heron v1.0")
    release.artifacts.filter(path="config.json").update(damage="Other bytes.")
    before = events()
    for method in (deployer.get, deployer.head):
        response = method(CONFIG)
        assert response.status_code == 503
        assert response["Retry-After"]
    assert "found damaged in the store" in deployer.get(CONFIG).content.decode()
    assert deployer.get(CONFIG, headers={"Range": "bytes=0-1"}).status_code == 503
    assert deployer.get(HERON + "generation_config.json").getvalue()
    assert events() == before + 1
    client.logout()
    assert client.get(CONFIG).status_code == 401

"""Weights in a bucket: what nginx asks it for, what stays closed, and links to it."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import DjangoDbBlocker

from delivery.models import Download
from licensing.volume import Volume
from tests.delivery.big import (
    ADDRESS,
    Big,
    commit_stage,
    commit_state,
    commit_volume,
    events,
    needs_curl,
    sha256_of,
)
from tests.delivery.nginx import needs_nginx, nginx
from tests.delivery.serving import gunicorn
from tests.delivery.ways import BUCKET, PREFIX, SIZE, Way, open_way
from tests.seaweed import REGION

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.services,
    pytest.mark.xdist_group("bucket-ways"),
    needs_curl,
    needs_nginx,
]


@pytest.fixture(scope="module")
def way(
    demo: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Way]:
    with (
        django_db_blocker.unblock(),
        open_way("bucket-nginx", tmp_path_factory.mktemp("bucket")) as way,
    ):
        yield way


@pytest.fixture(scope="module")
def plain(
    way: Way, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Way]:
    """The same bucket, without nginx, which also gives links to it."""
    assert way.s3 is not None
    # The portal is at localhost.
    public = way.s3.endpoint.replace("localhost", "127.0.0.1")
    log = tmp_path_factory.mktemp("plain") / "gunicorn.log"
    variables = {**portal_variables(way), "DELIVERY_PUBLIC_URL": public}
    with django_db_blocker.unblock(), gunicorn(log, **variables) as server:
        big = Big(server.url, way.big.secret, SIZE, way.big.sha256)
        yield Way(big, None, way.s3, server)


def portal_variables(way: Way) -> dict[str, str]:
    assert way.s3 is not None
    url = f"s3://{BUCKET}/{PREFIX}?endpoint={way.s3.endpoint}&region={REGION}"
    return {"WEIGHTS_STORAGE_URL": url, **way.s3.environment}


# What stays closed


def test_a_signed_address_opens_nothing_at_the_portal(way: Way) -> None:
    assert way.s3 is not None
    key = f"{PREFIX}/objects/{way.big.sha256[:2]}/{way.big.sha256}"
    signed = way.s3.client().generate_presigned_url(
        "get_object", Params={"Bucket": BUCKET, "Key": key}, ExpiresIn=60
    )
    path = signed.removeprefix(way.s3.endpoint)
    for address in (f"/internal/s3{path}", f"//internal/s3{path}", f"/internal/s3/../s3{path}"):
        response, body = way.ask(path=address)
        assert response.status == 404
        assert len(body) < 1000


def test_the_log_names_what_was_sent_from_the_bucket(way: Way) -> None:
    response, body = way.ask(Range="bytes=10-1009")
    sent = way.logged(response.headers["X-Sluice-Download"])
    assert (len(body), sent.sent, sent.status) == (1000, 1000, 206)


def test_no_answer_and_no_log_holds_a_signature(way: Way) -> None:
    response, _body = way.ask(Range="bytes=0-9")
    assert way.front is not None
    logs = way.front.access_log.read_text() + way.front.error_log.read_text()
    assert "X-Amz-" not in str(response.headers) + logs
    assert "amz" not in str(response.headers).lower()


# What nginx asks the bucket for, seen from a server in its place


@dataclass
class Impostor:
    """Stands where nginx expects the bucket, and answers as a test likes."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"impostor"
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)


@contextmanager
def impostor() -> Iterator[tuple[Impostor, str]]:
    state = Impostor()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            state.seen.append((self.command, self.path, dict(self.headers.items())))
            self.send_response(state.status)
            for name, value in {"Content-Length": str(len(state.body)), **state.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(state.body)
            self.close_connection = True

        def log_message(self, *_arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def misled(way: Way, tmp_path: Path) -> Iterator[tuple[Way, Impostor]]:
    """An nginx before the same portal that takes the impostor for the bucket."""
    with (
        impostor() as (state, endpoint),
        nginx(
            tmp_path / "nginx",
            portal=way.server.address,
            weights=Path("/nonexistent"),
            NGINX_S3_ENDPOINT=endpoint,
        ) as front,
    ):
        big = Big(front.url, way.big.secret, SIZE, way.big.sha256, front.certificate)
        yield Way(big, front, way.s3, way.server), state


def test_nothing_of_the_clients_request_reaches_the_bucket(misled: tuple[Way, Impostor]) -> None:
    way, state = misled
    state.status, state.body = 206, b"x" * 5
    connection = way.connect()
    sent = {
        **way.authorization(),
        "Cookie": "sessionid=secret",
        "Range": "bytes=5-9",
        "If-Range": f'"{way.big.sha256}"',
        "X-Forwarded-Host": "elsewhere.example",
        "X-Amz-Date": "20200101T000000Z",
        "User-Agent": "curious",
    }
    connection.request("GET", f"{ADDRESS}?X-Amz-Expires=9", headers=sent)
    assert connection.getresponse().status == 206
    connection.close()
    [(method, path, headers)] = state.seen
    assert (method, set(headers)) == ("GET", {"Host", "Range"})
    assert headers["Range"] == "bytes=5-9"
    assert headers["Host"].startswith("127.0.0.1:")
    assert path.startswith(f"/{BUCKET}/{PREFIX}/objects/{way.big.sha256[:2]}/{way.big.sha256}?")
    assert parse_qs(urlsplit(path).query)["X-Amz-Expires"] == ["300"]


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (302, {"Location": "http://127.0.0.1:1/elsewhere"}),
        (307, {"Location": "http://127.0.0.1:1/elsewhere"}),
        (403, {}),
        (404, {}),
        (416, {}),
        (500, {}),
        (503, {}),
    ],
)
def test_an_error_of_the_bucket_is_a_503_and_its_words_stay_inside(
    misled: tuple[Way, Impostor], status: int, headers: dict[str, str]
) -> None:
    way, state = misled
    state.status, state.headers, state.body = status, headers, b"<Error>internal words</Error>"
    response, body = way.ask()
    assert response.status == 503
    assert response.headers["Retry-After"] == "30"
    assert "Location" not in response.headers
    assert b"cannot be read at the moment" in body
    assert b"internal words" not in body


def test_headers_of_the_bucket_steer_nothing(misled: tuple[Way, Impostor]) -> None:
    way, state = misled
    state.headers = {
        "X-Accel-Redirect": "/health/live",
        "Set-Cookie": "sessionid=theirs",
        "ETag": '"theirs"',
        "Content-Type": "text/html",
        "Content-Disposition": "inline",
        "Cache-Control": "public",
    }
    response, body = way.ask()
    assert (response.status, body) == (200, b"impostor")
    assert response.headers.get_all("Set-Cookie") is None
    assert response.headers.get_all("ETag") == [f'"{way.big.sha256}"']
    assert response.headers.get_all("Content-Type") == ["application/octet-stream"]
    assert response.headers.get_all("Content-Disposition") == ['attachment; filename="big.bin"']
    assert response.headers.get_all("Cache-Control") == ["private, no-store"]


def test_a_bucket_that_breaks_off_is_not_a_finished_download(misled: tuple[Way, Impostor]) -> None:
    way, state = misled
    state.headers, state.body = {"Content-Length": "1000"}, b"x" * 10
    connection = way.connect()
    connection.request("GET", ADDRESS, headers=way.authorization())
    response = connection.getresponse()
    with pytest.raises((http.client.IncompleteRead, OSError)):
        response.read()
    connection.close()
    sent = way.logged(response.headers["X-Sluice-Download"])
    assert sent.sent == 10


@pytest.fixture(scope="module")
def secured(
    demo: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Way]:
    """A bucket that speaks https, by a certificate of its own."""
    with (
        django_db_blocker.unblock(),
        open_way("bucket-tls-nginx", tmp_path_factory.mktemp("secured")) as way,
    ):
        yield way


def test_a_bucket_over_https_is_believed_with_its_certificate_only(
    secured: Way, tmp_path: Path
) -> None:
    response, body = secured.ask(Range="bytes=0-4")
    assert (response.status, body) == (206, b"first")
    assert secured.s3 is not None
    with nginx(
        tmp_path / "nginx",
        portal=secured.server.address,
        weights=Path("/nonexistent"),
        NGINX_S3_ENDPOINT=secured.s3.endpoint,
    ) as front:
        big = replace(secured.big, url=front.url, certificate=front.certificate)
        response, body = Way(big, front, secured.s3, secured.server).ask()
    assert response.status == 503
    assert b"cannot be read at the moment" in body


# The bucket and this process alone


def test_memory_stays_flat_whatever_passes_through(plain: Way, tmp_path: Path) -> None:
    plain.big.curl("--range", "0-99")
    before = plain.server.memory()
    target = tmp_path / "big.bin"
    assert plain.big.curl("--output", str(target)).returncode == 0
    assert sha256_of(target) == plain.big.sha256
    assert plain.server.memory() - before < 20_000_000


def test_a_bucket_that_is_away_is_a_503_and_no_event(way: Way, tmp_path: Path) -> None:
    before = events()
    url = f"s3://{BUCKET}/{PREFIX}?endpoint=http://127.0.0.1:1"
    variables = {**portal_variables(way), "WEIGHTS_STORAGE_URL": url}
    with gunicorn(tmp_path / "gunicorn.log", **variables) as server:
        lost = Way(Big(server.url, way.big.secret, SIZE, way.big.sha256), None, None, server)
        response, body = lost.ask()
    assert (response.status, response.headers["Retry-After"]) == (503, "30")
    assert b"cannot be read at the moment" in body
    assert events() == before


# Links to the bucket


@pytest.fixture
def opened() -> Iterator[None]:
    commit_stage("open-weights")
    yield
    commit_stage("gated-weights")


def test_gated_weights_have_no_link(plain: Way) -> None:
    response, body = plain.ask(Range="bytes=0-4")
    assert (response.status, body) == (206, b"first")


@pytest.mark.usefixtures("opened")
def test_open_weights_are_fetched_from_the_bucket_itself(plain: Way, tmp_path: Path) -> None:
    before = events()
    response, body = plain.ask()
    etag = f'"{plain.big.sha256}"'
    assert (response.status, body) == (302, b"")
    assert plain.s3 is not None
    location = response.headers["Location"]
    assert location.startswith(f"{plain.s3.endpoint}/{BUCKET}/{PREFIX}/objects/")
    assert plain.big.secret not in location
    assert response.headers["ETag"] == response.headers["X-Linked-Etag"] == etag
    assert response.headers["X-Linked-Size"] == str(SIZE)
    assert response.headers["Cache-Control"] == "private, no-store"
    # Who is handed a link is written down as who is handed the file.
    assert events() == before + 1
    target = tmp_path / "big.bin"
    assert plain.big.curl("--range", "0-999", "--location", "--output", str(target)).returncode == 0
    resumed = plain.big.curl("--continue-at", "-", "--location", "--output", str(target))
    assert resumed.returncode == 0
    assert sha256_of(target) == plain.big.sha256


@pytest.mark.usefixtures("opened")
def test_a_link_counts_as_the_whole_file_whatever_range_was_asked_for(plain: Way) -> None:
    response, _body = plain.ask(Range="bytes=0-0")
    assert response.status == 302
    download = Download.objects.get(public_id=response.headers["X-Sluice-Download"])
    assert (download.start, download.stop) == (0, SIZE)


@pytest.mark.usefixtures("opened")
def test_who_has_a_quota_gets_no_link(plain: Way) -> None:
    commit_volume(Volume(SIZE * 10_000, 1))
    try:
        response, body = plain.ask(Range="bytes=0-4")
    finally:
        commit_volume(None)
    assert (response.status, body) == (206, b"first")


@pytest.mark.usefixtures("opened")
def test_a_head_of_open_weights_hands_out_no_link(plain: Way) -> None:
    before = events()
    response, _body = plain.ask("HEAD")
    assert (response.status, response.headers["Content-Length"]) == (200, str(SIZE))
    assert "Location" not in response.headers
    assert events() == before


@pytest.mark.usefixtures("opened")
def test_open_weights_are_refused_too(plain: Way) -> None:
    commit_state("suspended")
    try:
        response, _body = plain.ask()
    finally:
        commit_state("active")
    assert response.status == 403
    assert "Location" not in response.headers

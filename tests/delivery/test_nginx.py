"""The shipped nginx.conf: what it logs, whom it limits, and what it never opens."""

import http.client
import socket
import ssl
import time
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from delivery.models import Download
from delivery.services import read_access_log
from releases.store import name_of, path_of
from tests.delivery.big import ADDRESS, needs_curl
from tests.delivery.nginx import needs_nginx
from tests.delivery.ways import SIZE, Way, open_way

STREAMS = 16

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("nginx"), needs_curl, needs_nginx]


@pytest.fixture(scope="module")
def way(
    demo: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Way]:
    with (
        django_db_blocker.unblock(),
        open_way("nginx", tmp_path_factory.mktemp("nginx")) as way,
    ):
        yield way


# The log


def test_the_log_names_the_download_and_what_was_sent(way: Way) -> None:
    response, body = way.ask(Range="bytes=10-1009")
    download = response.headers["X-Sluice-Download"]
    sent = way.logged(download)
    assert (sent.status, sent.sent) == (206, 1000)
    assert len(body) == 1000
    assert abs(sent.ended_at.timestamp() - time.time()) < 60
    row = Download.objects.get(public_id=download)
    assert row.request_id == response.headers["X-Request-Id"]
    # The portal itself knows nothing of what was sent.
    assert (row.start, row.stop, row.outcome) == (10, 1010, "unknown")


def test_the_log_tells_a_download_that_was_cut_off(way: Way) -> None:
    connection = way.connect()
    connection.request("GET", ADDRESS, headers=way.authorization())
    response = connection.getresponse()
    response.read(1000)
    response.close()
    connection.close()
    sent = way.logged(response.headers["X-Sluice-Download"])
    assert 1000 <= sent.sent < SIZE


def test_what_nginx_sent_comes_into_the_record_by_its_log(way: Way) -> None:
    assert way.front is not None
    whole = way.ask(Range="bytes=0-99")[0].headers["X-Sluice-Download"]
    connection = way.connect()
    connection.request("GET", ADDRESS, headers=way.authorization())
    response = connection.getresponse()
    response.read(1000)
    response.close()
    connection.close()
    cut = way.logged(response.headers["X-Sluice-Download"])
    way.logged(whole)
    read_access_log(path=way.front.access_log)
    row = Download.objects.get(public_id=whole)
    assert (row.outcome, row.bytes_sent) == ("complete", 100)
    broken = Download.objects.get(public_id=cut.download)
    assert (broken.outcome, broken.bytes_sent) == ("cut", cut.sent)


def test_the_log_holds_no_secret_of_a_client(way: Way) -> None:
    way.ask(path=f"{ADDRESS}?token=not-for-the-log", Cookie="sessionid=not-for-the-log")
    way.ask(path="/d/not-for-the-log/config.json?not-for-the-log")
    way.ask(path="/%64/not-for-the-log/config.json")
    way.logged(way.ask(Range="bytes=0-0")[0].headers["X-Sluice-Download"])
    assert way.front is not None
    text = way.front.access_log.read_text()
    assert f'"path":"{ADDRESS}"' in text
    assert '"path":"/d/-/config.json"' in text
    assert "not-for-the-log" not in text
    assert way.big.secret not in text


def test_a_path_that_a_client_made_up_breaks_no_line(way: Way) -> None:
    assert way.front is not None
    before = len(way.front.lines())
    raw(way, b'GET /%22%7d%0a%22"}\xff\xfe,"download":"x HTTP/1.1\r\nHost: localhost\r\n')
    deadline = time.monotonic() + 10
    while len(way.front.lines()) == before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(way.front.lines()) == before + 1
    way.logged(way.ask(Range="bytes=0-0")[0].headers["X-Sluice-Download"])


# Headers that views add


def test_the_headers_of_the_hubs_answer_come_through(way: Way) -> None:
    path = "/hf/demo/heron/resolve/main/big.bin"
    head, _nothing = way.ask("HEAD", path)
    for asked in ({}, {"Range": "bytes=0-9"}):
        response, _body = way.ask(path=path, **asked)
        assert response.headers.get_all("X-Repo-Commit") == head.headers.get_all("X-Repo-Commit")
        for name in ("X-Request-Id", "X-Sluice-Download", "X-Repo-Commit"):
            assert len(response.headers.get_all(name) or []) == 1


# What is never opened


def raw(way: Way, request: bytes) -> bytes:
    """Send a request that no library would, and return the first line of the answer."""
    assert way.front is not None
    trusted = ssl.create_default_context(cafile=str(way.big.certificate))
    with (
        socket.create_connection(("127.0.0.1", way.front.port), timeout=20) as plain,
        trusted.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        secured.sendall(request + b"Connection: close\r\n\r\n")
        return secured.recv(4096).split(b"\r\n")[0]


@pytest.mark.parametrize("location", ["whole", "range"])
@pytest.mark.parametrize(
    "form",
    [
        "/internal/{location}/{name}",
        "//internal/{location}/{name}",
        "/%69nternal/{location}/{name}",
        "/internal/{location}/./{name}",
        "/internal/{location}/../{location}/{name}",
        "/models/../internal/{location}/{name}",
        "/internal/{location}/../../../../etc/passwd",
        "/internal/{location}/..%2f..%2f..%2fetc/passwd",
        "/internal/{location}..%2f..%2fetc/passwd",
        "/internal/{location}../incoming/x",
        "/internal/{location}",
        "/internal/{location}/",
        "/internal/",
        "/internal",
    ],
)
def test_the_internal_locations_do_not_exist_outside(way: Way, location: str, form: str) -> None:
    path = form.format(location=location, name=name_of(way.big.sha256))
    assert path_of(way.big.sha256).exists()
    request = (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {way.big.secret}\r\n"
    )
    status = raw(way, request.encode())
    assert status.split()[1] in (b"404", b"400"), status


@pytest.mark.parametrize(
    "header", ["X-Accel-Redirect", "X-Sluice-Person", "X-Sluice-Download", "X-Sendfile"]
)
def test_a_header_of_the_client_opens_and_forges_nothing(way: Way, header: str) -> None:
    name = f"/internal/whole/{name_of(way.big.sha256)}"
    connection = way.connect()
    connection.request("GET", "/", headers={header: name})
    response = connection.getresponse()
    assert len(response.read()) < 100_000
    assert response.headers["X-Sluice-Download"] is None
    connection.close()


def test_the_object_gone_in_between_is_a_503_with_a_sentence(way: Way) -> None:
    path = path_of(way.big.sha256)
    aside = path.with_name("aside")
    # There, and of the right size, when the portal looks; nginx may not open it.
    path.rename(aside)
    try:
        path.mkdir()
        response, body = way.ask()
    finally:
        path.rmdir()
        aside.rename(path)
    assert response.status == 503
    assert b"cannot be read at the moment" in body


def test_http_is_sent_to_https(way: Way) -> None:
    assert way.front is not None
    connection = http.client.HTTPConnection("127.0.0.1", way.front.plain_port, timeout=20)
    connection.request("GET", "/models/x", headers={"Host": "elsewhere.example"})
    response = connection.getresponse()
    assert response.status == 301
    assert response.headers["Location"] == "https://localhost/models/x"
    connection.close()


# Streams at once


def test_a_person_has_so_many_streams_and_then_a_429(way: Way) -> None:
    opened = []
    try:
        for _ in range(STREAMS):
            connection = way.connect()
            connection.request("GET", ADDRESS, headers=way.authorization())
            response = connection.getresponse()
            assert response.status == 200
            opened.append((connection, response))
        refused, body = way.ask()
        assert (refused.status, refused.headers["Retry-After"]) == (429, "5")
        assert b"16 downloads open" in body
        assert way.front is not None
        # A short link's address is its secret.
        assert "limiting" not in way.front.error_log.read_text()
        # Pages and HEADs are not streams.
        assert way.ask("HEAD")[0].status == 200
    finally:
        for connection, response in opened:
            response.close()
            connection.close()
    deadline = time.monotonic() + 20
    while way.ask(Range="bytes=0-0")[0].status != 206:
        assert time.monotonic() < deadline, "the streams are not given back"
        time.sleep(0.1)


def test_what_the_portal_sends_itself_has_a_limit_too(way: Way) -> None:
    assert way.front is not None
    template = way.front.access_log.parent / "site.conf"
    assert "limit_conn sluice_by_portal 16;" in template.read_text()
    # Nothing of it touches who asks without such a header.
    assert way.ask(Range="bytes=0-0", If_Match="*")[0].status == 206

"""Every way that bytes leave, with real servers and real clients: the same bytes and headers."""

import hashlib
import http.client
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.delivery.big import commit_state, events, needs_curl, sha256_of
from tests.delivery.nginx import needs_nginx
from tests.delivery.ways import SIZE, Way, open_way

MIDDLE = SIZE // 2
ARIA2 = shutil.which("aria2c")
needs_aria2 = pytest.mark.skipif(ARIA2 is None, reason="needs the Debian package aria2")

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("paths"), needs_curl]


@pytest.fixture(
    scope="module",
    params=[
        "stream",
        pytest.param("nginx", marks=needs_nginx),
        pytest.param("bucket", marks=pytest.mark.services),
        pytest.param("bucket-nginx", marks=[needs_nginx, pytest.mark.services]),
    ],
)
def way(
    request: pytest.FixtureRequest,
    demo: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Way]:
    directory = tmp_path_factory.mktemp(request.param)
    with django_db_blocker.unblock(), open_way(request.param, directory) as way:
        yield way


def test_curl_gets_the_file_to_the_byte(way: Way, tmp_path: Path) -> None:
    before = events()
    target = tmp_path / "big.bin"
    assert way.big.curl("--output", str(target)).returncode == 0
    assert sha256_of(target) == way.big.sha256
    assert events() == before + 1


def test_curl_resumes_what_was_cut_off(way: Way, tmp_path: Path) -> None:
    target = tmp_path / "big.bin"
    had = way.big.cut_off(target, "20M")
    resumed = way.big.curl("--continue-at", "-", "--output", str(target), "--dump-header", "-")
    assert resumed.returncode == 0
    assert f"content-range: bytes {had}-".encode() in resumed.stdout.lower()
    assert sha256_of(target) == way.big.sha256


@needs_aria2
def test_aria2_gets_it_in_pieces_at_once(way: Way, tmp_path: Path) -> None:
    before = events()
    command = [str(ARIA2), "--quiet", "--dir", str(tmp_path), "--out", "big.bin"]
    command += ["--max-connection-per-server=8", "--split=8", "--min-split-size=1M"]
    # No faster than that, or the first connection has all before the others are open.
    command += ["--max-overall-download-limit=24M"]
    command += [f"--checksum=sha-256={way.big.sha256}", "--async-dns=false", "--no-conf"]
    command += [f"--header=Authorization: Bearer {way.big.secret}"]
    if way.big.certificate:
        command += [f"--ca-certificate={way.big.certificate}"]
    subprocess.run([*command, way.big.address], check=True, capture_output=True)
    assert sha256_of(tmp_path / "big.bin") == way.big.sha256
    # Every piece was asked for, and written down, by itself.
    assert events() >= before + 8


def test_a_resume_after_a_suspension_is_refused(way: Way, tmp_path: Path) -> None:
    target = tmp_path / "big.bin"
    assert way.big.curl("--range", "0-999", "--output", str(target)).returncode == 0
    commit_state("suspended")
    try:
        refused = way.big.curl("--continue-at", "-", "--output", str(target))
        asked, _body = way.ask()
    finally:
        commit_state("active")
    assert refused.returncode == 22
    assert b"403" in refused.stderr
    assert target.stat().st_size == 1000
    assert asked.status == 403


# The headers, in full: each way gives exactly these.

COMPARED = (
    *("Accept-Ranges", "Cache-Control", "Content-Disposition", "Content-Length", "Content-Range"),
    *("Content-Type", "ETag", "Last-Modified", "Location", "X-Content-Type-Options"),
    *("X-Accel-Redirect", "X-Sluice-Person", "Referrer-Policy", "X-Robots-Tag"),
    *("X-Frame-Options", "Cross-Origin-Opener-Policy"),
)
ALWAYS = {
    "Accept-Ranges": ["bytes"],
    "Cache-Control": ["private, no-store"],
    "X-Content-Type-Options": ["nosniff"],
    "Referrer-Policy": ["same-origin"],
    "X-Frame-Options": ["DENY"],
    "Cross-Origin-Opener-Policy": ["same-origin"],
}
FILE = {
    **ALWAYS,
    "Content-Type": ["application/octet-stream"],
    "Content-Disposition": ['attachment; filename="big.bin"'],
}


def part(start: int, stop: int) -> dict[str, list[str]]:
    return FILE | {
        "Content-Length": [str(stop - start)],
        "Content-Range": [f"bytes {start}-{stop - 1}/{SIZE}"],
    }


WHOLE = FILE | {"Content-Length": [str(SIZE)]}


def headers(response: http.client.HTTPResponse) -> dict[str, list[str]]:
    found = {name: response.headers.get_all(name) for name in COMPARED}
    return {name: values for name, values in found.items() if values}


@pytest.mark.parametrize(
    ("asked", "status", "expected", "start", "stop"),
    [
        ({}, 200, WHOLE, 0, SIZE),
        ({"Range": "bytes=0-0"}, 206, part(0, 1), 0, 1),
        ({"Range": "bytes=5-9"}, 206, part(5, 10), 5, 10),
        ({"Range": "Bytes= 5-9"}, 206, part(5, 10), 5, 10),
        ({"Range": f"bytes={SIZE - 4}-"}, 206, part(SIZE - 4, SIZE), SIZE - 4, SIZE),
        ({"Range": "bytes=-7"}, 206, part(SIZE - 7, SIZE), SIZE - 7, SIZE),
        ({"Range": f"bytes=-{SIZE}0"}, 206, part(0, SIZE), 0, SIZE),
        ({"Range": f"bytes={MIDDLE}-{'9' * 18}"}, 206, part(MIDDLE, SIZE), MIDDLE, SIZE),
        ({"Range": "bytes=5-9", "If-Range": "ETAG"}, 206, part(5, 10), 5, 10),
        # Taken for no range at all.
        ({"Range": "bytes=5-9", "If-Range": '"another"'}, 200, WHOLE, 0, SIZE),
        ({"Range": "bytes=5-9", "If-Range": "Sun, 01 Jan 2040 00:00:00 GMT"}, 200, WHOLE, 0, SIZE),
        ({"Range": "bytes=0-1,5-9"}, 200, WHOLE, 0, SIZE),
        ({"Range": "bytes=9-5"}, 200, WHOLE, 0, SIZE),
        ({"Range": f"bytes=5-{'9' * 40}"}, 200, WHOLE, 0, SIZE),
        ({"Range": "items=0-5"}, 200, WHOLE, 0, SIZE),
        ({"Range": "bytes=x"}, 200, WHOLE, 0, SIZE),
        # Judged by what the file is, not by when it was written.
        ({"If-Modified-Since": "Sun, 01 Jan 2040 00:00:00 GMT"}, 200, WHOLE, 0, SIZE),
        ({"If-Unmodified-Since": "Sun, 01 Jan 2006 00:00:00 GMT"}, 200, WHOLE, 0, SIZE),
        ({"If-Match": "ETAG"}, 200, WHOLE, 0, SIZE),
        ({"If-Match": "ETAG", "Range": "bytes=5-9"}, 206, part(5, 10), 5, 10),
        ({"If-None-Match": '"another"'}, 200, WHOLE, 0, SIZE),
    ],
)
def test_a_get_is_answered_alike(
    way: Way,
    asked: dict[str, str],
    status: int,
    expected: dict[str, list[str]],
    start: int,
    stop: int,
) -> None:
    before = events()
    etag = f'"{way.big.sha256}"'
    filled = {name: value.replace("ETAG", etag) for name, value in asked.items()}
    response, body = way.ask(**filled)
    assert response.status == status
    assert headers(response) == expected | {"ETag": [etag]}
    content = bytearray(SIZE)
    content[0:5], content[MIDDLE : MIDDLE + 6] = b"first", b"middle"
    assert hashlib.sha256(body).digest() == hashlib.sha256(content[start:stop]).digest()
    assert events() == before + 1


@pytest.mark.parametrize(
    ("method", "asked", "status", "expected"),
    [
        ("HEAD", {}, 200, WHOLE),
        ("HEAD", {"Range": "bytes=0-1"}, 200, WHOLE),
        ("GET", {"Range": f"bytes={SIZE}-"}, 416, {"Content-Range": [f"bytes */{SIZE}"]}),
        ("GET", {"Range": "bytes=-0"}, 416, {"Content-Range": [f"bytes */{SIZE}"]}),
        ("GET", {"If-None-Match": "ETAG"}, 304, {}),
        ("GET", {"If-None-Match": "*"}, 304, {}),
        ("GET", {"If-Match": '"another"'}, 412, {}),
    ],
)
def test_an_answer_without_the_file_is_alike_and_leaves_no_event(
    way: Way, method: str, asked: dict[str, str], status: int, expected: dict[str, list[str]]
) -> None:
    before = events()
    etag = f'"{way.big.sha256}"'
    response, body = way.ask(
        method, **{name: value.replace("ETAG", etag) for name, value in asked.items()}
    )
    assert (response.status, body) == (status, b"")
    found = headers(response)
    if status != 200:
        # A proxy may or may not say how long nothing is.
        found = {
            name: found[name] for name in found if name not in {"Content-Length", "Content-Type"}
        }
        expected = ALWAYS | expected
    assert found == expected | {"ETag": [etag]}
    assert events() == before

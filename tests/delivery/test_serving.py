"""What only a real server shows: memory stays flat, and the kernel finds the middle of a file."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from delivery.models import Download
from tests.delivery.big import Big, events, needs_curl, sha256_of, sparse_artifact
from tests.delivery.serving import Server, gunicorn
from tests.factories import make_token
from tests.seeded import person

SIZE = 300_000_000
FLAT = 50_000_000

pytestmark = [pytest.mark.django_db, needs_curl]


@pytest.fixture(scope="module")
def served(
    demo: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Big]]:
    with django_db_blocker.unblock():
        sha256 = sparse_artifact(SIZE)
        _token, secret = make_token(person("deployer"))
        with gunicorn(tmp_path_factory.mktemp("log") / "gunicorn.log") as server:
            yield server, Big(server.url, secret, SIZE, sha256)


def test_a_large_file_leaves_memory_flat_and_arrives_whole(
    served: tuple[Server, Big], tmp_path: Path
) -> None:
    server, big = served
    big.curl("--head")
    before, events_before = server.memory(), events()
    target = tmp_path / "big.bin"
    assert big.curl("--output", str(target)).returncode == 0
    assert sha256_of(target) == big.sha256
    assert server.memory() - before < FLAT
    assert events() == events_before + 1


def test_a_range_from_the_middle_is_sent_by_the_server_itself(served: tuple[Server, Big]) -> None:
    server, big = served
    before = server.memory()
    start = SIZE // 2
    result = big.curl("--range", f"{start}-{start + 5}", "--dump-header", "-")
    head, _, body = result.stdout.partition(b"\r\n\r\n")
    assert body == b"middle"
    assert b"206 Partial Content" in head
    assert f"bytes {start}-{start + 5}/{SIZE}".encode() in head
    rest = big.curl("--range", f"{start}-")
    assert len(rest.stdout) == SIZE - start
    assert rest.stdout.startswith(b"middle")
    assert server.memory() - before < FLAT


def test_the_record_says_how_far_a_broken_download_and_its_resumption_got(
    served: tuple[Server, Big], tmp_path: Path
) -> None:
    _server, big = served
    target, before = tmp_path / "big.bin", newest()
    had = big.cut_off(target, "60M")
    cut = _noted(before)
    assert (cut.outcome, cut.start, cut.stop) == ("cut", 0, SIZE)
    assert cut.bytes_sent is not None
    assert had <= cut.bytes_sent < SIZE
    assert big.curl("--continue-at", "-", "--output", str(target)).returncode == 0
    assert sha256_of(target) == big.sha256
    rest = _noted(cut.pk)
    assert (rest.outcome, rest.start, rest.bytes_sent) == ("complete", had, SIZE - had)


def newest() -> int:
    found = Download.objects.order_by("pk").last()
    return found.pk if found else 0


def _noted(after: int) -> Download:
    """Return the first download after that one, once the server has said how far it got."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = Download.objects.filter(pk__gt=after).order_by("pk").first()
        if found is not None and found.finished_at is not None:
            return found
        time.sleep(0.02)
    raise AssertionError("The server did not note how far the download got.")

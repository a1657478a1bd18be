"""What only a real server shows: flat memory, ranges by the kernel, resume by a real curl."""

import hashlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from audit.models import Event
from delivery.actions import Action
from delivery.models import Download
from licensing.models import Grant
from releases.models import Artifact
from releases.store import path_of
from tests.delivery.serving import Server, gunicorn
from tests.factories import make_token
from tests.seeded import demo_release, person

SIZE = 300_000_000
FLAT = 50_000_000

curl = shutil.which("curl")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(curl is None, reason="needs the Debian package curl"),
]


@dataclass
class Big:
    """A served file of 300 MB, which takes no room on the disk."""

    server: Server
    address: str
    secret: str
    sha256: str

    def curl(self, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run([*self.command(), *arguments], capture_output=True, check=False)

    def command(self) -> list[str]:
        header = f"Authorization: Bearer {self.secret}"
        return [str(curl), "--silent", "--show-error", "--fail", "--header", header, self.address]


@pytest.fixture(scope="module")
def big(
    demo: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Big]:
    with django_db_blocker.unblock():
        sha256 = _sparse_artifact()
        _token, secret = make_token(person("deployer"))
        with gunicorn(tmp_path_factory.mktemp("log") / "gunicorn.log") as server:
            address = f"{server.url}/models/demo/heron/v1.0/files/big.bin"
            yield Big(server, address, secret, sha256)


def _sparse_artifact() -> str:
    """Put a hole with two marks into the store, as a further file of heron v1.0."""
    marks = {0: b"first", SIZE // 2: b"middle"}
    draft = path_of("0" * 64)
    draft.parent.mkdir(parents=True, exist_ok=True)
    with draft.open("wb") as file:
        file.truncate(SIZE)
        for position, mark in marks.items():
            file.seek(position)
            file.write(mark)
    sha256 = _sha256(draft)
    path_of(sha256).parent.mkdir(parents=True, exist_ok=True)
    draft.rename(path_of(sha256))
    Artifact.objects.create(
        release=demo_release("heron v1.0"), path="big.bin", size=SIZE, sha256=sha256, format="other"
    )
    return sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def events() -> int:
    return Event.objects.filter(action=Action.DOWNLOAD_AUTHORISED).count()


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


def test_a_large_file_leaves_memory_flat_and_arrives_whole(big: Big, tmp_path: Path) -> None:
    big.curl("--head")
    before, events_before = big.server.memory(), events()
    target = tmp_path / "big.bin"
    assert big.curl("--output", str(target)).returncode == 0
    assert _sha256(target) == big.sha256
    assert big.server.memory() - before < FLAT
    assert events() == events_before + 1


def test_a_range_from_the_middle_is_sent_by_the_server_itself(big: Big) -> None:
    before = big.server.memory()
    start = SIZE // 2
    result = big.curl("--range", f"{start}-{start + 5}", "--dump-header", "-")
    head, _, body = result.stdout.partition(b"\r\n\r\n")
    assert body == b"middle"
    assert b"206 Partial Content" in head
    assert f"bytes {start}-{start + 5}/{SIZE}".encode() in head
    rest = big.curl("--range", f"{start}-")
    assert len(rest.stdout) == SIZE - start
    assert rest.stdout.startswith(b"middle")
    assert big.server.memory() - before < FLAT


def test_a_broken_download_resumes_to_the_same_bytes(big: Big, tmp_path: Path) -> None:
    target, before = tmp_path / "big.bin", newest()
    arguments = ["--output", str(target), "--limit-rate", "60M"]
    broken = subprocess.Popen([*big.command(), *arguments])
    while broken.poll() is None and (not target.exists() or target.stat().st_size < SIZE // 10):
        time.sleep(0.01)
    broken.kill()
    broken.wait()
    had = target.stat().st_size
    assert had < SIZE
    cut = _noted(before)
    assert (cut.outcome, cut.start, cut.stop) == ("cut", 0, SIZE)
    assert cut.bytes_sent is not None
    assert had <= cut.bytes_sent < SIZE
    resumed = big.curl("--continue-at", "-", "--output", str(target), "--dump-header", "-")
    assert resumed.returncode == 0
    assert f"content-range: bytes {had}-".encode() in resumed.stdout.lower()
    assert _sha256(target) == big.sha256
    rest = _noted(cut.pk)
    assert (rest.outcome, rest.start, rest.bytes_sent) == ("complete", had, SIZE - had)


def test_a_resume_after_a_suspension_is_refused(big: Big, tmp_path: Path) -> None:
    target = tmp_path / "big.bin"
    assert big.curl("--range", "0-999", "--output", str(target)).returncode == 0
    _commit_state("suspended")
    try:
        refused = big.curl("--continue-at", "-", "--output", str(target))
    finally:
        _commit_state("active")
    assert refused.returncode == 22
    assert b"403" in refused.stderr
    assert target.stat().st_size == 1000


def _commit_state(state: str) -> None:
    """Change the grant for the server too: on a connection that is not the test's own."""
    holder = person("reviewer").pk if state == "suspended" else None
    grant = Grant.objects.get(named_users__user=person("deployer"))
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute(
            "UPDATE licensing_grant SET state = %s, suspended_by_id = %s WHERE id = %s",
            [state, holder, grant.pk],
        )

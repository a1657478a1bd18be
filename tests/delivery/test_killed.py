"""A server killed in the middle of its work: no byte without its event, no event twice."""

import http.client
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from pytest_django import DjangoDbBlocker

from audit.models import Event
from delivery.actions import Action
from delivery.models import Download
from tests.delivery.big import ADDRESS, sparse_artifact
from tests.delivery.serving import Server, gunicorn
from tests.factories import make_token
from tests.seeded import person

ROUNDS = int(os.environ.get("SLUICE_KILL_ROUNDS", "5"))
CLIENTS = 4
# More than the buffers between two processes hold, so that a stream is there to be met.
SIZE = 48_000_000

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Target:
    """A server, and a token that opens it."""

    server: Server
    secret: str


@dataclass(frozen=True)
class Answer:
    """What a client got: the request's id from the headers, and how many bytes of the body."""

    request_id: str
    status: int
    received: int
    whole: bool


@pytest.fixture(scope="module")
def target(
    demo: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    with django_db_blocker.unblock():
        sparse_artifact(SIZE)
        _token, secret = make_token(person("deployer"))
        # Loaded before the fork, so that a new worker is there at once.
        with gunicorn(tmp_path_factory.mktemp("log") / "gunicorn.log", "--preload") as server:
            yield Target(server, secret)


def fetch_until(stop: threading.Event, target: Target, answers: list[Answer]) -> None:
    """Ask for one range after the other; an answer that broke off counts with what came of it."""
    parts = urlsplit(target.server.url)
    while not stop.is_set():
        client = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
        start = random.randrange(1_000_000)  # noqa: S311 - chance, not a secret
        headers = {"Authorization": f"Bearer {target.secret}", "Range": f"bytes={start}-"}
        try:
            client.request("GET", ADDRESS, headers=headers)
            answers.append(receive(client.getresponse()))
        except (OSError, http.client.HTTPException):
            # Killed before a header came: nothing was sent.
            time.sleep(0.01)
        finally:
            client.close()


def receive(response: http.client.HTTPResponse) -> Answer:
    received, whole = 0, True
    try:
        while block := response.read1(1 << 16):
            received += len(block)
    except (OSError, http.client.HTTPException):
        whole = False
    expected = int(response.getheader("Content-Length") or 0)
    request_id = str(response.getheader("X-Request-Id"))
    return Answer(request_id, response.status, received, whole and received == expected)


def test_every_download_has_exactly_one_event_however_the_server_dies(target: Target) -> None:
    answers: list[Answer] = []
    stop = threading.Event()
    clients = [
        threading.Thread(target=fetch_until, args=(stop, target, answers)) for _ in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    try:
        for _round in range(ROUNDS):
            wait_for_more(answers)
            time.sleep(random.uniform(0, 0.05))  # noqa: S311 - chance, not a secret
            kill_worker(target.server)
    finally:
        stop.set()
        for client in clients:
            client.join(30)

    events = Counter(
        Event.objects.filter(action=Action.DOWNLOAD_AUTHORISED).values_list("request_id", flat=True)
    )
    downloads = Counter(Download.objects.values_list("request_id", flat=True))
    handed_out = [answer for answer in answers if answer.status in (200, 206)]
    assert len(handed_out) >= ROUNDS
    assert any(not answer.whole for answer in handed_out), "No kill met a stream."
    assert {answer.request_id for answer in handed_out} <= events.keys()
    assert set(events.values()) == {1}
    assert downloads == events


def kill_worker(server: Server) -> None:
    """Kill the worker; the next one, where an answer was the last word of one that is dead."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            return os.kill(server.worker, signal.SIGKILL)
        except ProcessLookupError:
            time.sleep(0.005)
    pytest.fail("The server did not come back.")


def wait_for_more(answers: list[Answer]) -> None:
    """Wait until the new worker serves, so that the next kill meets one at work."""
    before, deadline = len(answers), time.monotonic() + 30
    while len(answers) == before:
        assert time.monotonic() < deadline, "The server did not come back."
        time.sleep(0.005)

"""How soon a revocation or a hold is felt, on every path, under load.

Fifty slow downloads run, and a hundred questions a second are asked on four paths: the file's
own address and the Hub's, through nginx; the Hub's HEAD; the gateway's check. In the middle the
grant is suspended, or a hold placed. Counted is the time from the moment before the commit to
the last yes: an answer of 200 or 206, or the last byte of one that began after the commit.
"""

import http.client
import statistics
import subprocess
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from licensing import services as licensing
from licensing.models import Grant
from releases import services as releases
from releases.models import Artifact, Hold
from releases.store.directory import root
from tests.bench.timing import Figure
from tests.bench.world import World
from tests.delivery.big import ADDRESS, CURL
from tests.delivery.nginx import BEHIND_NGINX, nginx
from tests.delivery.serving import gunicorn
from tests.seeded import person

ROUNDS = 100
STREAMS = 50
ASKERS = 4
EACH_SECOND = 100
BEFORE, AFTER = 0.15, 1.25
# Nothing that is asked later than this after the commit may be answered with yes.
LIMIT = 1.0


@dataclass(frozen=True)
class Yes:
    """An answer that let somebody in: when it was asked for and when its last byte came."""

    path: str
    asked: float
    ended: float


class Askers:
    """Asks on the four paths in turn, a hundred times a second in all, and keeps every yes."""

    def __init__(self, front: str, secret: str, questions: list[tuple[str, str]]) -> None:
        self._front = urlsplit(front)
        self._headers = {"Authorization": f"Bearer {secret}", "Range": "bytes=0-0"}
        self._questions = questions
        self._stop = threading.Event()
        self.asked = 0
        self.yes: list[Yes] = []
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(ASKERS)]

    def __enter__(self) -> "Askers":
        """Begin to ask."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Ask no more."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int) -> None:
        client = http.client.HTTPConnection(str(self._front.hostname), self._front.port, timeout=20)
        due = time.monotonic()
        while not self._stop.is_set():
            method, path = self._questions[(self.asked + number) % len(self._questions)]
            asked = time.monotonic()
            client.request(method, path, headers=self._headers)
            response = client.getresponse()
            response.read()
            self.asked += 1
            if response.status in (200, 206):
                self.yes.append(Yes(f"{method} {path}", asked, time.monotonic()))
            due += ASKERS / EACH_SECOND
            time.sleep(max(0.0, due - time.monotonic()))
        client.close()


def measure(world: World) -> list[Figure]:
    """Return the median and the longest time to the last yes, and what was seen beside."""
    small = Artifact.objects.get(path="small/0000.txt")
    commit = str(small.release.digest)[:40]
    questions = [
        ("GET", f"/models/demo/heron/v1.0/files/{small.path}"),
        ("GET", f"/hf/demo/heron/resolve/{commit}/{small.path}"),
        ("HEAD", f"/hf/demo/heron/resolve/{commit}/{small.path}"),
        ("GET", "/gateway/check?model=demo/heron&release=v1.0"),
    ]
    with ExitStack() as running:
        server = running.enter_context(
            gunicorn(
                world.directory / "revocation.log",
                *("--workers", "2", "--threads", "8"),
                **{**BEHIND_NGINX, "BEHIND_TLS_PROXY": "0"},
            )
        )
        front = running.enter_context(
            nginx(
                world.directory / "nginx-revocation",
                portal=server.address,
                weights=root(),
                tls=False,
                NGINX_STREAMS="100",
            )
        )
        begun = [_begin(front.url, world.secret) for _ in range(STREAMS)]
        for process in begun:
            running.callback(process.kill)
        time.sleep(2)
        with Askers(front.url, world.secret, questions) as askers:
            time.sleep(1)
            latencies, late = _rounds(askers)
            asked = askers.asked
        still = sum(process.poll() is None for process in begun)
    note = (
        f"{ROUNDS} rounds, {asked} questions; {late} answered yes that were asked more than "
        f"{LIMIT:g} s after; {still} of {STREAMS} streams begun before ran on"
    )
    return [
        Figure(
            "last yes after the commit, median",
            statistics.median(latencies),
            LIMIT,
            "s",
            at_most=1,
            note=note,
        ),
        Figure("last yes after the commit, longest", max(latencies), LIMIT, "s", at_most=1),
        Figure("yes to what was asked after the limit", late, 1, "", at_most=0),
    ]


def _begin(url: str, secret: str) -> "subprocess.Popen[bytes]":
    # 1 GiB at 2 MB/s runs longer than all rounds together.
    command = [str(CURL), "--silent", "--fail", "--output", "/dev/null", "--limit-rate", "2M"]
    return subprocess.Popen([*command, "-H", f"Authorization: Bearer {secret}", f"{url}{ADDRESS}"])


def _rounds(askers: Askers) -> tuple[list[float], int]:
    grant = Grant.objects.select_related("model").get(named_users__user=person("deployer"))
    reviewer, lead = person("reviewer"), person("lead2")
    tightenings = (
        partial(licensing.suspend_grant, actor=reviewer, grant=grant, reason="A measurement."),
        partial(
            releases.place_hold,
            actor=lead,
            model=grant.model,
            release=None,
            kind="all",
            reason="A measurement.",
        ),
    )
    latencies, late = [], 0
    for number in range(ROUNDS):
        _loosen(grant)
        _wait_for_yes(askers)
        time.sleep(BEFORE)
        committing = time.monotonic()
        tightenings[number % len(tightenings)]()
        time.sleep(AFTER)
        ended = [yes.ended - committing for yes in list(askers.yes)]
        latencies.append(max(0.0, *ended))
        late += sum(yes.asked > committing + LIMIT for yes in list(askers.yes))
        askers.yes.clear()
    _loosen(grant)
    return latencies, late


def _loosen(grant: Grant) -> None:
    """Undo it behind the services' back: loosening takes a board, and this is a measurement."""
    Hold.objects.all().delete()
    Grant.objects.filter(pk=grant.pk).update(
        state="active", state_reason="", suspended_by=None, ended_at=None
    )


def _wait_for_yes(askers: Askers) -> None:
    before, deadline = len(askers.yes), time.monotonic() + 20
    while len(askers.yes) == before:
        if time.monotonic() > deadline:
            raise SystemExit("Nothing is allowed although nothing forbids it.")
        time.sleep(0.01)

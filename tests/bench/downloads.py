"""One large file: through nginx after the full gate, and by the portal alone."""

import subprocess
from contextlib import ExitStack
from functools import partial

from releases.store import path_of
from releases.store.directory import root
from tests.bench.timing import Figure, in_turn
from tests.bench.world import GIB, World
from tests.browser.running import free_port
from tests.delivery.big import ADDRESS, CURL
from tests.delivery.nginx import BEHIND_NGINX, nginx
from tests.delivery.serving import gunicorn

ROUNDS = 11
STREAMS = 8
MEMORY = 50_000_000


def fetch(*addresses: str, secret: str = "") -> None:
    """Fetch all at once with curl, throwing the bytes away; anything but success is an error."""
    command = [str(CURL), "--silent", "--fail", "--output", "/dev/null"]
    if secret:
        command += ["--header", f"Authorization: Bearer {secret}"]
    running = [subprocess.Popen([*command, address]) for address in addresses]
    if any(process.wait() for process in running):
        raise SystemExit(f"curl could not fetch {addresses[0]}")


def measure(world: World) -> list[Figure]:
    """Return the figures of throughput and of memory."""
    weights = root()
    static_port = free_port()
    static = (
        f"server {{ listen 127.0.0.1:{static_port}; access_log off; sendfile on; tcp_nopush on;"
        f" root {weights}/objects; }}"
    )
    with ExitStack() as running:
        alone = running.enter_context(gunicorn(world.directory / "alone.log"))
        behind = running.enter_context(
            gunicorn(
                world.directory / "behind.log",
                *("--workers", "2", "--threads", "8"),
                **{**BEHIND_NGINX, "BEHIND_TLS_PROXY": "0"},
            )
        )
        front = running.enter_context(
            nginx(
                world.directory / "nginx",
                portal=behind.address,
                weights=weights,
                extra=static,
                tls=False,
            )
        )
        name = path_of(world.big_sha256).relative_to(weights / "objects")
        plain = f"http://127.0.0.1:{static_port}/{name}"
        gated = f"{front.url}{ADDRESS}"
        embedded = f"{alone.url}{ADDRESS}"
        fetch(embedded, secret=world.secret)
        before = alone.memory()
        one, static_one, by_portal = in_turn(
            partial(fetch, gated, secret=world.secret),
            partial(fetch, plain),
            partial(fetch, embedded, secret=world.secret),
            rounds=ROUNDS,
        )
        grown = alone.memory() - before
        many, static_many = in_turn(
            partial(fetch, *[gated] * STREAMS, secret=world.secret),
            partial(fetch, *[plain] * STREAMS),
            rounds=5,
        )
    speed = GIB / 1e6
    return [
        Figure("1 GiB, nginx after the gate", speed / one, speed / static_one, "MB/s", 0.95),
        Figure(
            f"the same, {STREAMS} streams at once",
            STREAMS * speed / many,
            STREAMS * speed / static_many,
            "MB/s",
            0.9,
        ),
        Figure("1 GiB, the portal alone", speed / by_portal, speed / static_one, "MB/s", 0.6),
        Figure(
            "its memory grows by",
            grown / 1e6,
            MEMORY / 1e6,
            "MB",
            at_most=1,
            note="the peer is the bound",
        ),
    ]

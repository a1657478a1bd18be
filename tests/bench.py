"""`make bench`: what the gate costs, each figure beside its limit in the same run.

It starts the demo, so it needs nothing else. A download goes through the whole gate (verdict,
event, bytes by sendfile) and is set against Python's plain file server on the same file; a HEAD
(verdict, no event) is set against /health/live, which does no more than answer.
"""

import http.client
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.browser.running import Portal, free_port, running_portal

FILE = "model-00002-of-00002.safetensors"
ADDRESS = f"/models/demo/heron/v1.0/files/{FILE}"
ROUNDS = 15


def timed(port: int, method: str, path: str, token: str = "") -> tuple[float, int]:
    """Return the seconds that one request took, body included, and the size of the body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    began = time.perf_counter()
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    size = 0
    while block := response.read(1 << 20):
        size += len(block)
    took = time.perf_counter() - began
    connection.close()
    if response.status != http.HTTPStatus.OK:
        raise SystemExit(f"{method} {path} was answered {response.status}")
    return took, size


def in_turn(*acts: Callable[[], tuple[float, int]]) -> list[float]:
    """Return the median seconds of each act, taken in turn so that noise hits all alike."""
    for act in acts:
        act()
    rounds = [[act()[0] for act in acts] for _ in range(ROUNDS)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def measure(portal: Portal, directory: Path) -> None:
    """Print a line per figure."""
    created = portal.manage("create_token", "deployer@demo.example", "--rights", "weights")
    token = created.stdout.strip()
    connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=60)
    connection.request("GET", ADDRESS, headers={"Authorization": f"Bearer {token}"})
    content = connection.getresponse().read()
    (directory / FILE).write_bytes(content)
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    plain = subprocess.Popen(
        [*command, "--directory", str(directory)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(1)
        gated, bare = in_turn(
            lambda: timed(portal.port, "GET", ADDRESS, token),
            lambda: timed(port, "GET", f"/{FILE}"),
        )
    finally:
        plain.terminate()
    head, live = in_turn(
        lambda: timed(portal.port, "HEAD", ADDRESS, token),
        lambda: timed(portal.port, "GET", "/health/live"),
    )
    size = len(content) / 1e6
    print(f"{'download of':<12}{size:5.1f} MB  {gated * 1e3:7.1f} ms, plain {bare * 1e3:7.1f} ms")
    print(f"{'':<12}speed against a plain file server  {bare / gated:5.2f}")
    print(f"{'HEAD':<12}          {head * 1e3:7.1f} ms, live  {live * 1e3:7.1f} ms")
    print(f"{'':<12}time against the bare answer       {head / live:5.2f}")


def main() -> None:
    """Run it in a directory of its own."""
    with tempfile.TemporaryDirectory() as name, running_portal(Path(name) / "data") as portal:
        directory = Path(name) / "plain"
        directory.mkdir()
        measure(portal, directory)


if __name__ == "__main__":
    main()

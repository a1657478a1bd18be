"""A real gunicorn on the test database, for what only a server can show."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from releases.store.directory import root
from tests.browser.running import CHECKOUT, free_port


@dataclass
class Server:
    """A gunicorn with one worker."""

    url: str
    master: int

    @property
    def worker(self) -> int:
        """Return the process that serves now; the master starts another where one died."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()
            if children:
                return int(children[0])
            time.sleep(0.005)
        raise AssertionError("gunicorn has no worker.")

    @property
    def address(self) -> str:
        """Return host and port, as a proxy names it."""
        return self.url.removeprefix("http://")

    def memory(self) -> int:
        """Return the most memory that the worker has ever held, in bytes."""
        status = Path(f"/proc/{self.worker}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024


def database_url() -> str:
    """Return the address of the test database."""
    given = connection.get_connection_params()
    login = quote(given.get("user", ""))
    if given.get("password"):
        login += f":{quote(given['password'])}"
    host, name = str(given.get("host", "")), given["dbname"]
    if host.startswith("/"):
        return f"postgres://{login}@/{name}?host={quote(host)}"
    return f"postgres://{login}@{host}:{given.get('port', 5432)}/{name}"


@contextmanager
def gunicorn(
    log: Path, *options: str, application: str = "portal.wsgi:application", **variables: str
) -> Iterator[Server]:
    """Serve the portal until the block ends, with further options of gunicorn's.

    `variables` go over those of the tests.
    """
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "WEIGHTS_STORAGE_URL": root().as_uri(),
        **variables,
    }
    command = [sys.executable, "-m", "gunicorn", application]
    command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--workers", "1"]
    command += ["--threads", "4", "--no-control-socket", *options]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=CHECKOUT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process, log)
        yield Server(url, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health/live", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"gunicorn did not start:\n{log.read_text()}")

"""The whole portal as `make run` starts it, in a data directory of its own."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 120
# What tests.environment set for the process of the tests, and the portal must not inherit.
_OF_THE_TESTS = {
    *("BASE_URL", "ALLOWED_HOSTS", "SECRET_KEY", "PERSONAL_DATA_KEY", "EMAIL_URL"),
    *("WEIGHTS_STORAGE_URL", "DATABASE_URL", "CELERY_BROKER_URL", "CELERY_TASK_ALWAYS_EAGER"),
    *("DJANGO_SETTINGS_MODULE", "STAFF_MFA"),
}


@dataclass
class Portal:
    """A portal that serves."""

    url: str
    port: int
    data_dir: Path
    process: "subprocess.Popen[str]"
    environment: dict[str, str]
    output: list[str] = field(default_factory=list)
    reader: threading.Thread | None = None

    def manage(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run a management command beside it."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=check,
        )


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_portal(data_dir: Path, **variables: str) -> Iterator[Portal]:
    """Start `manage.py dev`, wait for its ready line, and stop it with SIGTERM."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name not in _OF_THE_TESTS}
    environment |= {"DATA_DIR": str(data_dir), "PORT": str(port), "SLUICE_DEMO": "1", **variables}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "dev"],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    portal = Portal(f"http://127.0.0.1:{port}", port, data_dir, process, environment)
    try:
        _wait_until_ready(portal)
        yield portal
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        finally:
            if portal.reader is not None:
                portal.reader.join(timeout=10)
            if process.stdout is not None:
                process.stdout.close()


def _wait_until_ready(portal: Portal) -> None:
    ready = threading.Event()

    def read() -> None:
        assert portal.process.stdout is not None
        for line in portal.process.stdout:
            portal.output.append(line.rstrip())
            if line.startswith("Sluice is ready:"):
                ready.set()
        ready.set()

    portal.reader = threading.Thread(target=read, daemon=True)
    portal.reader.start()
    if not ready.wait(START_SECONDS) or portal.process.poll() is not None:
        raise AssertionError("The portal did not start:\n" + "\n".join(portal.output))

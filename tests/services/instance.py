"""A seeded portal on servers that run elsewhere, whose worker and scheduler a test can kill."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from portal.embedded import demo
from portal.embedded.processes import Child, spawn, stop_all

CHECKOUT = Path(__file__).resolve().parents[2]
_CELERY = [sys.executable, "-m", "celery", "--app", "portal"]
_MESSAGE_ID = re.compile(r"^Message-ID: <(\S+)@", re.MULTILINE)


@dataclass
class Instance:
    """One portal: its data directory, its environment, and what runs of it."""

    data_dir: Path
    database_url: str
    broker_url: str
    running: dict[str, Child] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {
            **kept,
            "LC_ALL": "C.UTF-8",
            "DATA_DIR": str(self.data_dir),
            "DATABASE_URL": self.database_url,
            "CELERY_BROKER_URL": self.broker_url,
            "SLUICE_DEMO": "1",
        }

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed."""
        result = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def do(self, code: str) -> str:
        """Run a few lines with the portal's services, as a page would."""
        return self.manage("shell", "--verbosity", "0", "--command", code)

    def start(self, name: str) -> Child:
        """Start the worker or the scheduler (`beat`)."""
        if name == "worker":
            command = [*_CELERY, "worker", "--concurrency", "2", "--loglevel", "INFO"]
            command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        else:
            command = [*_CELERY, "beat", "--pidfile=", "--loglevel", "INFO"]
            command += ["--schedule", str(self.data_dir / "beat-schedule")]
        log = self.data_dir / "logs" / f"{name}.log"
        child = spawn(name, command, log=log, cwd=CHECKOUT, env=self.environment)
        self.running[name] = child
        return child

    def kill(self, name: str) -> None:
        """End it with all its processes as a power cut would."""
        child = self.running.pop(name)
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()

    def stop(self) -> None:
        """Stop what runs."""
        stop_all(list(self.running.values()), patience=8)
        self.running.clear()

    def rows(self, query: str, *values: object) -> list[tuple]:
        """Ask the database."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def mails(self) -> list[str]:
        """Return the Message-ID of every mail that went out, one for each time it did."""
        texts = (path.read_text() for path in (self.data_dir / "mail").glob("*.log"))
        return [found for text in texts for found in _MESSAGE_ID.findall(text)]


def wait_until(is_so: Callable[[], bool], *, seconds: float) -> None:
    """Wait for something that the worker does."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@contextmanager
def new_database(server_url: str, name: str) -> Iterator[str]:
    """Make an empty database on a server and drop it in the end."""
    parts = urlsplit(server_url)
    administration = urlunsplit(parts._replace(path="/postgres"))
    identifier = sql.Identifier(name)
    with psycopg.connect(administration, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
    yield urlunsplit(parts._replace(path=f"/{name}"))
    with psycopg.connect(administration, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


@contextmanager
def seeded_instance(data_dir: Path, database_url: str, broker_url: str) -> Iterator[Instance]:
    """Make a portal with the demo's data; nothing of it runs yet."""
    demo.ensure_demo_key(data_dir)
    instance = Instance(data_dir, database_url, broker_url)
    instance.manage("migrate", "--verbosity", "0")
    instance.manage("seed_demo")
    try:
        yield instance
    finally:
        instance.stop()

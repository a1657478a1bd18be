"""`manage.py dev`: the whole portal with seeded data in one command, for a look and for work."""

import errno
import fcntl
import http.client
import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, call_command
from django.db import connections

from portal.embedded import broker, postgres
from portal.embedded.processes import Child, spawn, stop_all
from portal.embedded.signals import Stopped, StopSignals

READY_SECONDS = 60
HOST = "127.0.0.1"


class Failed(Exception):
    """The portal cannot run or go on; the message says why and what helps."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


class Command(BaseCommand):
    """Start everything, wait until it serves, and stop everything on a signal."""

    help = "Run the portal with its database, worker and scheduler, seeded as a demo."
    # `migrate` runs the checks, once the database is there.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-seed", action="store_true", help="add no demo data")

    def handle(self, *args: Any, **options: Any) -> None:
        signals = StopSignals()
        try:
            check_port(settings.PORT)
            with only_one(Path(settings.DATA_DIR)):
                self.run_all(signals, seed=not options["no_seed"])
        except Stopped:
            self.say("Sluice has stopped.")
        except (Failed, postgres.PostgresError) as error:
            self.stderr.write(str(error))
            sys.exit(getattr(error, "status", 1))

    def run_all(self, signals: StopSignals, *, seed: bool) -> None:
        """Start the parts one after another; whatever happens, stop those that started."""
        cluster = None
        children: list[Child] = []
        try:
            if not os.environ.get("DATABASE_URL"):
                with self.timed("database"), signals.held():
                    cluster = postgres.start(Path(settings.DATA_DIR))
                    postgres.ensure_database(cluster, settings.DATABASES["default"]["NAME"])
            self.prepare(seed=seed)
            with self.timed("serve"):
                for title, name, command in programs():
                    with signals.held():
                        children.append(start_child(title, name, command))
                wait_until_ready(children)
            self.say(f"Sluice is ready: http://{HOST}:{settings.PORT}")
            while not make_was_interrupted():
                refuse_dead(children)
                time.sleep(0.2)
            self.say("Sluice has stopped.")
        finally:
            signals.ignore()
            stop_all(children)
            if cluster is not None:
                connections.close_all()
                postgres.stop(cluster)

    def prepare(self, *, seed: bool) -> None:
        """Bring the database to the state that the code expects."""
        with self.timed("migrate"):
            if settings.CELERY_BROKER_URL.startswith("pgmq:"):
                broker.install_queue(str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["conn_string"]))
            call_command("migrate", verbosity=0, interactive=False)
            for directory in filter(None, (settings.WEIGHTS_DIR, *settings.INGEST_ROOTS)):
                Path(directory).mkdir(parents=True, exist_ok=True)
        if seed:
            with self.timed("seed"):
                call_command("seed_demo")
        connections.close_all()

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Say how long a part took."""
        began = time.monotonic()
        yield
        self.say(f"{part:<9}{time.monotonic() - began:5.1f} s")

    def say(self, line: str) -> None:
        """Print one line at once, also into a pipe."""
        self.stdout.write(line)
        self.stdout.flush()


def check_port(port: int) -> None:
    """Refuse a port that cannot be served, before anything is started for it."""
    hint = "Choose another one, for example: PORT=8080 make run"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Failed(f"Port {port} is already in use. {hint}", status=2) from error
            raise Failed(f"Port {port} cannot be used: {error.strerror}. {hint}", 2) from error


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Refuse a second portal on the same data."""
    with (data_dir / "dev.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Failed(
                f"Sluice already runs with the data in {data_dir}. Stop it first, or set DATA_DIR.",
                status=2,
            ) from error
        yield


def programs() -> list[tuple[str, str, list[str]]]:
    """Return what runs beside the database: title, log name, module and arguments."""
    web = ["gunicorn", "portal.wsgi:application", "--bind", f"{HOST}:{settings.PORT}"]
    web += ["--worker-class", "gthread", "--workers", "2", "--threads", "32"]
    web += ["--graceful-timeout", "3", "--no-control-socket", "--access-logfile", "-"]
    # Loaded once for both, which saves a third of the time until they serve.
    web += ["--preload"]
    celery = ["celery", "--app", "portal"]
    worker = [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    schedule = Path(settings.DATA_DIR) / "beat-schedule"
    beat = [*celery, "beat", "--schedule", str(schedule), "--pidfile=", "--loglevel", "INFO"]
    return [
        ("The web server", "web", web),
        ("The worker", "worker", worker),
        ("The scheduler", "beat", beat),
    ]


def start_child(title: str, name: str, command: Sequence[str]) -> Child:
    """Start one of the programs under this Python, with the settings of this process."""
    data_dir = Path(settings.DATA_DIR)
    return spawn(
        title,
        [sys.executable, "-m", *command],
        log=data_dir / "logs" / f"{name}.log",
        cwd=Path(settings.BASE_DIR),
        env={**os.environ, "DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1"},
    )


def wait_until_ready(children: Sequence[Child]) -> None:
    """Wait until the portal itself says that it is ready."""
    deadline = time.monotonic() + READY_SECONDS
    answer = "it did not answer"
    while time.monotonic() < deadline:
        refuse_dead(children)
        connection = http.client.HTTPConnection(HOST, settings.PORT, timeout=5)
        try:
            connection.request("GET", "/health/ready")
            response = connection.getresponse()
            answer = f"{response.status} {response.read(500).decode(errors='replace')}"
            if response.status == http.HTTPStatus.OK:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise Failed(
        f"The portal was not ready after {READY_SECONDS} s. /health/ready said: {answer}\n"
        f"{children[0].last_lines()}"
    )


def make_was_interrupted() -> bool:
    """Say whether `make`, which started us, got a SIGINT of its own.

    It passes SIGTERM on to us but not SIGINT, which it expects a terminal to send to all; it then
    waits for us with SIGINT back at its default, and that can be seen.
    """
    if "MAKELEVEL" not in os.environ:
        return False
    status = Path(f"/proc/{os.getppid()}/status")
    try:
        fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines())
    except (OSError, ValueError):
        return False
    # In the background of a script make ignores SIGINT from the start, and is not interrupted.
    answered = int(fields.get("SigCgt", "0"), 16) | int(fields.get("SigIgn", "0"), 16)
    return fields.get("Name", "").strip() == "make" and not answered >> (signal.SIGINT - 1) & 1


def refuse_dead(children: Sequence[Child]) -> None:
    """Stop the rest when one has died: half a portal would look like a whole one."""
    for child in children:
        status = child.ended()
        if status is not None:
            raise Failed(
                f"{child.title} stopped unexpectedly (exit status {status}), so everything is "
                f"stopped. The end of {child.log}:\n{child.last_lines()}"
            )

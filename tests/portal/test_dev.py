"""`manage.py dev` as a process: what it prints, and what is left after each way to stop it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from portal.embedded import postgres
from portal.embedded.processes import spawn, stop_all

CHECKOUT = Path(__file__).resolve().parents[2]
INHERITED = {"PATH", "HOME", "LANG", "TMPDIR"}
# That it ends is tested, not how soon: a loaded machine may take its time.
STOP_SECONDS = 30

pytestmark = pytest.mark.xdist_group("dev")


@dataclass
class Run:
    """A running `manage.py dev`, or a `make run` around it."""

    process: "subprocess.Popen[str]"
    lines: list[str] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("Sluice is ready: "):
                self.ready.set()
        self.ready.set()

    def finish(self, within: float = STOP_SECONDS) -> int:
        return self.process.wait(timeout=within)

    @property
    def output(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One data directory for all: later runs find it migrated."""
    path = tmp_path_factory.mktemp("dev")
    yield path
    if postgres.home_dir(path).exists():
        postgres.stop(postgres.Cluster(path, postgres.socket_dir(path), started=False))


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data_dir: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in INHERITED}
    return {**kept, "DATA_DIR": str(data_dir), "PORT": str(port), "SLUICE_DEMO": "1"}


@contextmanager
def running(
    data_dir: Path, port: int, *, command: list[str] | None = None, cwd: Path = CHECKOUT
) -> Iterator[Run]:
    command = command or [sys.executable, "manage.py", "dev", "--no-seed"]
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment(data_dir, port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    run = Run(process)
    reader = threading.Thread(target=run.read, daemon=True)
    reader.start()
    try:
        assert run.ready.wait(90), run.output
        yield run
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=20)
        reader.join(timeout=5)
        assert process.stdout is not None
        process.stdout.close()


def left_over(data_dir: Path) -> dict[int, str]:
    """Return every live process that belongs to a data directory, and its command line."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            is_zombie = (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
            marks = (entry / "environ").read_bytes().split(b"\0")
            stands_inside = str((entry / "cwd").readlink()).startswith(str(data_dir))
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if not is_zombie and (f"DATA_DIR={data_dir}".encode() in marks or stands_inside):
            found[int(entry.name)] = command
    return found


def worker_pid(data_dir: Path, supervisor: int) -> int:
    workers = [pid for pid, command in left_over(data_dir).items() if " worker " in command]
    return next(pid for pid in workers if parent_of(pid) == supervisor)


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_it_says_when_it_serves_refuses_a_second_one_and_leaves_nothing_behind(
    data_dir: Path, port: int, tmp_path: Path
) -> None:
    with running(data_dir, port) as run:
        assert run.lines[-1] == f"Sluice is ready: http://127.0.0.1:{port}"
        parts = [line.split()[0] for line in run.lines[:-1]]
        assert parts == ["database", "migrate", "serve"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
            assert answer.status == 200
        assert len(left_over(data_dir)) > 6
        same_port = start_and_wait(tmp_path, port)
        same_data = start_and_wait(data_dir, port + 1)
        run.process.send_signal(signal.SIGTERM)
        assert run.finish() == 0
    assert run.lines[-1] == "Sluice has stopped."
    assert left_over(data_dir) == {}
    assert same_port.returncode == same_data.returncode == 2
    assert same_port.stdout == ""
    assert same_port.stderr.strip() == (
        f"Port {port} is already in use. Choose another one, for example: PORT=8080 make run"
    )
    assert not (tmp_path / "postgres").exists()
    assert same_data.stderr.startswith("Sluice already runs with the data in ")


def test_a_killed_supervisor_takes_its_children_along_and_the_next_start_adopts_the_database(
    data_dir: Path, port: int
) -> None:
    with running(data_dir, port) as run:
        run.process.kill()
        run.process.wait()
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and not is_only_postgres(left_over(data_dir)):
            time.sleep(0.2)
        survivors = left_over(data_dir)
        assert survivors
        assert is_only_postgres(survivors)
    with running(data_dir, port) as run:
        assert set(survivors) & set(left_over(data_dir))
        # And the rest stops when one part dies.
        os.kill(worker_pid(data_dir, run.process.pid), signal.SIGKILL)
        assert run.finish() == 1
    assert "The worker stopped unexpectedly (exit status -9)" in run.output
    assert left_over(data_dir) == {}


def is_only_postgres(processes: dict[int, str]) -> bool:
    return all("postgres" in command for command in processes.values())


def test_an_interrupt_that_only_make_gets_stops_everything(
    data_dir: Path, port: int, tmp_path: Path
) -> None:
    write_makefile(tmp_path)
    # Tests that run in the background of a script would hand down that they ignore SIGINT.
    heed = "import os, signal; signal.signal(signal.SIGINT, signal.SIG_DFL)"
    command = [sys.executable, "-c", f"{heed}; os.execvp('make', ['make', 'run'])"]
    with running(data_dir, port, command=command, cwd=tmp_path) as run:
        run.process.send_signal(signal.SIGINT)
        run.finish()
    assert left_over(data_dir) == {}


def test_in_the_background_of_a_script_it_goes_on(
    data_dir: Path, port: int, tmp_path: Path
) -> None:
    """There, make ignores SIGINT from the start."""
    write_makefile(tmp_path)
    command = ["sh", "-c", "trap '' INT; exec make run"]
    with running(data_dir, port, command=command, cwd=tmp_path) as run:
        time.sleep(1)
        assert run.process.poll() is None
        assert run.lines[-1].startswith("Sluice is ready: ")
    assert left_over(data_dir) == {}


def write_makefile(directory: Path) -> None:
    command = f"cd {CHECKOUT} && exec {sys.executable} manage.py dev --no-seed"
    (directory / "Makefile").write_text(f"run:\n\t@{command}\n")


def start_and_wait(data_dir: Path, port: int) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", "dev", "--no-seed"],
        cwd=CHECKOUT,
        env=environment(data_dir, port),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_child_that_ignores_every_polite_signal_is_killed_with_its_children(
    tmp_path: Path,
) -> None:
    script = "trap '' TERM QUIT; echo deaf; sleep 60 & while :; do sleep 1; done"
    child = spawn(
        "The deaf one",
        ["sh", "-c", script],
        log=tmp_path / "logs" / "deaf.log",
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)},
    )
    while not child.last_lines():
        time.sleep(0.02)
    stop_all([child], patience=0.2)
    assert child.ended() == -signal.SIGKILL
    time.sleep(0.1)
    assert left_over(tmp_path) == {}

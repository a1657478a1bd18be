import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from portal.embedded import broker, demo, postgres, reset

CHECKOUT = Path(__file__).resolve().parents[2]
IS_ROOT = os.geteuid() == 0
# Another user cannot run what stands below a closed directory, such as root's home.
IS_REACHABLE = all(path.stat().st_mode & 0o005 == 0o005 for path in [CHECKOUT, *CHECKOUT.parents])


@pytest.fixture
def place() -> Iterator[Path]:
    """A short directory that every user may enter, as a checkout's usually is."""
    path = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    data_dirs = [home.parent for home in path.glob("**/postgres") if (home / "PG_VERSION").exists()]
    for data_dir in data_dirs:
        postgres.stop(postgres.Cluster(data_dir, postgres.socket_dir(data_dir), started=True))
        shutil.rmtree(postgres.socket_dir(data_dir), ignore_errors=True)
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What initdb makes, once: it takes seconds, and most tests are about something else."""
    data_dir = tmp_path_factory.mktemp("initialised")
    postgres.stop(postgres.start(data_dir))
    return postgres.home_dir(data_dir)


@pytest.fixture
def home(place: Path, initialised: Path) -> Path:
    """A data directory whose server has been set up and never started."""
    return shutil.copytree(initialised, postgres.home_dir(place))


@pytest.fixture
def no_namespaces(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that forbids user namespaces, as containers often do."""
    monkeypatch.setattr(postgres, "_succeeds", lambda _command: False)
    if not IS_REACHABLE:
        installed = postgres.find_binaries().parent
        shutil.copytree(installed, place / "installed", symlinks=True)
        monkeypatch.setattr(postgres, "find_binaries", lambda: place / "installed" / "bin")


def ask(data_dir: Path, query: str, database: str = "postgres") -> object:
    with psycopg.connect(postgres.dsn(data_dir, database)) as connection:
        cursor = connection.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def server_pid(data_dir: Path) -> int:
    return int((postgres.home_dir(data_dir) / "postmaster.pid").read_text().split()[0])


def test_it_starts_serves_and_stops(place: Path) -> None:
    data_dir = place / "data"
    cluster = postgres.start(data_dir)
    assert cluster.started
    assert postgres.ensure_database(cluster, "sluice") is True
    assert postgres.ensure_database(cluster, "sluice") is False
    with psycopg.connect(postgres.database_url(data_dir, "sluice")) as connection:
        row = connection.execute(
            "SELECT current_database(), current_user, current_setting('listen_addresses'),"
            " current_setting('server_encoding'), current_setting('fsync')"
        ).fetchone()
    assert row == ("sluice", "sluice", "", "UTF8", "on")
    pid = server_pid(data_dir)
    postgres.stop(cluster)
    assert not is_alive(pid)
    postgres.stop(cluster)


@pytest.mark.usefixtures("home")
def test_a_running_one_is_adopted(place: Path) -> None:
    first = postgres.start(place)
    pid = server_pid(place)
    second = postgres.start(place)
    assert (first.started, second.started) == (True, False)
    assert server_pid(place) == pid


@pytest.mark.usefixtures("home")
def test_rows_outlive_a_killed_server(place: Path) -> None:
    postgres.start(place)
    ask(place, "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(server_pid(place), signal.SIGKILL)
    assert postgres.start(place).started
    assert ask(place, "SELECT answer FROM kept") == 42


@pytest.mark.usefixtures("home")
def test_a_dead_servers_number_that_another_process_has_got_is_no_obstacle(place: Path) -> None:
    postgres.start(place)
    pid_file = postgres.home_dir(place) / "postmaster.pid"
    ask(place, "CREATE TABLE kept AS SELECT 42 AS answer")
    text = pid_file.read_text()
    os.kill(server_pid(place), signal.SIGKILL)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as stranger:
        pid_file.write_text(text.replace(text.split()[0], str(stranger.pid), 1))
        assert postgres.start(place).started
    assert ask(place, "SELECT answer FROM kept") == 42


def test_a_data_directory_with_a_long_and_odd_name_works(place: Path) -> None:
    data_dir = place / ("long " * 20 + "$(false) 'ä\"")
    data_dir.mkdir()
    postgres.start(data_dir)
    sockets = postgres.socket_dir(data_dir)
    assert sockets.parent == Path("/tmp")
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert ask(data_dir, "SELECT 1") == 1


@pytest.mark.parametrize("trap", ["link", "open", "file"])
def test_a_socket_directory_that_others_could_have_laid_is_refused(place: Path, trap: str) -> None:
    data_dir = place / ("x" * 100)
    data_dir.mkdir()
    sockets = postgres.socket_dir(data_dir)
    elsewhere = place / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    if trap == "link":
        sockets.symlink_to(elsewhere)
    elif trap == "open":
        sockets.mkdir()
        sockets.chmod(0o755)
    else:
        sockets.touch()
    try:
        with pytest.raises(postgres.PostgresError, match="only you can enter"):
            postgres.start(data_dir)
    finally:
        sockets.rmdir() if trap == "open" else sockets.unlink()


def test_a_setup_that_was_broken_off_is_done_again(place: Path) -> None:
    (place / "postgres.new").mkdir(mode=0o700)
    (place / "postgres.new" / "half").touch()
    (place / "postgres").mkdir(mode=0o700)
    postgres.start(place)
    assert ask(place, "SELECT 1") == 1


@pytest.mark.usefixtures("home")
def test_a_server_that_cannot_start_says_why(place: Path) -> None:
    cluster = postgres.start(place)
    postgres.stop(cluster)
    (cluster.home / "PG_VERSION").write_text("9\n")
    with pytest.raises(postgres.PostgresError, match="9"):
        postgres.start(place)


def test_without_any_postgresql_the_sentence_says_what_to_do(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_candidate_directories", lambda: iter([place]))
    with pytest.raises(postgres.PostgresError, match="DATABASE_URL"):
        postgres.start(place / "data")


START_AND_ASK = """
import os, psycopg, sys
from pathlib import Path
from portal.embedded import postgres
cluster = postgres.start(Path(sys.argv[1]))
with psycopg.connect(postgres.dsn(cluster.data_dir, "postgres")) as connection:
    print(connection.execute("SELECT 'served to ' || %s::text", [os.geteuid()]).fetchone()[0])
postgres.stop(cluster)
"""
AS_USER = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"] if IS_ROOT else []
if AS_USER and not IS_REACHABLE:
    AS_USER += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


def run_as_user(data_dir: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*AS_USER, sys.executable, "-c", START_AND_ASK, str(data_dir)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_ordinary_user_needs_nothing(place: Path) -> None:
    data_dir = place / "data"
    data_dir.mkdir()
    if IS_ROOT:
        os.chown(data_dir, 54321, 54321)
    result = run_as_user(data_dir)
    assert result.stdout.startswith("served to "), result.stderr


def test_another_users_data_directory_is_refused_with_a_sentence(place: Path) -> None:
    data_dir = place / "data"
    data_dir.mkdir()
    (data_dir / "postgres").mkdir(mode=0o700)
    (data_dir / "postgres" / "PG_VERSION").touch()
    if not IS_ROOT:
        # What an ordinary user meets in somebody else's directory.
        (data_dir / "postgres").chmod(0o000)
        data_dir.chmod(0o500)
    try:
        result = run_as_user(data_dir)
    finally:
        data_dir.chmod(0o755)
        (data_dir / "postgres").chmod(0o700)
        shutil.rmtree(data_dir)
    assert "belongs to another user" in result.stderr


def test_root_may_start_what_a_user_made(place: Path) -> None:
    data_dir = place / "data"
    data_dir.mkdir()
    if IS_ROOT:
        os.chown(data_dir, 54321, 54321)
    assert run_as_user(data_dir).returncode == 0
    postgres.start(data_dir)
    assert ask(data_dir, "SELECT 1") == 1


@pytest.mark.usefixtures("no_namespaces")
def test_without_user_namespaces_root_gives_the_directory_to_nobody(place: Path) -> None:
    postgres.start(place)
    assert ask(place, "SELECT 1") == 1
    owner = postgres.NOBODY if IS_ROOT else os.geteuid()
    assert postgres.home_dir(place).stat().st_uid == owner


@pytest.mark.parametrize("namespaces", [True, False])
def test_nothing_outside_the_data_directory_changes(
    place: Path, request: pytest.FixtureRequest, namespaces: bool
) -> None:
    if not namespaces:
        request.getfixturevalue("no_namespaces")
    data_dir = place / "data"
    data_dir.mkdir()
    binaries = postgres.find_binaries()
    watched = [data_dir, *data_dir.parents, binaries, *binaries.parents, CHECKOUT]
    watched += [Path("/etc/passwd"), Path("/etc/group")]
    before = [describe(path) for path in watched]
    postgres.start(data_dir)
    assert [describe(path) for path in watched] == before
    assert stat.S_IMODE(postgres.home_dir(data_dir).stat().st_mode) == 0o700


def describe(path: Path) -> tuple[str, int, int, int]:
    state = path.stat()
    return (str(path), state.st_mode, state.st_uid, state.st_gid)


@pytest.mark.usefixtures("home")
def test_the_queue_is_installed_once(place: Path) -> None:
    cluster = postgres.start(place)
    postgres.ensure_database(cluster, "sluice")
    dsn = postgres.dsn(place, "sluice")
    assert broker.install_queue(dsn) is True
    assert broker.install_queue(dsn) is False
    assert ask(place, "SELECT pgmq.create('some_queue') IS NOT NULL", "sluice") is not None


@pytest.mark.usefixtures("home")
def test_a_reset_removes_the_demo_and_nothing_else(place: Path) -> None:
    assert "no demo" in reset.reset(place)
    demo.ensure_demo_key(place)
    postgres.start(place)
    pid = server_pid(place)
    (place / "weights").mkdir()
    (place / "weights" / "shard").touch()
    (place / "tests").mkdir()
    (place / "link").symlink_to(CHECKOUT)
    assert "is gone" in reset.reset(place)
    assert [path.name for path in place.iterdir()] == ["tests"]
    assert CHECKOUT.exists()
    assert not is_alive(pid)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False

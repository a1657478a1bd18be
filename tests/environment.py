"""The environment of a test run, set before Django's settings are read (see pyproject.toml).

Without DATABASE_URL the tests use the embedded PostgreSQL, which several runs may share: each
has databases named after its process, and the last one out stops the server.
"""

import fcntl
import os
import re
from collections.abc import Generator
from pathlib import Path
from typing import IO

import psycopg
import pytest
from psycopg import sql

from portal.embedded import postgres

CHECKOUT = Path(__file__).resolve().parent.parent
DATA_DIR = CHECKOUT / ".data" / "tests"
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
# A worker of xdist inherits the environment that its controller set.
EMBEDDED = not IS_WORKER and not os.environ.get("DATABASE_URL")

os.environ.update(
    DATA_DIR=str(DATA_DIR),
    SLUICE_DEMO="0",
    # Tests' staff has none; tests/portal/test_staff_second_factor.py turns it on.
    STAFF_MFA="0",
    BASE_URL="http://localhost",
    ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
    SECRET_KEY="tests-" + "s" * 40,
    PERSONAL_DATA_KEY="tests-" + "p" * 40,
    CELERY_TASK_ALWAYS_EAGER="1",
    EMAIL_URL="memorymail://",
    WEIGHTS_STORAGE_URL=(DATA_DIR / "weights").as_uri(),
    # Playwright's synchronous API runs an event loop in the test's thread.
    DJANGO_ALLOW_ASYNC_UNSAFE="1",
)
os.environ.setdefault("CELERY_BROKER_URL", "memory://")
if EMBEDDED:
    os.environ["DATABASE_URL"] = postgres.database_url(DATA_DIR, f"run_{os.getpid()}")

_cluster = pytest.StashKey[postgres.Cluster]()
_in_use = pytest.StashKey[IO[str]]()
_skipped: list[str] = []


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the embedded PostgreSQL, or join those who use it."""
    if not EMBEDDED or config.option.collectonly:
        return
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    in_use = (DATA_DIR / "in-use.lock").open("w")
    fcntl.flock(in_use, fcntl.LOCK_SH)
    config.stash[_in_use] = in_use
    cluster = postgres.start(DATA_DIR, settings=[*postgres.NOT_DURABLE, "max_connections=300"])
    config.stash[_cluster] = cluster
    _drop_databases_of_dead_runs()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the embedded PostgreSQL unless another run still uses it."""
    cluster = config.stash.get(_cluster, None)
    if cluster is None:
        return
    in_use = config.stash[_in_use]
    try:
        fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    else:
        postgres.stop(cluster)
    in_use.close()


def _drop_databases_of_dead_runs() -> None:
    with psycopg.connect(postgres.dsn(DATA_DIR, "postgres"), autocommit=True) as connection:
        rows = connection.execute("SELECT datname FROM pg_database").fetchall()
        for (name,) in rows:
            run = re.match(r"test_run_(\d+)", name)
            if run and not Path(f"/proc/{run[1]}").exists():
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                connection.execute(drop.format(sql.Identifier(name)))


# A skipped test proves nothing: continuous integration refuses it.


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what was skipped."""
    if report.skipped:
        _skipped.append(report.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Fail a run that skipped something where SLUICE_FORBID_SKIPS is set."""
    if _skipped and _forbids_skips() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why a run without failures failed."""
    if _skipped and _forbids_skips() and not IS_WORKER:
        terminalreporter.section("skips are forbidden here")
        for nodeid in _skipped:
            terminalreporter.line(nodeid)


def _forbids_skips() -> bool:
    return os.environ.get("SLUICE_FORBID_SKIPS", "0") == "1"

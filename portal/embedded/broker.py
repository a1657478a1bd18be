"""The queue of the demo: kombu's pgmq transport on the embedded PostgreSQL."""

from pathlib import Path
from typing import Any

import pgmq
import psycopg

from portal.embedded import postgres

# The host is a name only: the options say where the queue is.
BROKER_URL = "pgmq://localhost"

# A task is short (a minute at most), so a message whose worker was killed comes back after
# three. The transport renews no lease: a task that took longer would run twice.
VISIBILITY_TIMEOUT = 180


def broker_options(data_dir: Path, database: str = "sluice") -> dict[str, Any]:
    """Return Celery's broker transport options for a data directory's PostgreSQL."""
    return {
        # Only the key=value form reaches a unix socket; the password is unused but must be set.
        "conn_string": f"{postgres.dsn(data_dir, database)} password=unused",
        # The functions come from SQL (install_queue), not from a server extension.
        "init_extension": False,
        "visibility_timeout": VISIBILITY_TIMEOUT,
        # A read blocks this long at most, and with it the worker's answer to SIGTERM.
        "wait_time_seconds": 1,
        "poll_interval_ms": 50,
        "polling_interval": 0.1,
        "pool_size": 2,
        "pool_timeout": 3,
    }


def install_queue(dsn: str) -> bool:
    """Install pgmq's tables and functions once; say whether this call did it."""
    with psycopg.connect(dsn) as connection:
        # Two starts at once: the second waits here and then finds the work done.
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('sluice:install_queue'))")
        row = connection.execute("SELECT to_regprocedure('pgmq.create(text)')").fetchone()
        if row is not None and row[0] is not None:
            return False
        connection.execute(pgmq.get_embedded_install_sql().encode())
    return True

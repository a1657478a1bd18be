"""A migrated database that test databases are copied from.

To migrate an empty database costs half a minute of a processor, to copy one under a second. A
template is named after the migrations it was made by; the copies are migrated all the same.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

CHECKOUT = Path(__file__).resolve().parent.parent
PREFIX = "sluice_template_"
# What says how tables come about, apart from the migrations themselves.
ALSO = ("requirements.txt", "common/guards.py")


def use_template() -> None:
    """Have Django make its test database from the template, which is made where it is missing."""
    name = PREFIX + _fingerprint()
    lock = Path(settings.DATA_DIR) / "template.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file, connection._nodb_cursor() as cursor:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not _exists(cursor, name):
            _make(cursor, name)
    connection.settings_dict["TEST"]["TEMPLATE"] = name


def _fingerprint() -> str:
    hashed = hashlib.sha256()
    for path in [*sorted(CHECKOUT.glob("*/migrations/*.py")), *(CHECKOUT / name for name in ALSO)]:
        hashed.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes())
    return hashed.hexdigest()[:16]


def _exists(cursor: CursorWrapper, name: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return cursor.fetchone() is not None


def _make(cursor: CursorWrapper, name: str) -> None:
    """Migrate a new database, and name it so only when that is done; drop the former ones."""
    cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [PREFIX + "%"])
    for (former,) in cursor.fetchall():
        cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(former)} WITH (FORCE)")
    unfinished = f"{PREFIX}of_{os.getpid()}"
    cursor.execute(f"CREATE DATABASE {unfinished}")
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{unfinished}").geturl()
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=CHECKOUT,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"The migrations failed:\n{done.stderr}")
    cursor.execute(f"ALTER DATABASE {unfinished} RENAME TO {name}")

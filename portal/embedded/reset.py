"""`python -m portal.embedded.reset`: throw the demo's data away (`make demo-reset`)."""

import fcntl
import os
import shutil
import sys
from pathlib import Path

from portal.embedded import demo, postgres

# A test run's data may stand below the demo's (.data/tests) and is not the demo's.
KEPT = {"tests"}


def reset(data_dir: Path) -> str:
    """Remove what a demo left in its data directory; return what was done, as a sentence."""
    data_dir = data_dir.resolve()
    if not demo.key_path(data_dir).exists():
        return f"There is no demo in {data_dir}."
    with (data_dir / "dev.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if postgres.home_dir(data_dir).exists():
            postgres.stop(postgres.Cluster(data_dir, postgres.socket_dir(data_dir), started=False))
        # The key goes last: while it is there, a broken-off reset can be repeated.
        key = demo.key_path(data_dir)
        for path in data_dir.iterdir():
            if path != key and path.name not in KEPT:
                _remove(path)
        key.unlink()
    return f"The demo in {data_dir} is gone. `make run` makes a new one."


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def main() -> int:
    """Run the command."""
    data_dir = Path(os.environ.get("DATA_DIR") or ".data")
    try:
        print(reset(data_dir))  # noqa: T201
    except BlockingIOError:
        print(f"Sluice runs with the data in {data_dir}. Stop it first.", file=sys.stderr)  # noqa: T201
        return 2
    except postgres.PostgresError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

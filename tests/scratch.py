"""Directories for what tests write outside a fixture's reach; nothing is left of them."""

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp


def scratch_directory(*, below: Path | None = None, prefix: str = "") -> Path:
    """Return a new directory, which goes with the process unless it is `below` another one."""
    return Path(mkdtemp(dir=below or _of_this_process(), prefix=prefix))


@cache
def _of_this_process() -> Path:
    root = Path(mkdtemp(prefix="sluice-tests-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return root

"""What a pickle would import when it is loaded, and whether that can do harm.

What is dangerous by picklescan's judgement or by ours (`releases.pickle_names`) is refused; what
neither knows to be harmless is listed, for a person to judge.
"""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from releases.pickle_names import is_dangerous, is_harmless

_ROOT = Path(__file__).resolve().parent.parent
_SECONDS = 120
MOST_SHOWN = 50
# A thousand long names.
_MOST_SAID = 8 * 1024 * 1024


class PickleError(ValueError):
    """The pickle is not taken in, by nobody's leave; the text follows the file's name."""


def scan(file: IO[bytes], suffix: str) -> list[str]:
    """Return what the file imports that nobody vouches for, as "module.name", sorted.

    Raises PickleError for a dangerous import, and for a file that cannot be inspected to its
    end in the memory and time of `releases.pickle_child`.
    """
    found = _ask_child(file, suffix)
    if "refused" in found:
        raise PickleError(str(found["refused"]))
    unknown = set()
    for module, name, judgement in found["imports"]:
        if judgement == "dangerous" or is_dangerous(module, name):
            raise PickleError(
                f"is a pickle that imports {_shown(module, name)}, which can run code; "
                "it is never taken in"
            )
        if judgement != "innocuous" and not is_harmless(module, name):
            unknown.add(_shown(module, name))
    return sorted(unknown)


def _ask_child(file: IO[bytes], suffix: str) -> dict:
    file.seek(0)
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    try:
        said = _run_child(file, suffix)
        return json.loads(said)
    except ValueError:
        # Killed by its limits, or brought to fall: either way it was not inspected.
        raise PickleError("is a pickle that could not be inspected within bounds") from None
    except OSError as error:
        raise PickleError(
            f"could not be inspected, because no process could be begun ({error.strerror}); "
            "ingest again"
        ) from None


def _run_child(file: IO[bytes], suffix: str) -> bytes:
    """Return what the child says, as far as that is believed; nothing where it failed."""
    # Not subprocess.run, which keeps whatever a child says.
    with subprocess.Popen(
        [sys.executable, "-m", "releases.pickle_child", suffix],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        # NumPy takes address space for each thread, and the child has little.
        env={"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"},
    ) as child:
        end = threading.Timer(_SECONDS, child.kill)
        end.start()
        try:
            said = child.stdout.read(_MOST_SAID + 1) if child.stdout else b""
            if len(said) > _MOST_SAID:
                child.kill()
            return b"" if child.wait() else said
        finally:
            end.cancel()


def _shown(module: str, name: str) -> str:
    text = f"{module}.{name}"
    return ascii(text[:100])[1:-1]

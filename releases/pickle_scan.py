"""What a pickle would import when it is loaded, and whether that can do harm.

Loading a pickle calls whatever it names. picklescan knows names that are known to be misused;
here everything of Python's own library is dangerous unless it is known to be harmless, and so is
a name with a dot in it, which reaches through one object into another. Names of other packages
can be neither proven harmless nor harmful: they are listed, for a person to judge.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

_ROOT = Path(__file__).resolve().parent.parent
_SECONDS = 120
MOST_SHOWN = 50

_HARMLESS = {
    "__builtin__": {"bytearray", "complex", "frozenset", "list", "object", "set", "slice", "str"},
    "_codecs": {"encode"},
    "builtins": {"bytearray", "complex", "frozenset", "list", "object", "set", "slice", "str"},
    "collections": {"Counter", "OrderedDict", "defaultdict", "deque"},
    "copy_reg": {"_reconstructor"},
    "copyreg": {"_reconstructor"},
    "datetime": {"date", "datetime", "time", "timedelta", "timezone"},
    "decimal": {"Decimal"},
    "fractions": {"Fraction"},
    "pathlib": {"PurePosixPath", "PureWindowsPath"},
}
# What Python 2 called parts of its library.
_FORMER = {"__builtin__", "commands", "copy_reg", "exceptions", "httplib", "nt", "urllib2"}


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
        if judgement == "dangerous" or _is_dangerous(module, name):
            raise PickleError(
                f"is a pickle that imports {_shown(module, name)}, which can run code; "
                "it is never taken in"
            )
        if judgement != "innocuous" and name not in _HARMLESS.get(module, ()):
            unknown.add(_shown(module, name))
    return sorted(unknown)


def _is_dangerous(module: str, name: str) -> bool:
    if not module or "." in name or not f"{module}.{name}".isascii():
        return True
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names or top in _FORMER:
        return name not in _HARMLESS.get(module, ())
    return False


def _ask_child(file: IO[bytes], suffix: str) -> dict:
    file.seek(0)
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    try:
        child = subprocess.run(
            [sys.executable, "-m", "releases.pickle_child", suffix],
            stdin=file,
            capture_output=True,
            check=True,
            timeout=_SECONDS,
            cwd=_ROOT,
            env={"LC_ALL": "C.UTF-8"},
        )
        return json.loads(child.stdout)
    except (subprocess.SubprocessError, ValueError):
        # Killed by its limits, or brought to fall: either way it was not inspected.
        raise PickleError("is a pickle that could not be inspected within bounds") from None


def _shown(module: str, name: str) -> str:
    text = f"{module}.{name}"
    return ascii(text[:100])[1:-1]

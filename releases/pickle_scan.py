"""What a pickle would import when it is loaded, and whether that can do harm.

Loading a pickle calls whatever it names. picklescan knows names that are known to be misused;
here everything of Python's own library is dangerous unless it is known to be harmless, and so is
a name with a dot in it, which reaches through one object into another. Names of other packages
can be neither proven harmless nor harmful: they are listed, for a person to judge.
"""

import _compat_pickle
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

_ROOT = Path(__file__).resolve().parent.parent
_SECONDS = 120
MOST_SHOWN = 50
# A thousand long names.
_MOST_SAID = 8 * 1024 * 1024

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
# Parts of the library of other versions of Python than this one.
_OF_OTHERS = {
    "annotationlib",
    "asynchat",
    "asyncore",
    "compression",
    "distutils",
    "exceptions",
    "imp",
    "lib2to3",
    "popen2",
    "smtpd",
    "test",
    "_interpreters",
    "_pyrepl",
    "_sysconfig",
}
_LIBRARY = (
    sys.stdlib_module_names
    | _OF_OTHERS
    | {former.partition(".")[0] for former in _compat_pickle.IMPORT_MAPPING}
)


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
    return _is_dangerous_here(module, name) or _is_dangerous_here(*_as_loaded(module, name))


def _as_loaded(module: str, name: str) -> tuple[str, str]:
    """Return what Python 3 imports for a name in a pickle of Python 2 (protocols 0 to 2)."""
    if (module, name) in _compat_pickle.NAME_MAPPING:
        return _compat_pickle.NAME_MAPPING[module, name]
    return _compat_pickle.IMPORT_MAPPING.get(module, module), name


def _is_dangerous_here(module: str, name: str) -> bool:
    if not module or "." in name or not f"{module}.{name}".isascii():
        return True
    if module.partition(".")[0] in _LIBRARY:
        return name not in _HARMLESS.get(module, ())
    return False


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
        env={"LC_ALL": "C.UTF-8"},
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

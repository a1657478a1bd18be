"""What an artifact may be called, so that it is the same file on every recipient's disk."""

import unicodedata
from collections.abc import Iterable

LONGEST = 500
DEEPEST = 20
LONGEST_PART = 255
# Version control keeps every former state of every file; a release is one state.
_NOT_RELEASED = {".git", ".hg", ".svn"}


def check_path(path: str) -> str:
    """Return the path. Raises ValueError with a sentence where it cannot be an artifact's."""
    shown = shorten(path)
    if not path or path.startswith("/"):
        raise ValueError(f"The path {shown} is not relative to the release's directory.")
    if len(path) > LONGEST:
        raise ValueError(f"The path {shown} is longer than {LONGEST} characters.")
    for character in path:
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            raise ValueError(
                f"The path {shown} holds a character that cannot be seen or decoded "
                f"(U+{ord(character):04X})."
            )
    if "\\" in path:
        raise ValueError(f"The path {shown} holds a backslash, which some systems split at.")
    parts = path.split("/")
    if len(parts) > DEEPEST:
        raise ValueError(f"The path {shown} is more than {DEEPEST} directories deep.")
    for part in parts:
        _check_part(part, shown)
    return path


def _check_part(part: str, shown: str) -> None:
    if part in {"", ".", ".."}:
        raise ValueError(f"The path {shown} has an empty part, '.' or '..' in it.")
    if len(part.encode()) > LONGEST_PART:
        raise ValueError(f"The path {shown} has a part longer than {LONGEST_PART} bytes.")
    if part.casefold() in _NOT_RELEASED:
        raise ValueError(
            f"The path {shown} lies in a version-control directory; ingest an exported copy."
        )
    if part != part.strip():
        raise ValueError(f"The path {shown} has a part that begins or ends with a space.")


def check_paths(paths: Iterable[str]) -> None:
    """Check every path, and that no two fall together where case or accents are not told apart.

    Raises ValueError with a sentence.
    """
    seen: dict[str, str] = {}
    for path in paths:
        check_path(path)
        folded = fold(path)
        if folded in seen:
            raise ValueError(
                f"{shorten(seen[folded])} and {shorten(path)} are one file on systems that do "
                "not tell upper from lower case."
            )
        seen[folded] = path
    for folded in seen:
        parent = folded
        while "/" in parent:
            parent = parent.rpartition("/")[0]
            if parent in seen:
                raise ValueError(f"{shorten(seen[parent])} is a file and a directory at once.")


def fold(path: str) -> str:
    """Return what two paths share if some file system takes them for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def shorten(path: str) -> str:
    """Return a path fit for a sentence: quoted, escaped, and not endless."""
    text = path if len(path) <= 80 else f"{path[:60]}…{path[-15:]}"
    return repr(text)

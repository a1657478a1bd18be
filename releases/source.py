"""The directory that a release is read from. Nothing in it is trusted.

Everything is opened relative to an open directory and never through a link, so that a name that
is swapped for a link while we work leads nowhere; FIFOs and devices are never waited for.
"""

import contextlib
import errno
import mmap
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from releases.paths import DEEPEST, check_paths, shorten

MOST_FILES = 20_000
BLOCK = 4 * 1024 * 1024
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Non-blocking, so that opening a FIFO that took a file's place returns at once.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC

_KINDS = (
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)


class SourceError(Exception):
    """The directory or a file in it cannot be taken in; the text is a sentence."""


class SourceAway(SourceError):
    """The source does not answer now: what is owed stays owed."""


@dataclass(frozen=True)
class SourceFile:
    """A file that was found: its path in the release, its size, and in a bucket its ETag."""

    path: str
    size: int
    etag: str = ""


def list_files(directory: Path) -> list[SourceFile]:
    """Return every file below the directory by path. Raises SourceError with a sentence."""
    with open_directory(directory) as root:
        found = list(_walk(root, "", 0))
    if not found:
        raise SourceError(f"The directory {shorten(str(directory))} holds no files.")
    try:
        check_paths(file.path for file in found)
    except ValueError as error:
        raise SourceError(str(error)) from None
    return sorted(found, key=lambda file: file.path)


def _walk(root: int, prefix: str, depth: int) -> Iterator[SourceFile]:
    if depth > DEEPEST:
        raise SourceError(f"The directory {shorten(prefix)} is nested too deeply.")
    count = 0
    for name in _names(root, prefix):
        path = f"{prefix}{name}"
        try:
            found = os.lstat(name, dir_fd=root)
        except OSError as error:
            raise SourceError(_cannot("read", path, error)) from None
        if stat.S_ISDIR(found.st_mode):
            with _open_below(root, name, path) as directory:
                for file in _walk(directory, f"{path}/", depth + 1):
                    count += 1
                    yield file
        else:
            _refuse_unusual(path, found)
            count += 1
            yield SourceFile(path, found.st_size)
        if count > MOST_FILES:
            raise SourceError(f"The directory holds more than {MOST_FILES} files.")


def _names(root: int, prefix: str) -> list[str]:
    names: list[str] = []
    try:
        with os.scandir(root) as entries:
            for entry in entries:
                names.append(entry.name)
                if len(names) > MOST_FILES:
                    raise SourceError(f"The directory holds more than {MOST_FILES} files.")
    except OSError as error:
        raise SourceError(_cannot("list", prefix or ".", error)) from None
    return names


@contextlib.contextmanager
def open_directory(directory: Path) -> Iterator[int]:
    """Open an absolute directory, one part after the other, through no link."""
    if not directory.is_absolute():
        raise SourceError(f"The directory {shorten(str(directory))} is not an absolute path.")
    current = os.open("/", _DIRECTORY)
    try:
        for part in directory.parts[1:]:
            if part == "..":
                raise SourceError(f"The directory {shorten(str(directory))} has '..' in it.")
            try:
                below = os.open(part, _DIRECTORY, dir_fd=current)
            except (OSError, ValueError) as error:
                raise SourceError(_cannot("open", str(directory), error)) from None
            os.close(current)
            current = below
        yield current
    finally:
        os.close(current)


@contextlib.contextmanager
def _open_below(root: int, name: str, path: str) -> Iterator[int]:
    try:
        directory = os.open(name, _DIRECTORY, dir_fd=root)
    except OSError as error:
        raise SourceError(_cannot("open", path, error)) from None
    try:
        yield directory
    finally:
        os.close(directory)


@contextlib.contextmanager
def open_file(directory: int, path: str) -> Iterator[int]:
    """Open a file below an open directory through no link. Raises SourceError for anything else."""
    with contextlib.ExitStack() as stack:
        current = directory
        *parents, name = path.split("/")
        for part in parents:
            current = stack.enter_context(_open_below(current, part, path))
        try:
            file = os.open(name, _FILE, dir_fd=current)
        except OSError as error:
            raise SourceError(_cannot("open", path, error)) from None
        stack.callback(os.close, file)
        yield file


def read_blocks(file: int, path: str, size: int) -> Iterator[memoryview]:
    """Yield the bytes of an open file once. Raises SourceError where it is not what was listed.

    A file that grows, shrinks or is written to while it is read is refused: its bytes would be
    nobody's release.
    """
    before = os.fstat(file)
    _refuse_unusual(path, before)
    if before.st_size != size:
        raise SourceError(_changed(path))
    # Aligned to pages, so that the store can write from it without a copy.
    view = memoryview(mmap.mmap(-1, BLOCK))
    left = size
    while left:
        try:
            count = os.readv(file, [view[: min(BLOCK, left)]])
        except OSError as error:
            raise SourceError(_cannot("read", path, error)) from None
        if not count:
            raise SourceError(_changed(path))
        left -= count
        yield view[:count]
    after = os.fstat(file)
    if (after.st_size, after.st_mtime_ns) != (size, before.st_mtime_ns):
        raise SourceError(_changed(path))


def _refuse_unusual(path: str, found: os.stat_result) -> None:
    for is_kind, what in _KINDS:
        if is_kind(found.st_mode):
            raise SourceError(f"{shorten(path)} is {what}; only plain files are taken in.")
    if not stat.S_ISREG(found.st_mode):
        raise SourceError(f"{shorten(path)} is not a plain file.")
    if found.st_nlink != 1:
        raise SourceError(
            f"{shorten(path)} has {found.st_nlink} hard links, so it may be a file from "
            "elsewhere; ingest a copy of its own."
        )


def _changed(path: str) -> str:
    return f"{shorten(path)} changed while it was read; ingest the directory when nothing writes."


def _cannot(what: str, path: str, error: OSError | ValueError) -> str:
    number = error.errno if isinstance(error, OSError) else None
    why = {
        errno.ENOENT: "it is not there",
        errno.EACCES: "permission is denied to the account that Sluice runs as",
        errno.EPERM: "permission is denied to the account that Sluice runs as",
        errno.ELOOP: "it is a symbolic link",
        errno.ENOTDIR: "it, or a part of it, is a link or not a directory",
        errno.ENXIO: "it is a socket or a FIFO",
    }.get(number or 0, getattr(error, "strerror", None) or str(error))
    return f"{shorten(path)} cannot be {_PARTICIPLES[what]}: {why}."


_PARTICIPLES = {"open": "opened", "read": "read", "list": "listed"}


def directories_below(roots: list[Path]) -> list[Path]:
    """Return the directories that stand directly in the allowed roots, by name."""
    found: list[Path] = []
    for root in roots:
        try:
            with os.scandir(root) as entries:
                found += [
                    root / entry.name
                    for entry in entries
                    if entry.is_dir(follow_symlinks=False)
                    and not entry.name.startswith(".")
                    and entry.name.isprintable()
                ]
        except OSError:
            continue
    return sorted(found)[:MOST_FILES]

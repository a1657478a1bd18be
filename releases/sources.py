"""Where a release is read from: a directory of this machine, or a prefix of a bucket.

locate       says what an address names, and whether it is allowed
list_source  lists it
open_source  gives what reads its files, from several threads at once
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from common.storage_url import Bucket
from releases import source
from releases.paths import shorten
from releases.source import SourceError, SourceFile
from releases.source_bucket import Prefix, list_objects, parse_prefix, read_blocks

Source: TypeAlias = Path | Prefix
# Yields the bytes of a file that was listed. Raises SourceError.
Reader: TypeAlias = Callable[[SourceFile], Generator[memoryview]]

LONGEST = 1000


def is_bucket(address: str) -> bool:
    """Tell whether an address names a bucket."""
    return address.startswith("s3://")


def locate(address: str, *, roots: Iterable[Path] | None, buckets: Iterable[Bucket]) -> Source:
    """Return what the address names. Raises SourceError with a sentence.

    A directory must lie below one of `roots`, where they are given; a prefix below one of
    `buckets`.
    """
    if len(address) > LONGEST:
        raise SourceError(f"The address {shorten(address)} is too long.")
    if is_bucket(address):
        return parse_prefix(address, buckets)
    return _locate_directory(Path(address), roots)


def _locate_directory(directory: Path, roots: Iterable[Path] | None) -> Path:
    shown = shorten(str(directory))
    try:
        resolved = directory.resolve(strict=True)
    except FileNotFoundError:
        raise SourceError(f"The directory {shown} does not exist.") from None
    except (OSError, ValueError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"The directory {shown} cannot be opened: {why}.") from None
    if not resolved.is_dir():
        raise SourceError(f"{shown} is not a directory.")
    if len(str(resolved)) > LONGEST:
        raise SourceError(f"The path {shown} is too long.")
    if roots is not None:
        allowed = [root.resolve() for root in roots]
        if not any(resolved != root and resolved.is_relative_to(root) for root in allowed):
            raise SourceError(f"{shown} is not below a directory that the operator allowed.")
    return resolved


def list_source(where: Source) -> list[SourceFile]:
    """Return every file by path. Raises SourceError with a sentence."""
    if isinstance(where, Prefix):
        return list_objects(where)
    return source.list_files(where)


@contextmanager
def open_source(address: str, *, buckets: Iterable[Bucket]) -> Iterator[Reader]:
    """Open what `locate` found before. Raises SourceError where it is allowed no longer."""
    if is_bucket(address):
        prefix = parse_prefix(address, buckets)
        yield lambda file: read_blocks(prefix, file.path, file.size, file.etag)
        return
    with source.open_directory(Path(address)) as directory:

        def read(file: SourceFile) -> Generator[memoryview]:
            with source.open_file(directory, file.path) as opened:
                yield from source.read_blocks(opened, file.path, file.size)

        yield read

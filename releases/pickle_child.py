"""Looks into a pickle file in a process of its own, which has little memory, time and no secret.

    python -m releases.pickle_child SUFFIX < file > result.json

Nothing is loaded: the pickle's instructions are listed, never carried out. What they import is
judged by picklescan; see `releases.pickle_scan` for what is made of it. What cannot be listed to
its end is refused: an unpickler might go on where a scanner stopped. So is a file with bytes that
belong to no pickle, array or tensor.
"""

import io
import json
import logging
import math
import os
import re
import resource
import sys
import zipfile
from pathlib import PurePosixPath
from typing import IO, BinaryIO

from common.archive import ArchiveError, Member, inspect_zip, opened, read_member
from common.packed import LOOKED_AT, packed_as
from releases.numpy_header import LONGEST_HEADER, NUMPY, plain_size
from releases.pickle_reader import MOST_IMPORTS, Import, read_all
from releases.pickle_torch import read_torch

MEMORY = 3 * 1024**3
SECONDS = 60
LONGEST_PICKLE = 512 * 1024 * 1024

TORCH_SUFFIXES = (".bin", ".ckpt", ".pt", ".pth")
_PICKLE_SUFFIXES = (".joblib", ".p", ".pickle", ".pkl")
# Where torch keeps the bytes of its tensors: they begin as anything may, and are never unpickled.
_TENSOR = re.compile(r"(?:[^/]+/)*data/[0-9]+")


def main() -> None:
    """Read the file on standard input, and print what was found."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)
    found: dict[str, object]
    with os.fdopen(0, "rb") as file:
        try:
            found = {"imports": sorted(look(file, sys.argv[1]))}
        except ArchiveError as error:
            found = {"refused": str(error)}
        except MemoryError:
            found = {"refused": "takes more memory to inspect than may be spent on it"}
    json.dump(found, sys.stdout)


def look(file: BinaryIO, suffix: str) -> set[Import]:
    """Return what the file imports when it is loaded: (module, name, picklescan's judgement).

    Raises ArchiveError where that cannot be told; the text follows the file's name.
    """
    size = os.fstat(file.fileno()).st_size
    head = file.read(LOOKED_AT)
    file.seek(0)
    packed = packed_as(head)
    if packed == "a zip archive":
        return _look_into_zip(file, size)
    if packed:
        raise ArchiveError(f"is {packed}, so that its inside cannot be inspected")
    if head.startswith(NUMPY):
        return _look_into_numpy(file, size)
    if size > LONGEST_PICKLE:
        raise ArchiveError(f"is a pickle of {size} bytes; at most {LONGEST_PICKLE} are inspected")
    return read_torch(file) if suffix in TORCH_SUFFIXES else read_all(file)


def _look_into_zip(file: BinaryIO, size: int) -> set[Import]:
    members = inspect_zip(file, size)
    found: set[Import] = set()
    with zipfile.ZipFile(file) as archive:
        for member in members:
            found |= _look_into_member(archive, member)
            if len(found) > MOST_IMPORTS:
                raise ArchiveError(f"imports more than {MOST_IMPORTS} things")
    return found


def _look_into_member(archive: zipfile.ZipFile, member: Member) -> set[Import]:
    with opened(archive, member) as stream:
        head = stream.read(LOOKED_AT)
    if head.startswith(NUMPY):
        with opened(archive, member) as stream:
            return _look_into_numpy(stream, member.size)
    if _TENSOR.fullmatch(member.name):
        return set()
    if packed_as(head):
        raise ArchiveError("holds an archive in an archive, which is not inspected")
    is_pickle = head[:1] == b"\x80" and head[1:2] <= b"\x05"
    if is_pickle or PurePosixPath(member.name.casefold()).suffix in _PICKLE_SUFFIXES:
        return read_all(io.BytesIO(read_member(archive, member, LONGEST_PICKLE)))
    return set()


def _look_into_numpy(file: IO[bytes], size: int) -> set[Import]:
    """NumPy stores arrays of Python objects as a pickle behind the array's header."""
    head = file.read(min(size, LONGEST_HEADER + 12))
    plain = plain_size(head)
    if plain is None:
        file.seek(0)
        plain = _structured_size(file)
    if plain is None:
        content = file.read(LONGEST_PICKLE + 1)
        if len(content) > LONGEST_PICKLE:
            raise ArchiveError("holds more Python objects than are inspected")
        return read_all(io.BytesIO(content))
    if plain != size:
        raise ArchiveError("has a NumPy header that does not account for all of its bytes")
    return set()


def _structured_size(file: IO[bytes]) -> int | None:
    """Return the bytes that an array takes with its header; None for one of Python objects."""
    # Here, as to import it takes longer than to look through most pickles.
    import numpy as np

    try:
        version = np.lib.format.read_magic(file)
        read = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, _order, dtype = read(file)
    except (ValueError, SyntaxError, RecursionError) as error:
        raise ArchiveError(f"has a NumPy header that is broken ({str(error)[:80]!r})") from None
    if dtype.hasobject:
        return None
    return file.tell() + math.prod(shape) * dtype.itemsize


if __name__ == "__main__":
    main()

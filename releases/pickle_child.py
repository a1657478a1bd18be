"""Looks into a pickle file in a process of its own, which has little memory, time and no secret.

    python -m releases.pickle_child SUFFIX < file > result.json

Nothing is loaded: the pickle's instructions are listed, never carried out. What they import is
judged by picklescan; see `releases.pickle_scan` for what is made of it. What cannot be listed to
its end is refused: an unpickler might go on where a scanner stopped.
"""

import io
import json
import logging
import os
import pickletools
import resource
import struct
import sys
import zipfile
from pathlib import PurePosixPath
from typing import IO, BinaryIO

import numpy as np
from picklescan.scanner import scan_bytes, scan_pickle_bytes

from common.archive import ArchiveError, inspect_zip, read_member

MEMORY = 3 * 1024**3
SECONDS = 60
LONGEST_PICKLE = 512 * 1024 * 1024
# Picklescan keeps every instruction, so that there must be an end to them.
MOST_INSTRUCTIONS = 2_000_000

TORCH_SUFFIXES = (".bin", ".ckpt", ".pt", ".pth")
_PICKLE_SUFFIXES = (".joblib", ".p", ".pickle", ".pkl")
# What torch wrote before it wrote archives: five pickles, and then the tensors' bytes.
_TORCH_PICKLES = 5
_NUMPY = b"\x93NUMPY"
_NESTED = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd")
_IMPORTS = ("GLOBAL", "INST", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4")

Import = tuple[str, str, str]


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
    head = file.read(8)
    file.seek(0)
    if head.startswith(b"PK\x03\x04"):
        return _look_into_zip(file, size)
    if head.startswith(_NESTED):
        raise ArchiveError("is compressed, so that its inside cannot be inspected")
    if head.startswith(_NUMPY):
        return _look_into_numpy(file)
    if size > LONGEST_PICKLE:
        raise ArchiveError(f"is a pickle of {size} bytes; at most {LONGEST_PICKLE} are inspected")
    return _look_into_pickle(file, suffix)


def _look_into_zip(file: BinaryIO, size: int) -> set[Import]:
    members = inspect_zip(file, size)
    found: set[Import] = set()
    with zipfile.ZipFile(file) as archive:
        for member in members:
            with archive.open(member.name) as stream:
                head = stream.read(16)
                if head.startswith(_NUMPY):
                    stream.seek(0)
                    found |= _look_into_numpy(stream)
            if head.startswith(_NESTED):
                raise ArchiveError("holds an archive in an archive, which is not inspected")
            if PurePosixPath(member.name.casefold()).suffix in _PICKLE_SUFFIXES:
                content = io.BytesIO(read_member(archive, member, LONGEST_PICKLE))
                found |= _look_into_pickle(content, ".pkl")
            elif head[:1] == b"\x80":
                # A tensor's bytes may begin so by chance: then they are no pickle to the end.
                with archive.open(member.name) as stream:
                    content = io.BytesIO(stream.read(LONGEST_PICKLE))
                found |= _imports(scan_pickle_bytes(content, "file").globals)
    return found


def _look_into_numpy(file: IO[bytes]) -> set[Import]:
    """NumPy stores arrays of Python objects as a pickle behind the array's header."""
    try:
        version = np.lib.format.read_magic(file)
        read = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        dtype = read(file)[2]
    except (ValueError, SyntaxError, RecursionError) as error:
        raise ArchiveError(f"has a NumPy header that is broken ({str(error)[:80]!r})") from None
    if not dtype.hasobject:
        return set()
    content = file.read(LONGEST_PICKLE + 1)
    if len(content) > LONGEST_PICKLE:
        raise ArchiveError("holds more Python objects than are inspected")
    return _look_into_pickle(io.BytesIO(content), ".npy")


def _look_into_pickle(file: BinaryIO, suffix: str) -> set[Import]:
    start = file.tell()
    expected = _count_imports(file, tensors_follow=suffix in TORCH_SUFFIXES)
    file.seek(start)
    if suffix in TORCH_SUFFIXES:
        result = scan_bytes(file, "file", suffix)
    else:
        result = scan_pickle_bytes(file, "file")
    if result.scan_err or bool(expected) != bool(result.globals):
        raise ArchiveError("is a pickle that could not be inspected to its end")
    return _imports(result.globals)


def _count_imports(file: BinaryIO, *, tensors_follow: bool) -> int:
    """Go through every instruction to the file's end, and count those that import something."""
    pickles = instructions = imports = 0
    try:
        while True:
            for opcode, _argument, _place in pickletools.genops(file):
                instructions += 1
                imports += opcode.name in _IMPORTS
                if instructions > MOST_INSTRUCTIONS:
                    raise ArchiveError(
                        f"is a pickle of more than {MOST_INSTRUCTIONS} instructions, too many to "
                        "inspect"
                    )
            pickles += 1
            if not file.read(1):
                return imports
            file.seek(-1, io.SEEK_CUR)
            if tensors_follow and pickles == _TORCH_PICKLES:
                return imports
    except ArchiveError:
        raise
    except (ValueError, OverflowError, IndexError, KeyError, struct.error):
        raise ArchiveError("is a pickle that could not be inspected to its end") from None


def _imports(found: list) -> set[Import]:
    return {(each.module, each.name, each.safety.value) for each in found}


if __name__ == "__main__":
    main()

"""What torch wrote before it wrote archives: five pickles, and then the tensors' bytes.

Magic number, protocol, the writer's system, the object, the list of keys; then for each key a
count of elements (8 bytes, little-endian) and the elements. See `torch.serialization`.
"""

import os
from typing import BinaryIO

from common.archive import ArchiveError
from releases.pickle_reader import Import, Name, Reader, Reading, read_all

MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
# What a list of strings is made of.
_LIST = {
    "PROTO",
    "FRAME",
    "EMPTY_LIST",
    "LIST",
    "MARK",
    "PUT",
    "BINPUT",
    "LONG_BINPUT",
    "MEMOIZE",
    "UNICODE",
    "SHORT_BINUNICODE",
    "BINUNICODE",
    "STRING",
    "BINSTRING",
    "SHORT_BINSTRING",
    "APPEND",
    "APPENDS",
    "STOP",
}
_ELEMENT_BYTES = {
    Name("torch", "BFloat16Storage"): 2,
    Name("torch", "BoolStorage"): 1,
    Name("torch", "ByteStorage"): 1,
    Name("torch", "CharStorage"): 1,
    Name("torch", "ComplexDoubleStorage"): 16,
    Name("torch", "ComplexFloatStorage"): 8,
    Name("torch", "DoubleStorage"): 8,
    Name("torch", "FloatStorage"): 4,
    Name("torch", "HalfStorage"): 2,
    Name("torch", "IntStorage"): 4,
    Name("torch", "LongStorage"): 8,
    Name("torch", "QInt32Storage"): 4,
    Name("torch", "QInt8Storage"): 1,
    Name("torch", "QUInt2x4Storage"): 1,
    Name("torch", "QUInt4x2Storage"): 1,
    Name("torch", "QUInt8Storage"): 1,
    Name("torch", "ShortStorage"): 2,
    # Of types that came later: its elements are bytes.
    Name("torch.storage", "UntypedStorage"): 1,
}
_UNACCOUNTED = "is a file of torch whose tensors do not account for all of its bytes"


def read_torch(file: BinaryIO) -> set[Import]:
    """Return what a file imports that torch wrote, or that consists of other pickles.

    Raises ArchiveError where that cannot be told, or where bytes are left that belong to nothing.
    """
    reader = Reader(file)
    if reader.read().top != MAGIC:
        file.seek(0)
        return read_all(file)
    if reader.read().top != _PROTOCOL:
        raise ArchiveError("is a file of torch of an unknown kind")
    reader.read()
    tensors = _storages(reader.read())
    _check_storages(file, _keys(reader.read()), tensors)
    return reader.found


def _keys(reading: Reading) -> list[str]:
    if not reading.instructions <= _LIST or len(set(reading.texts)) != len(reading.texts):
        raise ArchiveError(_UNACCOUNTED)
    return reading.texts


def _storages(reading: Reading) -> dict[str, tuple[int, int]]:
    """Return how many elements each of the object's storages has, and of how many bytes."""
    storages: dict[str, tuple[int, int]] = {}
    for reference in reading.references:
        if _is_class(reference):
            continue
        if not isinstance(reference, tuple) or len(reference) < 5:
            raise ArchiveError(_UNACCOUNTED)
        what, kind, key, _location, count = reference[:5]
        if (
            not isinstance(what, str)
            or what != "storage"
            or not isinstance(kind, Name)
            or kind not in _ELEMENT_BYTES
            or not isinstance(key, str)
            or not isinstance(count, int)
            or storages.setdefault(key, (count, _ELEMENT_BYTES[kind]))
            != (count, _ELEMENT_BYTES[kind])
        ):
            raise ArchiveError(_UNACCOUNTED)
    return storages


def _is_class(reference: object) -> bool:
    """Tell whether that is the class of a network, with its source, which is only compared."""
    return (
        isinstance(reference, tuple)
        and len(reference) == 4
        and reference[0] == "module"
        and isinstance(reference[1], Name)
        and all(part is None or isinstance(part, str) for part in reference[2:])
    )


def _check_storages(file: BinaryIO, keys: list[str], storages: dict[str, tuple[int, int]]) -> None:
    if set(keys) != set(storages):
        raise ArchiveError(_UNACCOUNTED)
    place, size = file.tell(), file.seek(0, os.SEEK_END)
    for key in keys:
        count, width = storages[key]
        file.seek(place)
        if int.from_bytes(file.read(8), "little", signed=True) != count or count < 0:
            raise ArchiveError(_UNACCOUNTED)
        place += 8 + count * width
    if place != size:
        raise ArchiveError(_UNACCOUNTED)

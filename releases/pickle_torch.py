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
    "BFloat16Storage": 2,
    "BoolStorage": 1,
    "ByteStorage": 1,
    "CharStorage": 1,
    "ComplexDoubleStorage": 16,
    "ComplexFloatStorage": 8,
    "DoubleStorage": 8,
    "FloatStorage": 4,
    "HalfStorage": 2,
    "IntStorage": 4,
    "LongStorage": 8,
    "QInt32Storage": 4,
    "QInt8Storage": 1,
    "QUInt2x4Storage": 1,
    "QUInt4x2Storage": 1,
    "QUInt8Storage": 1,
    "ShortStorage": 2,
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
        if not isinstance(reference, tuple) or len(reference) < 5:
            raise ArchiveError(_UNACCOUNTED)
        what, kind, key, _location, count = reference[:5]
        if (
            not isinstance(what, str)
            or what != "storage"
            or not isinstance(kind, Name)
            or kind.module != "torch"
            or kind.name not in _ELEMENT_BYTES
            or not isinstance(key, str)
            or not isinstance(count, int)
            or storages.setdefault(key, (count, _ELEMENT_BYTES[kind.name]))
            != (count, _ELEMENT_BYTES[kind.name])
        ):
            raise ArchiveError(_UNACCOUNTED)
    return storages


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

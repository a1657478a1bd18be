"""What a member of an inspected zip archive holds, unpacked block by block.

Reads method 93 (zstandard) too, which zipfile does from Python 3.14 on only. Never more bytes than
the directory claims, whatever the packed ones would grow to.
"""

import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

import zstandard

from common.archive import ArchiveError, Member, quoted

STORED, DEFLATED, ZSTANDARD = 0, 8, 93
BLOCK = 64 * 1024
# What RFC 8878 asks every reader to grant, and as much memory as a frame may take.
WIDEST_WINDOW = 8 * 1024 * 1024


def unpacked(file: BinaryIO, member: Member) -> Iterator[bytes]:
    """Yield a member's content in blocks.

    Raises ArchiveError where it cannot be unpacked, or is not what the directory says; that is
    known for certain only at its end.
    """
    packed = _Packed(file, member.start, member.packed)
    reader = {STORED: _stored, DEFLATED: _inflated, ZSTANDARD: _zstandard}[member.method]
    size = check = 0
    try:
        for block in reader(packed):
            size += len(block)
            if size > member.size:
                break
            check = zlib.crc32(block, check)
            if block:
                yield block
    except (zlib.error, zstandard.ZstdError) as error:
        raise ArchiveError(
            f"holds {quoted(member.name)}, which cannot be unpacked ({str(error)[:100]})"
        ) from None
    if size != member.size:
        raise ArchiveError(f"holds {quoted(member.name)}, whose size is not what it claims")
    if check != member.crc:
        raise ArchiveError(f"holds {quoted(member.name)}, whose bytes are damaged")


class _Packed:
    """A member's packed bytes; several may be read from one file by turns."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self._file, self._at, self._end = file, start, start + length

    def read(self, size: int = BLOCK) -> bytes:
        self._file.seek(self._at)
        content = self._file.read(min(size, self._end - self._at))
        self._at += len(content)
        return content


def _stored(packed: _Packed) -> Iterator[bytes]:
    while block := packed.read():
        yield block


def _inflated(packed: _Packed) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    while not inflate.eof and (block := inflate.unconsumed_tail or packed.read()):
        yield inflate.decompress(block, BLOCK)
    if not inflate.eof:
        raise zlib.error("it ends in the middle")
    if inflate.unused_data or packed.read():
        raise zlib.error("it goes on behind its end")


def _zstandard(packed: _Packed) -> Iterator[bytes]:
    """A long member has several frames; one that is cut off shows by its size and checksum."""
    decompressor = zstandard.ZstdDecompressor(max_window_size=WIDEST_WINDOW)
    with decompressor.stream_reader(cast("BinaryIO", packed), read_across_frames=True) as reader:
        while block := reader.read(BLOCK):
            yield block

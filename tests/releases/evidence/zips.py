"""Zip archives made by hand, so that they may lie."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import zstandard

STORED, DEFLATED, ZSTANDARD = 0, 8, 93


@dataclass(frozen=True)
class Entry:
    """One member: its bytes as packed, and what the directory claims of them."""

    name: bytes
    packed: bytes
    size: int
    crc: int
    method: int = STORED
    flags: int = 0x800

    def header(self) -> bytes:
        return b"PK\x03\x04" + struct.pack(
            "<5H3L2H",
            20,
            self.flags,
            self.method,
            0,
            0x21,
            self.crc,
            len(self.packed),
            self.size,
            len(self.name),
            0,
        )

    def listing(self, offset: int) -> bytes:
        fields = (20, 20, self.flags, self.method, 0, 0x21, self.crc, len(self.packed), self.size)
        rest = (len(self.name), 0, 0, 0, 0, 0, offset)
        return b"PK\x01\x02" + struct.pack("<6H3L5H2L", *fields, *rest) + self.name


def entry(name: str, content: bytes, method: int = ZSTANDARD) -> Entry:
    """Return an honest member."""
    packed = {
        STORED: lambda: content,
        DEFLATED: lambda: _deflated(content),
        ZSTANDARD: lambda: zstandard.ZstdCompressor().compress(content),
    }[method]()
    return Entry(name.encode(), packed, len(content), zlib.crc32(content), method)


def archive(*entries: Entry) -> bytes:
    """Return the members as one archive."""
    body, directory = io.BytesIO(), io.BytesIO()
    for each in entries:
        directory.write(each.listing(body.tell()))
        body.write(each.header() + each.name + each.packed)
    return closed(body.getvalue(), directory.getvalue(), len(entries))


def closed(body: bytes, directory: bytes, count: int) -> bytes:
    """Return members and directory with the end behind them, of the 64-bit kind for many."""
    end = b""
    if count >= 0xFFFF:
        wide = (44, 45, 45, 0, 0, count, count, len(directory), len(body))
        end = b"PK\x06\x06" + struct.pack("<Q2H2L4Q", *wide)
        end += b"PK\x06\x07" + struct.pack("<LQL", 0, len(body) + len(directory), 1)
        count = 0xFFFF
    last = struct.pack("<4H2LH", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + end + b"PK\x05\x06" + last


def contents(path: Path) -> dict[str, bytes]:
    """Return what a real log holds, by name."""
    data = path.read_bytes()
    found = {}
    with zipfile.ZipFile(path) as opened:
        for info in opened.infolist():
            name, extra = struct.unpack_from("<2H", data, info.header_offset + 26)
            start = info.header_offset + 30 + name + extra
            packed = data[start : start + info.compress_size]
            if info.compress_type == ZSTANDARD:
                found[info.filename] = zstandard.ZstdDecompressor().decompress(
                    packed, max_output_size=info.file_size
                )
            else:
                found[info.filename] = opened.read(info)
    return found


def written(path: Path, entries: Mapping[str, bytes], method: int = ZSTANDARD) -> Path:
    """Write an honest archive."""
    path.write_bytes(archive(*(entry(name, content, method) for name, content in entries.items())))
    return path


def _deflated(content: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-15)
    return deflate.compress(content) + deflate.flush()

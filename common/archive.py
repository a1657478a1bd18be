"""What a zip archive holds, told before anything of it is unpacked. Nothing in it is trusted.

Two readers may see two different archives in one file: one begins at the front, the other at the
directory in the end. Only archives about which both must agree are let through: the directory
accounts for every member once, in order, without overlap, and each member's own header repeats
its name. The format: PKWARE's APPNOTE.TXT, 4.3.
"""

import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO

MOST_MEMBERS = 20_000
# Of the directory in the end, which is read whole.
LONGEST_DIRECTORY = 8 * 1024 * 1024
LONGEST_NAME = 500
# Zeros deflate to a thousandth; no weights do.
MOST_EXPANSION = 100
EXPANSION_FREE = 1024 * 1024

_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCAL = struct.Struct("<4s5H3L2H")
_LONGEST_COMMENT = 65_535
_ENCRYPTED = 0x1 | 0x40


class ArchiveError(ValueError):
    """The archive is not to be opened; the text says why, and follows the file's name."""


@dataclass(frozen=True)
class Member:
    """One file in an archive: its name and its size once unpacked."""

    name: str
    size: int


def inspect_zip(file: BinaryIO, size: int) -> list[Member]:
    """Return the files in a zip archive of `size` bytes, by their place in it.

    Reads the directory and the members' headers only. Raises ArchiveError for an archive that is
    broken, reaches out of the directory it is unpacked to, or grows out of proportion.
    """
    _check_directory(file, size)
    file.seek(0)
    try:
        # 3.11 reads the directory here, and no more.
        with zipfile.ZipFile(file) as archive:
            entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        raise ArchiveError(f"is a zip archive that is broken ({_short(str(error))})") from None
    _check_names(entries)
    for entry in entries:
        _check_kind(entry)
    _check_sizes(entries, size)
    _check_places(file, entries)
    return [Member(entry.filename, entry.file_size) for entry in entries if not entry.is_dir()]


def read_member(archive: zipfile.ZipFile, member: Member, most: int) -> bytes:
    """Return one file of an inspected archive.

    Raises ArchiveError where it has more than `most` bytes or is not what the directory says.
    """
    if member.size > most:
        raise ArchiveError(
            f"holds {_quoted(member.name)} of {member.size} bytes; at most {most} are inspected"
        )
    try:
        with archive.open(member.name) as stream:
            content = stream.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ArchiveError(
            f"holds {_quoted(member.name)}, which cannot be unpacked ({_short(str(error))})"
        ) from None
    if len(content) != member.size:
        raise ArchiveError(f"holds {_quoted(member.name)}, whose size is not what it claims")
    return content


def _check_directory(file: BinaryIO, size: int) -> None:
    """Find the directory from the end, and refuse one that would be too long to read."""
    tail_size = min(size, _END.size + _LONGEST_COMMENT)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise ArchiveError("is a zip archive without an end")
    _magic, disk, first_disk, here, count, length, _offset, comment = _END.unpack_from(tail, at)
    if at + _END.size + comment != len(tail):
        raise ArchiveError("is a zip archive with something after its end")
    if (disk, first_disk) != (0, 0) or here != count:
        raise ArchiveError("is a part of a zip archive in several")
    if 0xFFFF in (here, count) or 0xFFFFFFFF in (length, _offset):
        count, length = _read_end64(file, size - tail_size + at)
    if count > MOST_MEMBERS or length > LONGEST_DIRECTORY:
        raise ArchiveError(
            f"is a zip archive with a directory of {count} entries in {length} bytes; at most "
            f"{MOST_MEMBERS} in {LONGEST_DIRECTORY} are read"
        )
    file.seek(0)
    if file.read(4) not in (b"PK\x03\x04", b"PK\x05\x06"):
        raise ArchiveError("is a zip archive with something before its beginning")


def _read_end64(file: BinaryIO, end: int) -> tuple[int, int]:
    place = end - _END64_LOCATOR.size
    if place < 0:
        raise ArchiveError("is a zip archive whose end is broken")
    file.seek(place)
    magic, _disk, offset, _disks = _END64_LOCATOR.unpack(file.read(_END64_LOCATOR.size))
    if magic != b"PK\x06\x07" or offset + _END64.size > place:
        raise ArchiveError("is a zip archive whose end is broken")
    file.seek(offset)
    fields = _END64.unpack(file.read(_END64.size))
    if fields[0] != b"PK\x06\x06":
        raise ArchiveError("is a zip archive whose end is broken")
    return fields[7], fields[8]


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for entry in entries:
        # zipfile cuts a name at NUL; others may not.
        name = entry.orig_filename
        shown = _quoted(name)
        if not name.isprintable() or len(name) > LONGEST_NAME:
            raise ArchiveError(f"holds a file with a name that cannot be written down ({shown})")
        if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
            raise ArchiveError(f"holds {shown}, which leads out of the archive")
        folded = name.rstrip("/").casefold()
        if folded in seen:
            raise ArchiveError(f"holds {shown} twice where case is not told apart")
        seen.add(folded)


def _check_kind(entry: zipfile.ZipInfo) -> None:
    shown = _quoted(entry.filename)
    if entry.flag_bits & _ENCRYPTED:
        raise ArchiveError(f"holds {shown}, which is encrypted")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ArchiveError(f"holds {shown}, which is a symbolic link")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveError(f"holds {shown}, which is packed in a way that is not inspected")
    if entry.compress_type == zipfile.ZIP_STORED and entry.compress_size != entry.file_size:
        raise ArchiveError(f"holds {shown}, whose size is not what it claims")


def _check_sizes(entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > EXPANSION_FREE + MOST_EXPANSION * size:
        raise ArchiveError(f"is a zip archive of {size} bytes that unpacks to {unpacked}")


def _check_places(file: BinaryIO, entries: list[zipfile.ZipInfo]) -> None:
    """Compare each member's own header, and refuse members that share bytes."""
    reached = 0
    for entry in entries:
        if entry.header_offset < reached:
            raise ArchiveError("is a zip archive whose files overlap")
        file.seek(entry.header_offset)
        header = file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04":
            raise ArchiveError("is a zip archive whose directory points nowhere")
        fields = _LOCAL.unpack(header)
        name = file.read(fields[9])
        expected = entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437")
        if name != expected or fields[3] != entry.compress_type or fields[2] & _ENCRYPTED:
            raise ArchiveError("is a zip archive whose directory and files disagree")
        reached = entry.header_offset + _LOCAL.size + fields[9] + fields[10] + entry.compress_size


def _quoted(name: str) -> str:
    return repr(name if len(name) <= 80 else f"{name[:60]}…{name[-15:]}")


def _short(text: str) -> str:
    return text[:100]

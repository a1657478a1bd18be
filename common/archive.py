"""What a zip archive holds, told before anything of it is unpacked. Nothing in it is trusted.

Two readers may see two different archives in one file: one begins at the front, the other at the
directory in the end. Only archives about which both must agree are let through: members, directory
and end records follow one another without a gap from the first byte of the file to the last, the
directory accounts for each member once, and each member's own header says the same of it. The
format: PKWARE's APPNOTE.TXT, 4.3.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, BinaryIO

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
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_WIDE = 0xFFFFFFFF
_EXTRA_WIDE = 0x0001
# Info-ZIP's Unicode Path, which some readers believe rather than the name.
_EXTRA_NAME = 0x7075
_LONGEST_COMMENT = 65_535
_ENCRYPTED = 0x1 | 0x40
_DESCRIBED_BEHIND = 0x8

_UNACCOUNTED = "is a zip archive whose directory does not account for all of its bytes"
_DISAGREE = "is a zip archive whose directory and files disagree"


class ArchiveError(ValueError):
    """The archive is not to be opened; the text says why, and follows the file's name."""


@dataclass(frozen=True)
class Rules:
    """What an archive may hold and be. Who reads its members by name needs less than who unpacks.

    `unpacked`: its names must be told apart on every disk. `gaps`: bytes that the directory does
    not list may stand between the members, as are left where one was rewritten in place.
    """

    methods: frozenset[int] = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
    most_members: int = MOST_MEMBERS
    longest_directory: int = LONGEST_DIRECTORY
    most_expansion: int = MOST_EXPANSION
    unpacked: bool = True
    gaps: bool = False


@dataclass(frozen=True)
class Member:
    """One file in an archive: its name and its size once unpacked; how and where it is packed."""

    name: str
    size: int
    method: int = field(default=zipfile.ZIP_STORED, compare=False)
    start: int = field(default=0, compare=False)
    packed: int = field(default=0, compare=False)
    crc: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Contents:
    """The files in an archive, by their place, and how many bytes no file accounts for."""

    members: list[Member]
    unlisted: int


_USUAL = Rules()


def inspect_zip(file: BinaryIO, size: int) -> list[Member]:
    """Return the files in a zip archive of `size` bytes that is to be unpacked."""
    return inspect_contents(file, size, _USUAL).members


def inspect_contents(file: BinaryIO, size: int, rules: Rules) -> Contents:
    """Return what is in a zip archive of `size` bytes.

    Reads the directory and the members' headers only. Raises ArchiveError for an archive that is
    broken, reaches out of the directory it is unpacked to, or grows out of proportion.
    """
    start = _check_directory(file, size, rules)
    file.seek(0)
    try:
        # 3.11 reads the directory here, and no more.
        with zipfile.ZipFile(file) as archive:
            entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        raise ArchiveError(f"is a zip archive that is broken ({_short(str(error))})") from None
    _check_names(entries, rules)
    for entry in entries:
        _check_kind(entry, rules)
    _check_sizes(entries, size, rules)
    starts, unlisted = _check_places(file, entries, start, rules)
    members = [
        Member(
            entry.filename, entry.file_size, entry.compress_type, at, entry.compress_size, entry.CRC
        )
        for entry, at in zip(entries, starts, strict=True)
        if not entry.is_dir()
    ]
    return Contents(members, unlisted)


@contextmanager
def opened(archive: zipfile.ZipFile, member: Member) -> Iterator[IO[bytes]]:
    """Open one file of an inspected archive, to be read from its beginning.

    Raises ArchiveError where it turns out, meanwhile, that it cannot be unpacked.
    """
    try:
        with archive.open(member.name) as stream:
            yield stream
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ArchiveError(
            f"holds {quoted(member.name)}, which cannot be unpacked ({_short(str(error))})"
        ) from None


def read_member(archive: zipfile.ZipFile, member: Member, most: int) -> bytes:
    """Return one file of an inspected archive.

    Raises ArchiveError where it has more than `most` bytes or is not what the directory says.
    """
    if member.size > most:
        raise ArchiveError(
            f"holds {quoted(member.name)} of {member.size} bytes; at most {most} are inspected"
        )
    with opened(archive, member) as stream:
        content = stream.read(most + 1)
    if len(content) != member.size:
        raise ArchiveError(f"holds {quoted(member.name)}, whose size is not what it claims")
    return content


def _check_directory(file: BinaryIO, size: int, rules: Rules) -> int:
    """Find the directory from the end, and return where it begins.

    Refuses one that would be too long to read, or that does not lie where its end says.
    """
    tail_size = min(size, _END.size + _LONGEST_COMMENT)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise ArchiveError("is a zip archive without an end")
    _magic, disk, first_disk, here, count, length, start, comment = _END.unpack_from(tail, at)
    if at + _END.size + comment != len(tail):
        raise ArchiveError("is a zip archive with something after its end")
    if (disk, first_disk) != (0, 0) or here != count:
        raise ArchiveError("is a part of a zip archive in several")
    stop = size - tail_size + at
    locator = _read(file, stop - _END64_LOCATOR.size, _END64_LOCATOR)
    if locator and locator[0] == b"PK\x06\x07":
        stop, count, length, start = _read_end64(file, stop, locator, (count, length, start))
    if count > rules.most_members or length > rules.longest_directory:
        raise ArchiveError(
            f"is a zip archive with a directory of {count} entries in {length} bytes; at most "
            f"{rules.most_members} in {rules.longest_directory} are read"
        )
    file.seek(0)
    if file.read(4) not in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06"):
        raise ArchiveError("is a zip archive with something before its beginning")
    if start + length != stop:
        raise ArchiveError(_UNACCOUNTED)
    file.seek(start)
    _check_entries(file.read(length), count)
    return start


def _read_end64(
    file: BinaryIO, stop: int, locator: tuple, narrow: tuple[int, int, int]
) -> tuple[int, int, int, int]:
    """Return where the end of the 64-bit kind begins, and its count, length and start.

    Each of the `narrow` end's must be the same, or say that the wide one counts.
    """
    place = stop - _END64_LOCATOR.size - _END64.size
    end = _read(file, place, _END64)
    _magic, disk, offset, disks = locator
    if not end or end[0] != b"PK\x06\x06" or offset != place or disk or disks > 1:
        raise ArchiveError("is a zip archive whose end is broken")
    if end[1] != _END64.size - 12 or end[4] or end[5] or end[6] != end[7]:
        raise ArchiveError("is a zip archive whose end is broken")
    for one, other, wide in zip(narrow, end[7:], (0xFFFF, _WIDE, _WIDE), strict=True):
        if one not in (other, wide):
            raise ArchiveError("is a zip archive whose end is broken")
    return place, end[7], end[8], end[9]


def _read(file: BinaryIO, place: int, record: struct.Struct) -> tuple | None:
    if place < 0:
        return None
    file.seek(place)
    content = file.read(record.size)
    return record.unpack(content) if len(content) == record.size else None


def _check_entries(directory: bytes, count: int) -> None:
    """zipfile goes by the directory's length, others by the count: both must end at once."""
    at = found = 0
    while at + _ENTRY.size <= len(directory) and found < count:
        fields = _ENTRY.unpack_from(directory, at)
        if fields[0] != b"PK\x01\x02":
            break
        at += _ENTRY.size + fields[10] + fields[11] + fields[12]
        found += 1
    if (at, found) != (len(directory), count):
        raise ArchiveError(_UNACCOUNTED)


def _check_names(entries: list[zipfile.ZipInfo], rules: Rules) -> None:
    seen: set[str] = set()
    for entry in entries:
        # zipfile cuts a name at NUL; others may not.
        name = entry.orig_filename
        shown = quoted(name)
        if not name.isprintable() or len(name) > LONGEST_NAME:
            raise ArchiveError(f"holds a file with a name that cannot be written down ({shown})")
        if name.startswith("/") or "\\" in name or ".." in name.split("/"):
            raise ArchiveError(f"holds {shown}, which leads out of the archive")
        if not rules.unpacked:
            continue
        if ":" in name:
            raise ArchiveError(f"holds {shown}, which leads out of the archive")
        folded = name.rstrip("/").casefold()
        if folded in seen:
            raise ArchiveError(f"holds {shown} twice where case is not told apart")
        seen.add(folded)


def _check_kind(entry: zipfile.ZipInfo, rules: Rules) -> None:
    shown = quoted(entry.filename)
    if _EXTRA_NAME in _extra_fields(entry.extra):
        raise ArchiveError(f"holds {shown}, which has a second name")
    if entry.flag_bits & _ENCRYPTED:
        raise ArchiveError(f"holds {shown}, which is encrypted")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ArchiveError(f"holds {shown}, which is a symbolic link")
    if entry.compress_type not in rules.methods:
        raise ArchiveError(f"holds {shown}, which is packed in a way that is not inspected")
    if entry.compress_type == zipfile.ZIP_STORED and entry.compress_size != entry.file_size:
        raise ArchiveError(f"holds {shown}, whose size is not what it claims")


def _check_sizes(entries: list[zipfile.ZipInfo], size: int, rules: Rules) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > EXPANSION_FREE + rules.most_expansion * size:
        raise ArchiveError(f"is a zip archive of {size} bytes that unpacks to {unpacked}")


def _check_places(
    file: BinaryIO, entries: list[zipfile.ZipInfo], start: int, rules: Rules
) -> tuple[list[int], int]:
    """Compare each member's own header; each begins where the former ended, the directory too.

    Returns where the members' bytes begin, and how many bytes no member accounts for.
    """
    reached = unlisted = 0
    starts = []
    places = [*(entry.header_offset for entry in entries[1:]), start]
    for entry, following in zip(entries, places, strict=False):
        unlisted += _gap(reached, entry.header_offset, rules)
        content = _check_header(file, entry)
        starts.append(content)
        reached = content + entry.compress_size
        if entry.flag_bits & _DESCRIBED_BEHIND and following > reached:
            reached = _check_descriptor(file, entry, reached, following)
    return starts, unlisted + _gap(reached, start, rules)


def _gap(reached: int, following: int, rules: Rules) -> int:
    if following < reached:
        raise ArchiveError("is a zip archive whose files overlap")
    if following > reached and not rules.gaps:
        raise ArchiveError(_UNACCOUNTED)
    return following - reached


def _check_header(file: BinaryIO, entry: zipfile.ZipInfo) -> int:
    """Return where the member's bytes begin."""
    header = _read(file, entry.header_offset, _LOCAL)
    if not header or header[0] != b"PK\x03\x04":
        raise ArchiveError("is a zip archive whose directory points nowhere")
    flags, method, crc, packed, unpacked, name_length, extra_length = (
        *header[2:4],
        *header[6:],
    )
    name, extra = file.read(name_length), _extra_fields(file.read(extra_length))
    expected = entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437")
    sizes = {"crc": crc, "packed": packed, "unpacked": unpacked}
    wide = extra.get(_EXTRA_WIDE, b"")
    if _WIDE in (packed, unpacked) and len(wide) >= 16:
        sizes["unpacked"], sizes["packed"] = struct.unpack_from("<2Q", wide)
    told = {"crc": entry.CRC, "packed": entry.compress_size, "unpacked": entry.file_size}
    if flags & _DESCRIBED_BEHIND:
        # What is told behind the content may be left open here.
        sizes = {what: value or told[what] for what, value in sizes.items()}
    if (
        name != expected
        or (flags, method) != (entry.flag_bits, entry.compress_type)
        or sizes != told
        or _EXTRA_NAME in extra
    ):
        raise ArchiveError(_DISAGREE)
    return entry.header_offset + _LOCAL.size + name_length + extra_length


def _check_descriptor(file: BinaryIO, entry: zipfile.ZipInfo, place: int, following: int) -> int:
    """Compare what stands behind a member's bytes, in any of its four forms; return its end."""
    file.seek(place)
    found = file.read(min(following - place, 24))
    forms = [struct.pack("<L2Q", entry.CRC, entry.compress_size, entry.file_size)]
    if max(entry.compress_size, entry.file_size) <= _WIDE:
        forms.append(struct.pack("<3L", entry.CRC, entry.compress_size, entry.file_size))
    for form in forms:
        for whole in (form, b"PK\x07\x08" + form):
            if found == whole and place + len(whole) == following:
                return following
    raise ArchiveError(_DISAGREE)


def _extra_fields(extra: bytes) -> dict[int, bytes]:
    """Return the parts of an extra field by their number; what is too short for one is room."""
    fields: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(extra):
        number, length = struct.unpack_from("<2H", extra, at)
        if number in fields:
            raise ArchiveError(_DISAGREE)
        fields[number] = extra[at + 4 : at + 4 + length]
        at += 4 + length
    return fields


def quoted(name: str) -> str:
    """Return a member's name as it stands in a sentence."""
    return repr(name if len(name) <= 80 else f"{name[:60]}…{name[-15:]}")


def _short(text: str) -> str:
    return text[:100]

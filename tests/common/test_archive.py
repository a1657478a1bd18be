"""Zip archives: honest ones are listed, and each way to lie or to grow is refused."""

import contextlib
import io
import struct
import zipfile
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.archive import (
    ArchiveError,
    Member,
    Rules,
    inspect_contents,
    inspect_zip,
    read_member,
)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as target:
        for name, content in files.items():
            target.writestr(zipfile.ZipInfo(name), content, method)
    return stream.getvalue()


def listed(content: bytes) -> list[Member]:
    return inspect_zip(io.BytesIO(content), len(content))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_honest_archive_is_listed_and_read(method: int) -> None:
    content = zipped({"archive/data.pkl": b"x" * 50, "archive/ü": b""}, method)
    members = listed(content)
    assert members == [Member("archive/data.pkl", 50), Member("archive/ü", 0)]
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert read_member(opened, members[0], 50) == b"x" * 50
        with pytest.raises(ArchiveError, match="at most 49 are inspected"):
            read_member(opened, members[0], 49)


def test_an_empty_archive_and_one_of_the_64_bit_kind_are_honest() -> None:
    assert listed(zipped({})) == []
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target, target.open("a", "w", force_zip64=True) as file:
        file.write(b"content")
    assert listed(stream.getvalue()) == [Member("a", 7)]


@pytest.mark.parametrize(
    "name",
    ["../evil", "a/../../evil", "/etc/passwd", "..\\evil", "C:evil", "a\nb", "x" * 501, "a\u202eb"],
)
def test_a_name_that_leads_out_or_misleads_is_refused(name: str) -> None:
    with pytest.raises(ArchiveError, match=r"leads out|cannot be written down"):
        listed(zipped({"ok": b"", name: b""}))


def test_a_name_with_nul_is_refused() -> None:
    content = zipped({"data.pklX.txt": b"abc"}).replace(b"data.pklX", b"data.pkl\x00")
    with pytest.raises(ArchiveError, match="cannot be written down"):
        listed(content)


def test_twins_are_refused() -> None:
    with pytest.raises(ArchiveError, match="twice"):
        listed(zipped({"data.pkl": b"", "DATA.PKL": b""}))


def test_a_symbolic_link_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        target.writestr(link, "/etc/passwd")
    with pytest.raises(ArchiveError, match="symbolic link"):
        listed(stream.getvalue())


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(ArchiveError, match="unpacks to 300000000"):
        listed(zipped({"zeros": bytes(300_000_000)}, zipfile.ZIP_DEFLATED))


def test_files_that_share_bytes_are_refused() -> None:
    """A bomb of many names for one member."""
    content = bytearray(zipped({"a": b"x" * 100, "b": b"y" * 100}))
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    # The second entry of the directory points to where the first begins.
    struct.pack_into("<L", content, second + 42, 0)
    with pytest.raises(ArchiveError, match=r"overlap|disagree"):
        listed(bytes(content))


def test_a_directory_that_names_another_file_than_its_header_is_refused() -> None:
    content = zipped({"data.pkl": b"abc"})
    place = content.index(b"PK\x01\x02")
    with pytest.raises(ArchiveError, match="disagree"):
        listed(content[:place] + content[place:].replace(b"data.pkl", b"data.txt"))


def test_a_size_that_is_not_true_is_noticed() -> None:
    content = bytearray(zipped({"a": b"x" * 100}, zipfile.ZIP_DEFLATED))
    struct.pack_into("<L", content, content.index(b"PK\x01\x02") + 24, 90)
    with pytest.raises(ArchiveError, match="disagree"):
        listed(bytes(content))
    struct.pack_into("<L", content, 22, 90)
    (member,) = listed(bytes(content))
    with (
        zipfile.ZipFile(io.BytesIO(content)) as opened,
        pytest.raises(ArchiveError, match=r"cannot be unpacked|not what it claims"),
    ):
        read_member(opened, member, 1000)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "without an end"),
        (b"PK\x03\x04", "without an end"),
        (b"#!/bin/sh\n" + zipped({"a": b""}), "before its beginning"),
        (zipped({"a": b""}) + b"more", "after its end"),
        (zipped({"a": b""})[20:], "beginning"),
    ],
)
def test_what_is_not_an_archive_from_end_to_end_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(ArchiveError, match=sentence):
        listed(content)


def as_torch_writes(files: dict[str, bytes], *, before: bytes = b"") -> bytes:
    """Sizes behind each file, an end of the 64-bit kind, and room that aligns the bytes."""
    body, directory = bytearray(before), bytearray()
    for name, content in files.items():
        crc = zlib.crc32(content)
        extra = b"FB" + struct.pack("<H", 5) + b"ZZZZZ"
        place, flags = len(body), 0x808
        body += struct.pack(
            "<4s5H3L2H", b"PK\3\4", 0, flags, 0, 0, 0, 0, 0, 0, len(name), len(extra)
        )
        body += name.encode() + extra + content
        body += struct.pack("<4s3L", b"PK\7\x08", crc, len(content), len(content))
        directory += struct.pack("<4s6H3L5H2L", b"PK\1\2", 0, 0, flags, 0, 0, 0, crc, len(content),
                                 len(content), len(name), 0, 0, 0, 0, 0, place)  # fmt: skip
        directory += name.encode()
    start, size, count = len(body), len(directory), len(files)
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, start, 0)
    return bytes(body + directory) + end64 + locator + end


def test_an_archive_as_torch_writes_it_is_honest() -> None:
    content = as_torch_writes({"archive/data.pkl": b"abc", "archive/data/0": bytes(64)})
    assert [member.size for member in listed(content)] == [3, 64]


def test_an_archive_written_to_a_pipe_is_honest() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.content = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, block: Any) -> int:
            self.content += block
            return len(block)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("a", b"x" * 100)
        target.writestr("empty", b"")
    assert listed(bytes(pipe.content)) == [Member("a", 100), Member("empty", 0)]


@pytest.mark.parametrize("make", [zipped, as_torch_writes])
def test_a_second_archive_before_the_first_is_refused(make: Any) -> None:
    """One reader counts from the front, the other from the directory."""
    evil, good = make({"data.pkl": b"evil"}), make({"data.pkl": b"good"})
    with pytest.raises(ArchiveError, match=r"not account for|end is broken"):
        listed(evil + good)


def test_bytes_between_and_before_files_are_refused() -> None:
    hidden = zipped({"data.pkl": b"evil"})
    for content in (
        as_torch_writes({"a": b"good"}, before=b"PK\x03\x04" + hidden),
        without(zipped({"a": b"one", "hidden": b"", "b": b"two"}), "hidden"),
        without(zipped({"a": b"one", "hidden": b""}), "hidden"),
        without(zipped({"hidden": b"", "a": b"one"}), "hidden"),
    ):
        with pytest.raises(ArchiveError, match="not account for"):
            listed(content)


def without(content: bytes, name: str) -> bytes:
    """Take one file out of the directory, and leave it in the archive."""
    end = content.index(b"PK\x05\x06")
    count, _size, start = struct.unpack_from("<H2L", content, end + 10)
    entries = [b"PK\x01\x02" + part for part in content[start:end].split(b"PK\x01\x02")[1:]]
    kept = b"".join(entry for entry in entries if not entry.endswith(name.encode()))
    return (
        content[:start]
        + kept
        + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count - 1, count - 1, len(kept), start, 0)
    )


def test_a_count_or_a_comment_that_reaches_past_the_directory_is_refused() -> None:
    content = zipped({"a": b"x"})
    end = content.index(b"PK\x05\x06")
    miscounted = bytearray(content)
    struct.pack_into("<2H", miscounted, end + 8, 2, 2)
    overlong = bytearray(content)
    struct.pack_into("<H", overlong, content.index(b"PK\x01\x02") + 32, 22)
    for broken in (miscounted, overlong):
        with pytest.raises(ArchiveError, match="not account for"):
            listed(bytes(broken))


def test_two_ends_that_disagree_are_refused() -> None:
    content = bytearray(as_torch_writes({"a": b"x"}))
    for offset in (24, 32, 40, 48):
        changed = bytearray(content)
        changed[content.index(b"PK\x06\x06") + offset] ^= 1
        with pytest.raises(ArchiveError, match=r"not account for|end is broken"):
            listed(bytes(changed))


def test_sizes_that_a_reader_from_the_front_sees_must_agree() -> None:
    ordinary = zipped({"a": b"xyz", "b": b""})
    described = as_torch_writes({"a": b"xyz"})
    for content, place in (
        (ordinary, 14),
        (ordinary, 18),
        (ordinary, 22),
        (described, described.index(b"PK\x07\x08") + 4),
        (described, described.index(b"PK\x07\x08") + 8),
    ):
        changed = bytearray(content)
        changed[place] ^= 1
        with pytest.raises(ArchiveError, match="disagree"):
            listed(bytes(changed))


def test_a_second_name_in_an_extra_field_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        info = zipfile.ZipInfo("data.txt")
        info.extra = struct.pack("<2HBL", 0x7075, 13, 1, zlib.crc32(b"data.txt")) + b"data.pkl"
        target.writestr(info, b"x")
    with pytest.raises(ArchiveError, match="second name"):
        listed(stream.getvalue())


def test_encrypted_and_oddly_packed_files_are_refused() -> None:
    content = bytearray(zipped({"a": b"x"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ArchiveError, match="encrypted"):
        listed(bytes(content))
    with pytest.raises(ArchiveError, match="packed in a way"):
        listed(zipped({"a": b"x"}, zipfile.ZIP_LZMA))


def test_too_many_files_are_refused_unread() -> None:
    content = zipped({f"{n}": b"" for n in range(11)})
    with pytest.raises(ArchiveError, match="11 entries"):
        inspect_contents(io.BytesIO(content), len(content), Rules(most_members=10))


@settings(max_examples=300)
@given(st.data())
def test_any_bytes_are_a_list_or_a_refusal(data: st.DataObject) -> None:
    content = bytearray(zipped({"a/data.pkl": b"abc", "b": b"de"}, zipfile.ZIP_DEFLATED))
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(0, len(content))) :]
    check_bounded(bytes(content))


@given(st.binary(max_size=300))
def test_noise_is_a_list_or_a_refusal(content: bytes) -> None:
    check_bounded(content)
    check_bounded(b"PK\x03\x04" + content + b"PK\x05\x06" + bytes(18))


def check_bounded(content: bytes) -> None:
    with contextlib.suppress(ArchiveError):
        members = listed(content)
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            for member in members:
                assert len(read_member(opened, member, 1000)) == member.size

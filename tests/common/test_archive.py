"""Zip archives: honest ones are listed, and each way to lie or to grow is refused."""

import contextlib
import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import archive
from common.archive import ArchiveError, Member, inspect_zip, read_member


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


def test_encrypted_and_oddly_packed_files_are_refused() -> None:
    content = bytearray(zipped({"a": b"x"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ArchiveError, match="encrypted"):
        listed(bytes(content))
    with pytest.raises(ArchiveError, match="packed in a way"):
        listed(zipped({"a": b"x"}, zipfile.ZIP_LZMA))


def test_too_many_files_are_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_MEMBERS", 10)
    with pytest.raises(ArchiveError, match="11 entries"):
        listed(zipped({f"{n}": b"" for n in range(11)}))


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

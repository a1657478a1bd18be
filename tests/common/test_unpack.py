"""Members of an archive, unpacked in blocks: all of what the directory says, and nothing else."""

import io
import zlib
from dataclasses import replace

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from common.archive import ArchiveError, Member, Rules, inspect_contents
from common.unpack import BLOCK, DEFLATED, STORED, ZSTANDARD, unpacked
from tests.releases.evidence import zips

ALL = Rules(methods=frozenset({STORED, DEFLATED, ZSTANDARD}), most_expansion=10_000)


def opened(*entries: zips.Entry) -> tuple[io.BytesIO, list[Member]]:
    content = zips.archive(*entries)
    file = io.BytesIO(content)
    return file, inspect_contents(file, len(content), ALL).members


def read(entry: zips.Entry) -> bytes:
    file, members = opened(entry)
    return b"".join(unpacked(file, members[0]))


@given(st.binary(max_size=3000), st.sampled_from([STORED, DEFLATED, ZSTANDARD]), st.integers(1, 60))
def test_what_was_packed_comes_out(content: bytes, method: int, times: int) -> None:
    whole = content * times
    file, members = opened(zips.entry("a", whole, method), zips.entry("b", b"other", method))
    blocks = list(unpacked(file, members[0]))
    assert b"".join(blocks) == whole
    assert all(0 < len(block) <= BLOCK for block in blocks)
    assert b"".join(unpacked(file, members[1])) == b"other"


def test_two_members_can_be_read_by_turns() -> None:
    contents = [bytes([n]) * 300_000 for n in (1, 2)]
    file, members = opened(*(zips.entry(str(n), contents[n]) for n in (0, 1)))
    turns = zip(*(unpacked(file, member) for member in members), strict=True)
    both = list(turns)
    assert [b"".join(each) for each in zip(*both, strict=True)] == contents


def test_a_long_member_of_several_frames_comes_out_whole() -> None:
    packer = zstandard.ZstdCompressor()
    parts = [bytes([n]) * 200_000 for n in range(3)]
    packed = b"".join(map(packer.compress, parts))
    whole = b"".join(parts)
    assert read(zips.Entry(b"a", packed, len(whole), zlib.crc32(whole), ZSTANDARD)) == whole


CONTENT = b"some words, and the same words again, " * 2000


@pytest.mark.parametrize("method", [STORED, DEFLATED, ZSTANDARD])
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"crc": 1}, "whose bytes are damaged"),
        ({"size": len(CONTENT) - 1}, "whose size is not what it claims"),
        ({"size": len(CONTENT) + 1}, "whose size is not what it claims"),
    ],
)
def test_a_directory_that_lies_is_told(method: int, change: dict, problem: str) -> None:
    with pytest.raises(ArchiveError, match=problem):
        read(replace(zips.entry("a", CONTENT, method), **change))


@pytest.mark.parametrize("method", [DEFLATED, ZSTANDARD])
def test_packed_bytes_that_are_cut_off_or_go_on_are_told(method: int) -> None:
    entry = zips.entry("a", CONTENT, method)
    for packed in (entry.packed[:-5], entry.packed[:1], entry.packed + b"more", b"\xff" * 20):
        with pytest.raises(ArchiveError, match=r"cannot be unpacked|not what it claims"):
            read(replace(entry, packed=packed))


def test_no_more_is_unpacked_than_is_claimed() -> None:
    whole = bytes(50_000_000)
    packed = zstandard.ZstdCompressor().compress(whole)
    seen: list[bytes] = []
    file, members = opened(zips.Entry(b"a", packed, 100_000, 0, ZSTANDARD))
    with pytest.raises(ArchiveError, match="not what it claims"):
        seen.extend(unpacked(file, members[0]))
    assert sum(map(len, seen)) <= 100_000


def test_a_frame_may_not_ask_for_much_memory() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=25)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    whole = bytes(range(256)) * 200_000
    packed = packer.compress(whole) + packer.flush()
    with pytest.raises(ArchiveError, match="cannot be unpacked"):
        read(zips.Entry(b"a", packed, len(whole), zlib.crc32(whole), ZSTANDARD))

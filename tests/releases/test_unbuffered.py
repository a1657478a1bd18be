"""Files written past the page cache are the same files, of whatever length, in any pieces."""

import errno
import mmap
import os
from io import FileIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from releases.store import unbuffered
from releases.store.unbuffered import UnbufferedFile

SIZES = [0, 1, 4095, 4096, 65_536, 65_537, 4 << 20, (4 << 20) + 1, (9 << 20) + 77]


def written(path: Path, content: bytes, piece: int) -> bytes:
    path.unlink(missing_ok=True)
    with UnbufferedFile(path) as file:
        for start in range(0, len(content), piece):
            file.write(memoryview(content)[start : start + piece])
        file.finish(0o444)
    assert path.stat().st_mode & 0o777 == 0o444
    return path.read_bytes()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("piece", [100_003, 4 << 20])
def test_every_length_comes_out_whole(tmp_path: Path, size: int, piece: int) -> None:
    content = os.urandom(size)
    assert written(tmp_path / "file", content, piece) == content


@pytest.mark.parametrize("size", SIZES)
def test_aligned_blocks_are_written_as_they_are(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    aligned = memoryview(mmap.mmap(-1, 1 << 20))
    with UnbufferedFile(tmp_path / "file") as file:
        for start in range(0, size, 1 << 20):
            part = content[start : start + (1 << 20)]
            aligned[: len(part)] = part
            file.write(aligned[: len(part)])
        file.finish(0o444)
    assert (tmp_path / "file").read_bytes() == content


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 300_000), st.integers(1, 100_000))
def test_any_length_in_any_pieces(tmp_path: Path, size: int, piece: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    assert written(tmp_path / "file", content[:size], piece) == content[:size]


@pytest.mark.parametrize("when", ["opened", "written to"])
def test_a_file_system_that_cannot_is_written_to_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    if when == "opened":
        monkeypatch.setattr(unbuffered, "_set_direct", lambda _file, **_wanted: False)
    else:
        real = unbuffered._write_once
        failed: list[int] = []

        def fails_twice(file: FileIO, block: memoryview) -> int:
            if len(failed) < 2:
                failed.append(1)
                raise OSError(errno.EINVAL, "Invalid argument")
            return real(file, block)

        monkeypatch.setattr(unbuffered, "_write_once", fails_twice)
    content = os.urandom(5_000_000)
    assert written(tmp_path / "file", content, 1 << 20) == content


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(FileExistsError):
        UnbufferedFile(tmp_path / "file")

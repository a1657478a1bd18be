"""A slice of a file, and how far a server says it came with it."""

import os
import socket
import threading
from pathlib import Path

import pytest

from delivery.slices import Slice

CONTENT = bytes(range(250)) * 4


@pytest.fixture
def path(tmp_path: Path) -> Path:
    target = tmp_path / "file"
    target.write_bytes(CONTENT)
    return target


def test_reading_ends_where_the_slice_ends_and_is_counted(path: Path) -> None:
    with path.open("rb") as file:
        part = Slice(file, 10, 20)
        assert part.sent == 0
        assert part.read(7) == CONTENT[10:17]
        assert part.sent == 7
        assert part.read() == CONTENT[17:30]
        assert (part.read(5), part.sent) == (b"", 20)


def test_the_kernel_copies_a_slice_and_says_how_much(path: Path) -> None:
    ours, theirs = socket.socketpair()
    with path.open("rb") as file, ours, theirs:
        part = Slice(file, 100, 300)
        offset = os.lseek(part.fileno(), 0, os.SEEK_CUR)
        ours.sendfile(part, offset=offset, count=300)
        assert theirs.recv(1000) == CONTENT[100:400]
        assert part.sent == 300


def test_a_peer_that_leaves_is_counted_up_to_there(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"x" * 8_000_000)
    ours, theirs = socket.socketpair()
    with path.open("rb") as file, ours:
        part = Slice(file, 5, 7_000_000)
        leaving = threading.Thread(target=_read_a_little, args=[theirs])
        leaving.start()
        with pytest.raises(OSError, match=r"Broken pipe|reset"):
            ours.sendfile(part, offset=5, count=7_000_000)
        leaving.join()
        assert 1000 <= part.sent < 7_000_000


def _read_a_little(peer: socket.socket) -> None:
    peer.recv(1000)
    peer.close()

"""A part of an open file that an application server can pass to the kernel."""

from typing import BinaryIO


class Slice:
    """`length` bytes of a file from `start` on, as a response's content.

    gunicorn finds the descriptor and its position and lets the kernel copy (sendfile), so that
    memory stays flat; any other server reads, and finds the end where the slice ends.
    """

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        file.seek(start)
        self._file = file
        self._start = self._place = start
        self._stop = start + length

    @property
    def sent(self) -> int:
        """Return how many bytes the server has taken so far: sent, or about to be."""
        return min(max(self._place - self._start, 0), self._stop - self._start)

    def fileno(self) -> int:
        """Return the descriptor, which stands at the first byte of the slice."""
        return self._file.fileno()

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` of the bytes that are left."""
        left = self._stop - self._place
        data = self._file.read(left if size < 0 else min(size, left))
        self._place += len(data)
        return data

    def seek(self, position: int) -> None:
        """Go to a position of the whole file: how `socket.sendfile` says how far it came."""
        self._file.seek(position)
        self._place = position

    def seekable(self) -> bool:
        """Tell Django not to measure the file: its length is not the slice's."""
        return False

    def close(self) -> None:
        """Close the file."""
        self._file.close()

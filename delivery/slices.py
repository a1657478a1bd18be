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
        self._left = length

    def fileno(self) -> int:
        """Return the descriptor, which stands at the first byte of the slice."""
        return self._file.fileno()

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` of the bytes that are left."""
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data

    def seekable(self) -> bool:
        """Tell Django not to measure the file: its length is not the slice's."""
        return False

    def close(self) -> None:
        """Close the file."""
        self._file.close()

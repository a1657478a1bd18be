"""What an application server sends: a part of a file that the kernel can copy, or a flow."""

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


class Flow:
    """Bytes that come from elsewhere and pass through, block by block; they have no descriptor."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.sent = 0

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` of the bytes that are still to come."""
        data = self._source.read(size)
        self.sent += len(data)
        return data

    def close(self) -> None:
        """Let the source go, read or not."""
        self._source.close()

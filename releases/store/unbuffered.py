"""A new file written past the page cache, where the file system can.

Weights are written once and read much later. Written through the cache they push out of it what
is being served, and then everybody waits for the one great sync at the end; written directly, the
disk works while the next bytes are hashed. See open(2), O_DIRECT: buffers, offsets and lengths
must be aligned, so what is not is gathered in a buffer that is, and the end goes the ordinary way.
"""

import errno
import fcntl
import mmap
import os
from io import FileIO
from pathlib import Path

_BUFFER = 4 * 1024 * 1024
# No disk's sector, nor any file system's block, is larger.
_ALIGNED = 64 * 1024
# What file systems without it answer to opening, or to the first write.
_CANNOT = (errno.EINVAL, errno.EOPNOTSUPP)


class UnbufferedFile:
    """Writes a file that must not be there yet. Use as a context manager; `finish` syncs it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb", buffering=0)
        self._direct = _set_direct(self._file, wanted=True)
        # Aligned to pages, as memory of one's own need not be.
        self._buffer = memoryview(mmap.mmap(-1, _BUFFER))
        self._filled = 0
        # Until a block comes that is not aligned, none is copied.
        self._gathers = False

    def __enter__(self) -> "UnbufferedFile":
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def write(self, block: memoryview) -> None:
        """Take the next bytes. Raises OSError where the disk fails."""
        if not self._gathers and not self._filled:
            block = self._write_through(block)
        while block:
            part = block[: _BUFFER - self._filled]
            self._buffer[self._filled : self._filled + len(part)] = part
            self._filled += len(part)
            block = block[len(part) :]
            if self._filled == _BUFFER:
                self._flush(_BUFFER)

    def _write_through(self, block: memoryview) -> memoryview:
        """Write from the block itself, if it is aligned; return what is left of it."""
        size = len(block) - len(block) % _ALIGNED
        try:
            count = _write_once(self._file, block[:size])
        except OSError as error:
            if error.errno not in _CANNOT:
                raise
            self._gathers = True
            return block
        _write_all(self._file, block[count:size])
        return block[size:]

    def finish(self, mode: int) -> None:
        """Write what is left, set the file's mode, and wait until the disk has all of it."""
        self._flush(self._filled - self._filled % _ALIGNED)
        self._direct = self._direct and _set_direct(self._file, wanted=False)
        self._flush(self._filled)
        os.fchmod(self._file.fileno(), mode)
        os.fsync(self._file.fileno())

    def _flush(self, size: int) -> None:
        """Write the first bytes of the buffer, and move the rest to its front."""
        count = 0
        try:
            count = _write_once(self._file, self._buffer[:size])
        except OSError as error:
            if not self._direct or error.errno not in _CANNOT:
                raise
            self._direct = _set_direct(self._file, wanted=False)
        _write_all(self._file, self._buffer[count:size])
        rest = self._filled - size
        self._buffer[:rest] = bytes(self._buffer[size : self._filled])
        self._filled = rest


def _set_direct(file: FileIO, *, wanted: bool) -> bool:
    """Switch direct writing on or off; tell whether it is on."""
    flags = fcntl.fcntl(file, fcntl.F_GETFL)
    try:
        fcntl.fcntl(file, fcntl.F_SETFL, flags | os.O_DIRECT if wanted else flags & ~os.O_DIRECT)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
        return False
    return wanted


def _write_once(file: FileIO, block: memoryview) -> int:
    """Return how much of the block was written; nothing of it where this raises OSError."""
    return file.write(block) if block else 0


def _write_all(file: FileIO, block: memoryview) -> None:
    while block:
        block = block[file.write(block) :]

"""Byte ranges after RFC 9110, section 14: one range is served, anything odd gets the whole file."""

import re
from dataclasses import dataclass

# Longer numbers than any file can need are malformed, not merely large; nginx, which may read the
# header after us, cannot hold more digits in any case.
_SINGLE = re.compile(r"bytes= *(\d{0,18})-(\d{0,18})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class ByteRange:
    """The bytes from `start` up to and excluding `stop`, of `size`."""

    start: int
    stop: int
    size: int

    @property
    def length(self) -> int:
        """Return the number of bytes."""
        return self.stop - self.start

    @property
    def content_range(self) -> str:
        """Return the value of the Content-Range header."""
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


class Unsatisfiable(Exception):
    """The range lies outside the file: 416."""


def select_range(header: str, if_range: str, *, etag: str, size: int) -> ByteRange | None:
    """Return the range that a GET asks for, or None for the whole file.

    Several ranges, another unit and malformed text are ignored, as the RFC allows; so is a
    range whose If-Range does not name this very file (a date never does: none was sent).
    Raises Unsatisfiable.
    """
    if not header or (if_range and if_range.strip() != etag):
        return None
    match = _SINGLE.fullmatch(header.strip())
    if match is None:
        return None
    first, last = match.groups()
    if first:
        return _from_first(int(first), int(last) if last else None, size)
    return _suffix(int(last), size) if last else None


def _from_first(first: int, last: int | None, size: int) -> ByteRange | None:
    if last is not None and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return ByteRange(first, size if last is None else min(last + 1, size), size)


def _suffix(length: int, size: int) -> ByteRange | None:
    if length == 0:
        raise Unsatisfiable
    if size == 0:
        # Satisfiable, and yet no Content-Range can name bytes of an empty file.
        return None
    return ByteRange(max(size - length, 0), size, size)

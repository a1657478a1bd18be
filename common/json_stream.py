"""Big or hostile JSON, read piece by piece: what is not asked for is passed over, not built.

Memory stays flat whatever the document's size: a value that is asked for may have so many bytes and
brackets and no more. Depth is counted while passing over, before anything recurses. What is passed
over is held to UTF-8 and to as many brackets closed as opened, and to nothing else.
"""

import codecs
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

DEEPEST = 200
# Of one value that is built; each bracket may cost some hundred bytes.
MOST_BYTES = 4 * 1024 * 1024
MOST_BRACKETS = 100_000
MOST_KEYS = 200_000
LONGEST_KEY = 64 * 1024
LONGEST_NUMBER = 40

_SPACE = re.compile(rb"[ \t\r\n]*+")
_SCALAR = re.compile(rb"[-+.0-9A-Za-z]*+")
_CLOSED_BY = {ord("{"): ord("}"), ord("["): ord("]")}
_QUOTE = ord('"')
_FIRST_WINDOW, _WIDEST_WINDOW = 256, 64 * 1024
_END = -1


class JsonProblem(ValueError):
    """The document is not to be read; the text says why, and follows its name."""


class _Kept:
    """The bytes of one value, until they are too many."""

    def __init__(self, most: int) -> None:
        self._pieces: list[bytes] = []
        self._left = most

    def add(self, piece: bytes) -> None:
        self._left -= len(piece)
        if self._left < 0:
            self._pieces.clear()
        else:
            self._pieces.append(piece)

    def content(self) -> bytes | None:
        return b"".join(self._pieces) if self._left >= 0 else None


class JsonReader:
    """Goes through one document, or several one after another, from front to back.

    Whoever iterates over `members()` or `elements()` takes each value by `value()`, `short()`,
    `members()` or `elements()`, or leaves it, and goes on to the end.
    """

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._buffer = b""
        self._at = 0
        self._before = 0
        self._depth = 0
        self._taken = 0

    def members(self) -> Iterator[str]:
        """Yield the keys of the object that comes next. Raises JsonProblem for one given twice."""
        seen: set[str] = set()
        for _ in self._inside(ord("{")):
            key = self._key()
            if key in seen:
                raise JsonProblem(f"gives the key {key[:80]!r} twice in one object")
            if len(seen) >= MOST_KEYS:
                raise JsonProblem(f"has an object of more than {MOST_KEYS} keys")
            seen.add(key)
            self._expect(ord(":"))
            taken = self._taken
            yield key
            if self._taken == taken:
                self.skip()

    def elements(self) -> Iterator[int]:
        """Yield the places, from 0, of the elements of the array that comes next."""
        for place in self._inside(ord("[")):
            taken = self._taken
            yield place
            if self._taken == taken:
                self.skip()

    def documents(self) -> Iterator[int]:
        """Yield the places, from 0, of the documents that follow one another, as in JSON lines."""
        place = 0
        while self._peek() != _END:
            taken = self._taken
            yield place
            if self._taken == taken:
                self.skip()
            place += 1

    def kind(self) -> str:
        """Return how the next value begins: "{", "[", '"', or another character; "" at the end."""
        first = self._peek()
        return "" if first == _END else chr(first)

    def value(self, most: int = MOST_BYTES) -> object:
        """Return the next value. Raises JsonProblem where it has more than `most` bytes."""
        content = self._raw(most)
        if content is None:
            raise JsonProblem(f"has a value of more than {most} bytes where a short one belongs")
        if _brackets(content) > MOST_BRACKETS:
            raise JsonProblem(f"has a value of more than {MOST_BRACKETS} brackets")
        return _loaded(content)

    def short(self, most: int, otherwise: object = None) -> object:
        """Return the next value, or `otherwise` where it is longer than `most` bytes."""
        content = self._raw(most)
        if content is None or _brackets(content) > MOST_BRACKETS:
            return otherwise
        return _loaded(content)

    def skip(self) -> None:
        """Pass over the next value."""
        self._raw(0)

    def end(self) -> None:
        """Raise JsonProblem unless nothing follows."""
        if self._peek() != _END:
            raise JsonProblem("goes on behind its end")

    def _inside(self, opening: int) -> Iterator[int]:
        self._expect(opening)
        self._depth += 1
        if self._depth > DEEPEST:
            raise JsonProblem(f"is nested deeper than {DEEPEST} levels")
        closing, place = _CLOSED_BY[opening], 0
        if self._peek() != closing:
            while True:
                yield place
                place += 1
                if self._peek() != ord(","):
                    break
                self._at += 1
        self._expect(closing)
        self._depth -= 1
        self._taken += 1

    def _key(self) -> str:
        if self._peek() != _QUOTE:
            raise self._broken()
        kept = _Kept(LONGEST_KEY)
        self._pass_string(kept)
        content = kept.content()
        if content is None:
            raise JsonProblem("has a key of endless length")
        return str(_loaded(content))

    def _raw(self, most: int) -> bytes | None:
        """Pass over the next value, and return its bytes unless they are more than `most`."""
        kept, first = _Kept(most), self._peek()
        if first == _QUOTE:
            self._pass_string(kept)
        elif first in _CLOSED_BY:
            self._pass_brackets(kept)
        else:
            self._pass_scalar(kept)
        self._taken += 1
        return kept.content()

    def _pass_scalar(self, kept: _Kept) -> None:
        length = 0
        while True:
            found = _SCALAR.match(self._buffer, self._at)
            stop = found.end() if found else self._at
            kept.add(self._buffer[self._at : stop])
            length += stop - self._at
            self._at = stop
            if stop < len(self._buffer) or not self._fill():
                break
            if length > 100 * LONGEST_NUMBER:
                raise JsonProblem("has a number of endless length")
        if not length:
            raise self._broken()

    def _pass_string(self, kept: _Kept) -> None:
        kept.add(b'"')
        self._at += 1
        for piece in self._pieces():
            end = _without_escapes(piece).find(b'"') + 1
            kept.add(piece[: end or len(piece)])
            self._at += end or len(piece)
            if end:
                return

    def _pass_brackets(self, kept: _Kept) -> None:
        depth = inside = 0
        for piece in self._pieces():
            length, depth, inside = self._measure(piece, depth, inside)
            kept.add(piece[:length])
            self._at += length
            if not depth:
                return

    def _pieces(self) -> Iterator[bytes]:
        """Yield what comes next in growing pieces, none of which ends inside of an escape."""
        window = _FIRST_WINDOW
        while True:
            piece = self._buffer[self._at : self._at + window]
            if _slashes_at_end(piece) % 2:
                piece = piece[:-1]
            if piece:
                yield piece
                window = min(2 * window, _WIDEST_WINDOW)
            elif not self._fill():
                raise JsonProblem("ends in the middle")

    def _measure(self, piece: bytes, depth: int, inside: int) -> tuple[int, int, int]:
        """Return how far the value goes in `piece`, at which depth, and if inside a string."""
        # Here, as to import it is a tenth of starting any command, and few read what is big.
        import numpy as np

        characters = np.frombuffer(_without_escapes(piece), np.uint8)
        in_string = np.bitwise_xor.accumulate((characters == _QUOTE).view(np.uint8)) ^ inside
        steps = _steps()[characters] * (in_string == 0)
        depths = np.cumsum(steps, dtype=np.int32) + depth
        closed = np.flatnonzero(depths <= 0)
        length = int(closed[0]) + 1 if closed.size else len(piece)
        if self._depth + int(depths[:length].max()) > DEEPEST:
            raise JsonProblem(f"is nested deeper than {DEEPEST} levels")
        return length, int(depths[length - 1]), int(in_string[length - 1])

    def _peek(self) -> int:
        while True:
            found = _SPACE.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._fill():
                return _END

    def _expect(self, character: int) -> None:
        if self._peek() != character:
            raise self._broken()
        self._at += 1

    def _fill(self) -> bool:
        """Take the next block behind what is left of this one; False where there is none."""
        left = self._buffer[self._at :]
        block = next(self._blocks, b"")
        try:
            self._decoder.decode(block, final=not block)
        except UnicodeDecodeError:
            raise JsonProblem("is not UTF-8") from None
        self._before += self._at
        self._buffer, self._at = left + block, 0
        return bool(block)

    def _broken(self) -> JsonProblem:
        if self._at >= len(self._buffer):
            return JsonProblem("ends in the middle")
        return JsonProblem(f"is not JSON (at byte {self._before + self._at})")


@cache
def _steps() -> "np.ndarray":
    """Return what each byte does to the depth."""
    import numpy as np

    steps = np.zeros(256, np.int8)
    steps[list(b"{[")], steps[list(b"}]")] = 1, -1
    return steps


def _without_escapes(piece: bytes) -> bytes:
    """Blank what could be taken for the end of a string and is not."""
    return piece.replace(b"\\\\", b"  ").replace(b'\\"', b"  ")


def _slashes_at_end(piece: bytes) -> int:
    return len(piece) - len(piece.rstrip(b"\\"))


def _brackets(content: bytes) -> int:
    """Count what may open an object or an array; those in texts too, which costs nothing."""
    return content.count(b"[") + content.count(b"{")


def _loaded(content: bytes) -> object:
    try:
        return json.loads(content.decode(), object_pairs_hook=_without_doubles, parse_int=_integer)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise JsonProblem(f"is not JSON ({str(error)[:100]})") from None


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        double = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise JsonProblem(f"gives the key {double[:80]!r} twice in one object")
    return found


def _integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise JsonProblem(f"has a number of {len(text)} digits")
    return int(text)

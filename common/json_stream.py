"""Big or hostile JSON, read piece by piece: what is not asked for is passed over, not built.

Memory stays flat whatever the document's size: a value that is asked for may have so many bytes and
brackets and no more. Depth is counted while passing over, before anything recurses. What is passed
over is held to UTF-8 and to brackets that match, and to nothing else.
"""

import codecs
import json
import re
from collections.abc import Iterator

DEEPEST = 200
# Of one value that is built; each bracket may cost some hundred bytes.
MOST_BYTES = 4 * 1024 * 1024
MOST_BRACKETS = 100_000
MOST_KEYS = 200_000
LONGEST_KEY = 64 * 1024
LONGEST_NUMBER = 40

_SPACE = re.compile(rb"[ \t\r\n]*+")
_IN_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
# Up to the next bracket, or to a string that does not end in the block.
_UP_TO_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_SCALAR = re.compile(rb"[-+.0-9A-Za-z]*+")
_CLOSED_BY = {ord("{"): ord("}"), ord("["): ord("]")}
_QUOTE = ord('"')
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

    def refuse(self) -> None:
        self._left = -1

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
        return _loaded(content)

    def short(self, most: int, otherwise: object = None) -> object:
        """Return the next value, or `otherwise` where it is longer than `most` bytes."""
        content = self._raw(most)
        return otherwise if content is None else _loaded(content)

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
        while True:
            found = _IN_STRING.match(self._buffer, self._at)
            stop = found.end() if found else self._at
            closed = self._buffer[stop : stop + 1] == b'"'
            kept.add(self._buffer[self._at : stop + closed])
            self._at = stop + closed
            if closed:
                return
            if not self._fill():
                raise JsonProblem("ends in the middle")

    def _pass_brackets(self, kept: _Kept) -> None:
        open_ones, opened, start = bytearray(), 0, self._at
        while True:
            found = _UP_TO_BRACKET.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at >= len(self._buffer):
                kept.add(self._buffer[start:])
                if not self._fill():
                    raise JsonProblem("ends in the middle")
                start = 0
                continue
            character = self._buffer[self._at]
            if character == _QUOTE:
                kept.add(self._buffer[start : self._at])
                self._pass_string(kept)
                start = self._at
                continue
            self._at += 1
            if character in _CLOSED_BY:
                open_ones.append(_CLOSED_BY[character])
                opened += 1
                if self._depth + len(open_ones) > DEEPEST:
                    raise JsonProblem(f"is nested deeper than {DEEPEST} levels")
                if opened > MOST_BRACKETS:
                    kept.refuse()
            elif open_ones.pop() != character:
                raise self._broken()
            if not open_ones:
                kept.add(self._buffer[start : self._at])
                return

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

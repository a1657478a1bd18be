"""Whether a file begins as a pickle does, whatever it is called.

An unpickler carries out one instruction after the other, until one cannot be: so what cannot be
read to its end may still have run code before. Here the instructions are followed for as long as
a load would get, by the depth of its stack; prose and tables fall out after a few letters. This is
best effort: a file that is to be taken for a pickle by its own loader can hide one in many ways.
"""

import codecs
import pickletools
import re
from collections.abc import Generator

# No honest file that is no pickle has as many instructions, one after the other.
MOST_FOLLOWED = 100_000
# In bytes; what a longer line has behind is passed over.
LONGEST_LINE = 64 * 1024
_CALLS = {"REDUCE", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "BUILD"}
_IMPORTS = {"GLOBAL", "STACK_GLOBAL", "INST", "EXT1", "EXT2", "EXT4"}
_OPCODES = {ord(each.code): each for each in pickletools.opcodes}
# What two lines name.
_NAMED = ("GLOBAL", "INST")
# How many bytes tell how long an argument is, by pickletools' number for it.
_PREFIXES = {
    pickletools.TAKEN_FROM_ARGUMENT1: 1,
    pickletools.TAKEN_FROM_ARGUMENT4: 4,
    pickletools.TAKEN_FROM_ARGUMENT4U: 4,
    pickletools.TAKEN_FROM_ARGUMENT8U: 8,
}
_NUMBER = re.compile(rb"\s*[+-]?[0-9]\w*\s*")
# Lines that an unpickler takes; more than pickletools does, which knows no INT of 0x10.
_LINES = {
    "INT": _NUMBER,
    "LONG": _NUMBER,
    "GET": _NUMBER,
    "PUT": _NUMBER,
    "FLOAT": re.compile(rb"\s*[+-]?(?:[0-9.][0-9._]*(?:[eE][+-]?[0-9]+)?|(?i:inf\w*|nan))\s*"),
    "STRING": re.compile(rb"\s*(?:'.*'|\".*\")\s*"),
}
# As all of these may begin, but no word does.
_LONG_LINE = re.compile(rb"\s*(?:[0-9+.'\"-]|(?i:inf|nan)|\Z)")
# Without two identifiers the load fails before anything is called.
_IDENTIFIER = re.compile(r"[^\W\d][\w.]*")


class _Ends(Exception):
    """A load would end here, for good or ill."""


class Follower:
    """Follows the instructions of a file whose bytes stream past, as a load would.

    Feed every block in order, then ask what was `found`: what the file would do when it is
    unpickled, or nothing if it would not be. A pickle that calls nothing is not told.
    """

    def __init__(self) -> None:
        self.found = ""
        self._block = b""
        self._at = 0
        self._course: Generator[None, None, None] | None = self._follow()
        next(self._course)

    def feed(self, block: memoryview) -> None:
        """Take the next block."""
        if self._course is None or not block:
            return
        self._block, self._at = bytes(block), 0
        try:
            next(self._course)
        except (_Ends, StopIteration):
            self._course = None
            self._block = b""

    def _follow(self) -> Generator[None, None, None]:
        # A depth for each mark that is set, the innermost last.
        depths = [0]
        seen: set[str] = set()
        for _each in range(MOST_FOLLOWED):
            opcode = _OPCODES.get((yield from self._read(1))[0])
            if opcode is None:
                raise _Ends
            yield from self._pass_argument(opcode)
            _shift(depths, opcode)
            seen.add(opcode.name)
            if seen & _IMPORTS and seen & _CALLS:
                self.found = "runs code when it is loaded"
                return
        self.found = "may run code when it is loaded"

    def _await(self) -> Generator[None, None, int]:
        """Return how many bytes are at hand, which is one at least."""
        while self._at == len(self._block):
            yield
        return len(self._block) - self._at

    def _read(self, count: int) -> Generator[None, None, bytes]:
        content = b""
        while len(content) < count:
            yield from self._await()
            part = self._block[self._at : self._at + count - len(content)]
            self._at += len(part)
            content += part
        return content

    def _pass_argument(self, opcode: pickletools.OpcodeInfo) -> Generator[None, None, None]:
        if opcode.arg is None:
            return
        length = opcode.arg.n
        if length == pickletools.UP_TO_NEWLINE:
            for _line in range(2 if opcode.name in _NAMED else 1):
                _check_line(opcode, *(yield from self._read_line()))
            return
        if length < 0:
            length = int.from_bytes((yield from self._read(_PREFIXES[length])), "little")
        while length:
            passed = min(length, (yield from self._await()))
            self._at += passed
            length -= passed

    def _read_line(self) -> Generator[None, None, tuple[bytes, bool]]:
        """Return the next line, and whether that is all of it; of a long one its beginning."""
        line = bytearray()
        whole = True
        while True:
            yield from self._await()
            end = self._block.find(b"\n", self._at)
            stop = len(self._block) if end < 0 else end
            room = LONGEST_LINE - len(line)
            line += self._block[self._at : min(stop, self._at + room)]
            whole = whole and stop - self._at <= room
            self._at = stop if end < 0 else end + 1
            if end >= 0:
                return bytes(line), whole


def _check_line(opcode: pickletools.OpcodeInfo, line: bytes, whole: bool) -> None:
    """Raise _Ends where no load takes the line."""
    if opcode.name in _NAMED:
        # A character may be cut by the end of what was kept.
        text = codecs.getincrementaldecoder("utf-8")("replace").decode(line, whole)
        taken = bool(_IDENTIFIER.fullmatch(text))
    elif opcode.name not in _LINES:
        return
    elif whole:
        taken = bool(_LINES[opcode.name].fullmatch(line))
    else:
        # It is enough that it can be one.
        taken = bool(_LONG_LINE.match(line))
    if not taken:
        raise _Ends


def _shift(depths: list[int], opcode: pickletools.OpcodeInfo) -> None:
    """Take from the stack what the instruction takes, and put there what it leaves."""
    if opcode.name == "MARK":
        depths.append(0)
        return
    if opcode.name == "STOP":
        _take(depths, 1)
        # What loads several pickles of one file goes on.
        depths[:] = [0]
        return
    if opcode.name == "POP" and depths[-1] == 0 and len(depths) > 1:
        depths.pop()
        return
    before = [each for each in opcode.stack_before if each is not pickletools.stackslice]
    if pickletools.markobject in before:
        mark = before.index(pickletools.markobject)
        _take(depths, len(before) - mark - 1)
        if len(depths) == 1:
            raise _Ends
        depths.pop()
        before = before[:mark]
    _take(depths, len(before))
    depths[-1] += len(opcode.stack_after)


def _take(depths: list[int], count: int) -> None:
    if depths[-1] < count:
        raise _Ends
    depths[-1] -= count

"""What a pickle imports, by a reading of our own, beside picklescan's.

A name to import may be put together on the unpickler's stack and fetched from its memo. Here the
end of the stack is followed for as long as it consists of constants, and so is the memo; an
import whose name comes from anywhere else is refused, as is one by number. Each pickle is read
with an empty memo, as `pickle.load` does.
"""

import io
import pickletools
import struct
from typing import Any, BinaryIO, NamedTuple

from picklescan.scanner import scan_pickle_bytes

from common.archive import ArchiveError

# Of all pickles in a file. Picklescan keeps every instruction, so that there must be an end.
MOST_INSTRUCTIONS = 2_000_000
MOST_IMPORTS = 1000
LONGEST_NAME = 500

Import = tuple[str, str, str]
UNKNOWN = object()

_MARK = object()
_TEXTS = {"UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"}
_OLD_TEXTS = {"STRING", "BINSTRING", "SHORT_BINSTRING"}
_NUMBERS = {"INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4"}
_PUTS = {"PUT", "BINPUT", "LONG_BINPUT"}
_GETS = {"GET", "BINGET", "LONG_BINGET"}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_NOT_TO_THE_END = "is a pickle that could not be inspected to its end"


class Name(NamedTuple):
    """What an instruction imports."""

    module: str
    name: str


class OldText(str):
    """A string of Python 2, which is bytes to some loaders: no name can be made of it."""

    __slots__ = ()


class Reading:
    """One pickle, instruction by instruction: what it imports and what it refers to."""

    def __init__(self) -> None:
        self.imports: set[Name] = set()
        self.instructions: set[str] = set()
        # Its strings, in order, and what it asks its loader for.
        self.texts: list[str] = []
        self.references: list[Any] = []
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    @property
    def top(self) -> Any:  # noqa: ANN401 - any constant
        """The object that was pushed last, if it is a constant; else UNKNOWN."""
        return self._stack[-1] if self._stack else UNKNOWN

    def step(self, instruction: str, argument: Any) -> None:  # noqa: ANN401 - as pickletools has it
        """Follow one instruction."""
        self.instructions.add(instruction)
        if instruction in ("PROTO", "FRAME", "STOP"):
            return
        if instruction in _TEXTS or instruction in _OLD_TEXTS:
            self.texts.append(argument)
            self._stack.append(argument if instruction in _TEXTS else OldText(argument))
        elif instruction in _NUMBERS:
            self._stack.append(argument)
        elif instruction == "NONE":
            self._stack.append(None)
        elif instruction == "MEMOIZE":
            self._memo[len(self._memo)] = self.top
        elif instruction in _PUTS:
            self._memo[int(argument)] = self.top
        elif instruction in _GETS:
            if int(argument) not in self._memo:
                raise ArchiveError(_NOT_TO_THE_END)
            self._stack.append(self._memo[int(argument)])
        elif instruction in ("GLOBAL", "INST", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4"):
            self._import(instruction, argument)
        else:
            self._group(instruction)

    def _group(self, instruction: str) -> None:
        """Follow what makes tuples; whatever else happens to the stack is not followed."""
        if instruction == "MARK":
            self._stack.append(_MARK)
        elif instruction == "TUPLE" and _MARK in self._stack:
            mark = len(self._stack) - 1 - self._stack[::-1].index(_MARK)
            self._stack[mark:] = [tuple(self._stack[mark + 1 :])]
        elif instruction in _TUPLES and len(self._stack) >= _TUPLES[instruction]:
            count = _TUPLES[instruction]
            self._stack[-count:] = [tuple(self._stack[-count:])]
        else:
            if instruction in ("BINPERSID", "PERSID"):
                self.references.append(self.top if instruction == "BINPERSID" else UNKNOWN)
            self._stack.clear()

    def _import(self, instruction: str, argument: Any) -> None:  # noqa: ANN401 - as pickletools has it
        if instruction == "STACK_GLOBAL":
            parts = self._stack[-2:]
            del self._stack[-2:]
        else:
            parts = argument.split(" ") if isinstance(argument, str) else []
        if len(parts) != 2 or any(type(part) is not str for part in parts):
            raise ArchiveError("is a pickle that hides what it imports")
        found = Name(*parts)
        if sum(map(len, found)) > LONGEST_NAME:
            raise ArchiveError("is a pickle that imports something with an endless name")
        self.imports.add(found)
        if len(self.imports) > MOST_IMPORTS:
            raise ArchiveError(f"is a pickle that imports more than {MOST_IMPORTS} things")
        if instruction == "INST":
            self._stack.clear()
        else:
            self._stack.append(found)


class Reader:
    """Reads the pickles of a file, one after the other."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = MOST_INSTRUCTIONS
        self.found: set[Import] = set()

    def at_end(self) -> bool:
        """Tell whether the file has no more bytes."""
        if not self._file.read(1):
            return True
        self._file.seek(-1, io.SEEK_CUR)
        return False

    def read(self) -> Reading:
        """Read the next pickle. Raises ArchiveError where it cannot be told what it imports."""
        start = self._file.tell()
        reading = Reading()
        try:
            for opcode, argument, _place in pickletools.genops(self._file):
                self._left -= 1
                if self._left < 0:
                    raise ArchiveError(
                        f"is a pickle of more than {MOST_INSTRUCTIONS} instructions, too many to "
                        "inspect"
                    )
                reading.step(opcode.name, argument)
        except ArchiveError:
            raise
        except (ValueError, OverflowError, IndexError, KeyError, struct.error):
            raise ArchiveError(_NOT_TO_THE_END) from None
        end = self._file.tell()
        self._compare(start, reading)
        self._file.seek(end)
        return reading

    def _compare(self, start: int, reading: Reading) -> None:
        """What picklescan does not see as we do is seen rightly by one of us at most."""
        self._file.seek(start)
        try:
            result = scan_pickle_bytes(self._file, "file", multiple_pickles=False)
        except (ValueError, IndexError):
            raise ArchiveError(_NOT_TO_THE_END) from None
        seen = {(each.module, each.name) for each in result.globals}
        if result.scan_err or seen != reading.imports:
            raise ArchiveError("is a pickle that two readers read differently")
        self.found |= {(each.module, each.name, each.safety.value) for each in result.globals}
        if len(self.found) > MOST_IMPORTS:
            raise ArchiveError(f"imports more than {MOST_IMPORTS} things")


def read_all(file: BinaryIO) -> set[Import]:
    """Return what the pickles import that a file consists of, to its last byte."""
    reader = Reader(file)
    reader.read()
    while not reader.at_end():
        reader.read()
    return reader.found

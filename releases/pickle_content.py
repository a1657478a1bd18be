"""Whether a file begins as a pickle does, whatever it is called: told from its first bytes.

An unpickler carries out one instruction after the other, until one cannot be: so what cannot be
read to its end may still have run code before. Here the instructions are followed for as long as
a load would get, by the depth of its stack; prose and tables fall out after a few letters. This is
best effort: a file that is to be taken for a pickle by its own loader can hide one in many ways.
"""

import pickletools
import re

_CALLS = {"REDUCE", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "BUILD"}
_IMPORTS = {"GLOBAL", "STACK_GLOBAL", "INST", "EXT1", "EXT2", "EXT4"}
_OPCODES = {ord(each.code): each for each in pickletools.opcodes}
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
# Without two identifiers the load fails before anything is called.
_IDENTIFIER = re.compile(r"[^\W\d][\w.]*")


class _Ends(Exception):
    """A load would end here, for good or ill."""


class _Cut(Exception):
    """A load would go on where we see no more."""


def begins_as_pickle(head: bytes, size: int) -> str:
    """Return what a file of `size` bytes would do when it is unpickled; nothing if it would not be.

    Judges by `head`, its first bytes. A pickle that ends in it and calls nothing is not told.
    """
    # A depth for each mark that is set, the innermost last.
    depths = [0]
    seen: set[str] = set()
    at = 0
    try:
        while True:
            if at == len(head):
                raise _Ends if at >= size else _Cut
            opcode = _OPCODES.get(head[at])
            if opcode is None:
                raise _Ends
            at = _after_argument(head, at + 1, opcode, size)
            _shift(depths, opcode)
            seen.add(opcode.name)
            if seen & _IMPORTS and seen & _CALLS:
                return "runs code when it is loaded"
    except _Ends:
        return ""
    except _Cut:
        return "may run code when it is loaded"


def _after_argument(head: bytes, at: int, opcode: pickletools.OpcodeInfo, size: int) -> int:
    """Return where the next instruction begins."""
    if opcode.arg is None:
        return at
    length = opcode.arg.n
    if length == pickletools.UP_TO_NEWLINE:
        return _after_lines(head, at, opcode, size)
    if length < 0:
        prefix = _PREFIXES[length]
        if at + prefix > len(head):
            raise _Ends if at + prefix > size else _Cut
        length = prefix + int.from_bytes(head[at : at + prefix], "little")
    if at + length > size:
        raise _Ends
    if at + length > len(head):
        raise _Cut
    return at + length


def _after_lines(head: bytes, at: int, opcode: pickletools.OpcodeInfo, size: int) -> int:
    names = opcode.name in ("GLOBAL", "INST")
    for _line in range(2 if names else 1):
        end = head.find(b"\n", at)
        if end < 0:
            raise _Ends if len(head) >= size else _Cut
        line = head[at:end]
        if names and not _IDENTIFIER.fullmatch(line.decode("utf-8", "replace")):
            raise _Ends
        if opcode.name in _LINES and not _LINES[opcode.name].fullmatch(line):
            raise _Ends
        at = end + 1
    return at


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

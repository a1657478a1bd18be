"""The header of a .npy file, believed only in the form that NumPy writes for plain values.

NumPy stores arrays of Python objects as a pickle behind the array's header, and evaluates the
header as Python does, so that one type has many spellings. Here a list of plain types in one
spelling is known, and everything else counts as objects. The format: numpy.lib.format.
"""

import math
import re

NUMPY = b"\x93NUMPY"
# Longer ones NumPy does not read either without leave.
LONGEST_HEADER = 10_000

_START = {b"\x01\x00": 10, b"\x02\x00": 12, b"\x03\x00": 12}
_TYPE = (
    rb"[<>|=]?(?P<kind>[biufcmMSUV])(?P<size>[0-9]{1,6})"
    # Of a time.
    rb"(?:\[[0-9]{0,6}[A-Za-z]{1,7}\])?"
)
_HEADER = re.compile(
    rb"\{ *'descr': *'" + _TYPE + rb"', *'fortran_order': *(?:True|False), *"
    rb"'shape': *\((?P<shape>[0-9, ]{0,1000})\) *,? *\} *\n?"
)
_SHAPE = re.compile(rb" *(?:[0-9]{1,19} *, *)*(?:[0-9]{1,19} *)?")


def plain_size(head: bytes) -> int | None:
    """Return how many bytes a file that begins so has in all, if it holds plain values only.

    None for everything else: objects, structures, and headers that NumPy would not write.
    """
    start = _START.get(head[6:8])
    if not head.startswith(NUMPY) or start is None or len(head) < start:
        return None
    length = int.from_bytes(head[8:start], "little")
    if length > LONGEST_HEADER:
        return None
    found = _HEADER.fullmatch(head[start : start + length])
    if not found or not _SHAPE.fullmatch(found["shape"]):
        return None
    shape = [int(each) for each in found["shape"].split(b",") if each.strip()]
    # A character is four bytes.
    size = int(found["size"]) * (4 if found["kind"] == b"U" else 1)
    return start + length + math.prod(shape) * size

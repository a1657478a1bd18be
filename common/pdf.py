"""What a PDF may not hold, found without a PDF reader. Nothing in it is trusted.

Looked at are the bytes of the file and of every stream that deflate unpacks, object streams among
them; names are compared with their escapes undone (ISO 32000-1, 7.3.5). What else a reader might
make of a broken file cannot be seen from here: whoever opens it needs a reader that is kept up to
date, and the portal itself never opens one.
"""

import re
import zlib

# All streams of a document together. A page of text deflates to a tenth, zeros to a thousandth.
MOST_UNPACKED = 64 * 1024 * 1024
MOST_STREAMS = 20_000
_BLOCK = 1024 * 1024
# Longer than any name below with each of its characters escaped.
_OVERLAP = 64

_FORBIDDEN = {
    b"JavaScript": "a script",
    b"Launch": "a command that starts a program",
    b"EmbeddedFile": "an embedded file",
    b"EmbeddedFiles": "an embedded file",
    b"Encrypt": "encryption",
    b"RichMedia": "embedded media",
    b"Rendition": "embedded media",
    b"SubmitForm": "a form that sends what is typed into it",
    b"ImportData": "a form that reads files",
    b"GoToE": "a way into an embedded file",
    b"XFA": "a form that runs scripts",
}
_NAME = re.compile(rb"/((?:[!-\"$-'*-.0-;=?-Z\\^-z|~]|#[0-9A-Fa-f]{2}){3,48})")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream(?:\r\n|\n|\r)")
# As far back as a dictionary may begin before its stream.
_DICTIONARY = 4096


class PdfProblem(ValueError):
    """The PDF is not taken; the text says why, and follows the file's name."""


def inspect_pdf(content: bytes) -> None:
    """Refuse a PDF that can act or that hides what it holds. Raises PdfProblem."""
    if not content.startswith(b"%PDF-"):
        raise PdfProblem("is no PDF: it does not begin as one")
    if b"%%EOF" not in content[-2048:]:
        raise PdfProblem("is a PDF without its end; it may be cut off")
    _refuse_names(content)
    unpacked = 0
    for count, found in enumerate(_STREAM.finditer(content)):
        if count > MOST_STREAMS:
            raise PdfProblem(f"is a PDF with more than {MOST_STREAMS} streams")
        length, whole = _scan_stream(content, found.end(), MOST_UNPACKED - unpacked)
        unpacked += length
        if not whole:
            _refuse_hidden_objects(content, found.start())


def _refuse_hidden_objects(content: bytes, at: int) -> None:
    """Objects packed in another way than by deflate cannot be looked at."""
    before = content[max(0, at - _DICTIONARY) : at]
    if b"ObjStm" in _names(before[before.rfind(b" obj") + 1 :]):
        raise PdfProblem("is a PDF that packs its objects in a way that is not inspected")


def _scan_stream(content: bytes, start: int, left: int) -> tuple[int, bool]:
    """Unpack a stream and look through it; return its length, and whether all of it was seen."""
    # The two bytes that zlib begins with: deflate, and a checksum of the two (RFC 1950).
    head = content[start : start + 2]
    if len(head) < 2 or head[0] & 0x0F != 8 or int.from_bytes(head) % 31:
        return 0, False
    unpack = zlib.decompressobj()
    total, tail, waiting, reached = 0, b"", b"", start
    while not unpack.eof:
        try:
            piece = unpack.decompress(waiting, _BLOCK)
        except zlib.error:
            return total, False
        total += len(piece)
        if total > left:
            raise PdfProblem(f"is a PDF that unpacks to more than {MOST_UNPACKED} bytes")
        _refuse_names(tail + piece)
        tail = piece[-_OVERLAP:]
        waiting = unpack.unconsumed_tail
        if not waiting and not piece:
            waiting = content[reached : reached + _BLOCK]
            reached += len(waiting)
            if not waiting:
                return total, False
    return total, True


def _refuse_names(content: bytes) -> None:
    for name, what in _FORBIDDEN.items():
        # Quick where nothing is escaped, which is nearly always.
        if b"/" + name in content and name in _names(content):
            raise PdfProblem(f"is a PDF with {what}; print it to a plain PDF and send that")
    if b"#" in content:
        hidden = _names(content) & _FORBIDDEN.keys()
        if hidden:
            what = _FORBIDDEN[min(hidden)]
            raise PdfProblem(f"is a PDF with {what}; print it to a plain PDF and send that")


def _names(content: bytes) -> set[bytes]:
    return {
        _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), name)
        for name in set(_NAME.findall(content))
    }

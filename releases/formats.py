"""What a file is, by its name and by its bytes; and what is not taken in at all.

Loading a pickle runs the code in it, whatever the file is called, so pickles are refused by
extension and by content, unless a release manager admitted the extension for this version; then
their imports are inspected. Other archives are refused: what is inside could not be inspected in
the one pass that copies the file.
"""

import pickletools
import re
import struct
import tempfile
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from releases.described import describing, facts_described
from releases.pickle_scan import PickleError, scan
from releases.safetensors_header import HeaderError, header_length, read_header

HEAD = 64 * 1024
# The end record of a zip archive stands in the last 64 KiB and 22 bytes.
TAIL = 65_535 + 22

PICKLE_SUFFIXES = frozenset(
    (
        ".bin",
        ".ckpt",
        ".dill",
        ".joblib",
        ".mar",
        ".nemo",
        ".npz",
        ".p",
        ".pickle",
        ".pkl",
        ".pt",
        ".pt2",
        ".pth",
        ".ptl",
    )
)
# What may be admitted. The others are code by nature, or archives of another kind.
ADMISSIBLE = (
    ".bin",
    ".ckpt",
    ".joblib",
    ".npy",
    ".npz",
    ".p",
    ".pickle",
    ".pkl",
    ".pt",
    ".pth",
)
_BY_SUFFIX = {
    ".safetensors": "safetensors",
    ".gguf": "gguf",
    ".onnx": "onnx",
    ".npy": "numpy",
    ".json": "json",
    ".jsonl": "json",
    ".md": "text",
    ".txt": "text",
    ".yaml": "text",
    ".yml": "text",
    ".toml": "text",
    ".jinja": "text",
    ".csv": "text",
    ".tsv": "text",
    ".py": "code",
    ".model": "tokenizer",
    ".tiktoken": "tokenizer",
    ".png": "image",
    ".jpg": "image",
    ".jpeg": "image",
    ".gif": "image",
    ".webp": "image",
    ".svg": "image",
    ".pdf": "document",
}
_ARCHIVES = (
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\x1f\x8b", "gzip-compressed"),
    (b"BZh", "bzip2-compressed"),
    (b"\xfd7zXZ\x00", "xz-compressed"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed"),
    (b"\x04\x22\x4d\x18", "lz4-compressed"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a rar archive"),
)
_CALLS = {"REDUCE", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "BUILD"}
_IMPORTS = {"GLOBAL", "STACK_GLOBAL", "INST", "EXT1", "EXT2", "EXT4"}
_ARGUMENTS = {"MARK", "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "GET", "BINGET"}
# What "c" and "i" import: without two identifiers the load fails before anything is called.
_IMPORTED = re.compile(r"[A-Za-z_][\w.]* [A-Za-z_][\w.]*")
_MOST_OPCODES = 20_000
_NUMPY = b"\x93NUMPY"


class FormatError(ValueError):
    """The file is not taken in. The text follows the file's name in a sentence."""


def suffix_of(path: str) -> str:
    """Return the extension by which a path is judged, in lower case."""
    return PurePosixPath(path.casefold()).suffix


def format_by_name(path: str, admitted: Collection[str] = ()) -> str:
    """Return the format that the name promises.

    Raises FormatError for a pickle's extension that is not among the `admitted` ones.
    """
    suffix = suffix_of(path)
    if suffix not in PICKLE_SUFFIXES:
        return _BY_SUFFIX.get(suffix, "other")
    if suffix in admitted and suffix in ADMISSIBLE:
        return "pickle"
    remedy = "convert the weights to safetensors"
    if suffix in ADMISSIBLE:
        remedy += ", or have a release manager admit the format for this version"
    raise FormatError(f"is a format that can run code when it is loaded ({suffix}); {remedy}")


class Inspector:
    """Looks at a file while its bytes stream past, once, with bounded memory.

    Feed every block in order, then call `finish`; `close` in any case. The first two raise
    FormatError. A pickle that is admitted is spooled to a nameless temporary file: what it
    imports is read from its end.
    """

    def __init__(self, path: str, size: int, admitted: Collection[str] = ()) -> None:
        self.format = format_by_name(path, admitted)
        self._path = path
        self._size = size
        self._head = bytearray()
        self._tail = bytearray()
        self._header = bytearray()
        self._wanted = 8 if self.format == "safetensors" else 0
        self._length = 0
        self._facts: dict[str, Any] = {}
        self._described = bytearray() if describing(path, size) else None
        self._spool: BinaryIO | None = None
        if suffix_of(path) in admitted and suffix_of(path) in ADMISSIBLE:
            self._spool = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed by close

    def feed(self, block: memoryview) -> None:
        """Take the next block."""
        if len(self._head) < HEAD:
            self._head += block[: HEAD - len(self._head)]
        self._tail += block[-TAIL:]
        del self._tail[:-TAIL]
        if self._wanted:
            self._feed_header(block)
        if self._described is not None:
            self._described += block
        if self._spool is not None:
            _write_all(self._spool, block)

    def close(self) -> None:
        """Let go of the temporary file."""
        if self._spool is not None:
            self._spool.close()

    def _feed_header(self, block: memoryview) -> None:
        at = 0
        while self._wanted and at < len(block):
            part = block[at : at + self._wanted - len(self._header)]
            self._header += part
            at += len(part)
            if len(self._header) < self._wanted:
                return
            self._header_complete()

    def _header_complete(self) -> None:
        try:
            if not self._length:
                self._length = header_length(self._header[:8], self._size)
                self._wanted = self._length
            else:
                self._facts = read_header(self._header, self._size - 8 - self._length)
                self._wanted = 0
        except HeaderError as error:
            # Something else under this name? Then say what it is.
            refuse_archive(bytes(self._head), b"")
            refuse_pickle(bytes(self._head))
            raise FormatError(str(error)) from None
        self._header = bytearray()

    def finish(self) -> tuple[str, dict[str, Any]]:
        """Judge the whole; return the format and its facts."""
        if self.format == "safetensors":
            if self._wanted:
                raise FormatError("ends before its safetensors header does")
            _refuse_zip_tail(bytes(self._tail))
            return self.format, self._facts
        head = bytes(self._head)
        if self._spool is not None:
            return self._finish_pickle(self._spool, head)
        refuse_archive(head, bytes(self._tail))
        refuse_pickle(head)
        if head.startswith(_NUMPY) and _holds_objects(head):
            raise FormatError("is a NumPy array of Python objects, which are pickles")
        if self.format == "gguf" and not head.startswith(b"GGUF"):
            raise FormatError("is named .gguf but does not begin as one")
        if self._described is not None:
            return self.format, facts_described(self._path, bytes(self._described))
        return self.format, {}

    def _finish_pickle(self, spool: BinaryIO, head: bytes) -> tuple[str, dict[str, Any]]:
        if head.startswith(_NUMPY) and not _holds_objects(head):
            _refuse_zip_tail(bytes(self._tail))
            return self.format, {}
        try:
            return "pickle", {"imports": scan(spool, suffix_of(self._path))}
        except PickleError as error:
            raise FormatError(str(error)) from None


def _write_all(file: BinaryIO, block: memoryview) -> None:
    while block:
        block = block[file.write(block) :]


def refuse_archive(head: bytes, tail: bytes) -> None:
    """Raise FormatError for an archive or a compressed file, whatever it is called."""
    for magic, what in _ARCHIVES:
        if head.startswith(magic):
            if what == "a zip archive" and (inner := _pickle_in_zip(head, tail)):
                raise FormatError(f"is a zip archive that holds a pickle ({inner})")
            raise FormatError(
                f"is {what}, whose inside cannot be inspected; ingest the files themselves"
            )
    if head[257:262] == b"ustar":
        raise FormatError("is a tar archive; ingest the files themselves")
    _refuse_zip_tail(tail)


def _pickle_in_zip(head: bytes, tail: bytes) -> str:
    """Return the name of a pickle that the visible names of the archive show, or nothing."""
    found = re.search(rb"[\w./-]{0,80}\bdata\.pkl|[\w./-]{1,80}\.(?:pkl|pickle)\b", head + tail)
    return found[0].decode("ascii", "replace") if found else ""


def _refuse_zip_tail(tail: bytes) -> None:
    """A zip is found by its end, so one may follow something that looks harmless."""
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if at + 22 <= len(tail):
            (comment,) = struct.unpack_from("<H", tail, at + 20)
            if at + 22 + comment == len(tail):
                raise FormatError("ends as a zip archive does, so that its name hides what it is")
        at = tail.rfind(b"PK\x05\x06", 0, at)


def refuse_pickle(head: bytes) -> None:
    """Raise FormatError where the bytes are a pickle, or begin as one that calls something."""
    if len(head) > 1 and head[0] == 0x80 and head[1] <= 5:
        raise FormatError("is a pickle, which can run code when it is loaded")
    seen: set[str] = set()
    for name in _opcodes(head):
        seen.add(name)
        # Prose may begin with letters that are opcodes; only a pickle imports, builds arguments
        # and calls.
        if name in _CALLS and seen & _IMPORTS and seen & _ARGUMENTS:
            raise FormatError("is a pickle that runs code when it is loaded")


def _opcodes(head: bytes) -> Iterator[str]:
    """Yield the names of opcodes as long as a load would get that far."""
    try:
        for count, (opcode, argument, _place) in enumerate(pickletools.genops(head)):
            if opcode.name in ("GLOBAL", "INST") and not _IMPORTED.fullmatch(str(argument)):
                return
            yield opcode.name
            if count > _MOST_OPCODES:
                return
    except (ValueError, OverflowError, IndexError, struct.error):
        return


def _holds_objects(head: bytes) -> bool:
    """NumPy stores arrays of Python objects as pickles inside .npy."""
    wide = head[6:7] > b"\x01"
    start = 12 if wide else 10
    length = int.from_bytes(head[8:start], "little")
    if length > HEAD - start:
        raise FormatError("has a NumPy header that is longer than any real one")
    return bool(re.search(rb"['\"][|<>=]?O\d*['\"]", head[start : start + length]))

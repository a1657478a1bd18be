"""What a file is, by its name and by its bytes; and what is not taken in at all.

Loading a pickle runs the code in it, whatever the file is called, so formats that carry code are
refused by extension and, best effort, by content, unless a release manager admitted the extension
for this version; then the pickle's imports are inspected. Other archives are refused: what is
inside could not be inspected in the one pass that copies the file.
"""

import errno
import re
import struct
import tempfile
from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from common.packed import packed_as
from releases.described import describing, facts_described
from releases.numpy_header import NUMPY, plain_size
from releases.pickle_content import Follower
from releases.pickle_scan import MOST_SHOWN, PickleError, scan
from releases.safetensors_header import HeaderError, header_length, read_header

HEAD = 64 * 1024
# The end record of a zip archive stands in the last 64 KiB and 22 bytes.
TAIL = 65_535 + 22

CODE_SUFFIXES = frozenset(
    (
        ".bin",
        ".ckpt",
        ".dill",
        ".h5",
        ".hdf5",
        ".joblib",
        ".keras",
        ".mar",
        ".nemo",
        ".npz",
        ".p",
        ".pb",
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
_HDF5 = b"\x89HDF\r\n\x1a\n"


class FormatError(ValueError):
    """The file is not taken in. The text follows the file's name in a sentence."""


def suffix_of(path: str) -> str:
    """Return the extension by which a path is judged, in lower case."""
    # Some systems drop dots and spaces at the end; ".pkl" is all extension.
    name = PurePosixPath(path.casefold()).name.rstrip(". ")
    _stem, dot, last = name.rpartition(".")
    return dot + last


def format_by_name(path: str, admitted: Collection[str] = ()) -> str:
    """Return the format that the name promises.

    Raises FormatError for the extension of a format that carries code and is not `admitted`.
    """
    suffix = suffix_of(path)
    if suffix not in CODE_SUFFIXES:
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
        self._follower = Follower()
        self._tail = bytearray()
        self._header = bytearray()
        self._wanted = 8 if self.format == "safetensors" else 0
        self._length = 0
        self._facts: dict[str, Any] = {}
        self._described = bytearray() if describing(path, size) else None
        self._spool: BinaryIO | None = None
        if suffix_of(path) in admitted and suffix_of(path) in ADMISSIBLE:
            self._spool = _open_spool()

    def feed(self, block: memoryview) -> None:
        """Take the next block."""
        if len(self._head) < HEAD:
            self._head += block[: HEAD - len(self._head)]
        self._follower.feed(block)
        self._tail += block[-TAIL:]
        del self._tail[:-TAIL]
        if self._wanted:
            self._feed_header(block)
        if self._described is not None:
            self._described += block
        if self._spool is not None:
            _write_spool(self._spool, block)

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
            _refuse_archive(bytes(self._head), b"")
            self._refuse_pickle(bytes(self._head))
            raise FormatError(str(error)) from None
        self._header = bytearray()

    def finish(self) -> tuple[str, dict[str, Any]]:
        """Judge the whole; return the format and its facts."""
        if self.format == "safetensors":
            if self._wanted:
                raise FormatError("ends before its safetensors header does")
            _refuse_zip_tail(bytes(self._tail))
            # A header's length may be spelt so that a pickle begins with it.
            self._refuse_instructions()
            return self.format, self._facts
        head = bytes(self._head)
        if self._spool is not None:
            return self._finish_pickle(self._spool, head)
        _refuse_archive(head, bytes(self._tail))
        self._refuse_pickle(head)
        self._refuse_pretence(head)
        if self._described is not None:
            return self.format, facts_described(self._path, bytes(self._described))
        return self.format, {}

    def _refuse_pickle(self, head: bytes) -> None:
        if len(head) > 1 and head[0] == 0x80 and head[1] <= 5:
            raise FormatError("is a pickle, which can run code when it is loaded")
        self._refuse_instructions()

    def _refuse_instructions(self) -> None:
        if self._follower.found:
            raise FormatError(f"is a pickle, or begins as one, and {self._follower.found}")

    def _refuse_pretence(self, head: bytes) -> None:
        if head.startswith(NUMPY) and plain_size(head) != self._size:
            raise FormatError(
                "is a NumPy array that may hold Python objects, which are pickles, or is not as "
                "long as its header says"
            )
        if head.startswith(_HDF5):
            raise FormatError("is an HDF5 file, which can carry code; convert the weights")
        for format_, beginning in (("gguf", b"GGUF"), ("numpy", NUMPY)):
            if self.format == format_ and not head.startswith(beginning):
                raise FormatError(f"is named {suffix_of(self._path)} but does not begin as one")

    def _finish_pickle(self, spool: BinaryIO, head: bytes) -> tuple[str, dict[str, Any]]:
        if not head.startswith(b"PK"):
            _refuse_zip_tail(bytes(self._tail))
        try:
            imports = scan(spool, suffix_of(self._path))
        except PickleError as error:
            raise FormatError(str(error)) from None
        if plain_size(head) == self._size:
            return self.format, {}
        facts: dict[str, Any] = {"imports": imports[:MOST_SHOWN]}
        if len(imports) > MOST_SHOWN:
            facts["more_imports"] = len(imports) - MOST_SHOWN
        return "pickle", facts


def _open_spool() -> BinaryIO:
    try:
        return tempfile.TemporaryFile(buffering=0)
    except OSError as error:
        raise FormatError(_spool_trouble(error)) from None


def _write_spool(spool: BinaryIO, block: memoryview) -> None:
    try:
        while block:
            block = block[spool.write(block) :]
    except OSError as error:
        raise FormatError(_spool_trouble(error)) from None


def _spool_trouble(error: OSError) -> str:
    """Not the weights store's: another disk, as a rule, and another remedy."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            "could not be inspected, because the worker's directory for temporary files (TMPDIR) "
            "is full; free some space there and ingest again"
        )
    return (
        "could not be inspected, because the worker's directory for temporary files (TMPDIR) "
        f"cannot be used ({error.strerror or error}); set it right and ingest again"
    )


def _refuse_archive(head: bytes, tail: bytes) -> None:
    """Raise FormatError for an archive or a compressed file, whatever it is called."""
    what = packed_as(head)
    if what == "a zip archive" and (inner := _pickle_in_zip(head, tail)):
        raise FormatError(f"is a zip archive that holds a pickle ({inner})")
    if what:
        raise FormatError(
            f"is {what}, whose inside cannot be inspected; ingest the files themselves"
        )
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

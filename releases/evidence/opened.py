"""A file of evidence, opened: which format it is, and its JSON documents one by one.

Nothing is unpacked to a disk; entries are read by name, in blocks.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from common.archive import Member, Rules, inspect_contents, quoted
from common.json_stream import JsonProblem, JsonReader
from common.packed import LOOKED_AT, packed_as
from common.unpack import BLOCK, DEFLATED, STORED, ZSTANDARD, unpacked
from releases.evidence.told import EvidenceProblem

MOST_BYTES = 2 * 1024**3
# A run of 14 000 questions, four times over, has 56 000 entries. Transcripts that repeat
# themselves pack well: some to a hundredth.
RULES = Rules(
    methods=frozenset({STORED, DEFLATED, ZSTANDARD}),
    most_members=100_000,
    longest_directory=16 * 1024 * 1024,
    most_expansion=200,
    unpacked=False,
    gaps=True,
)
HEADER, START = "header.json", "_journal/start.json"
_RESULTS = re.compile(r"(?:[^/]+/)*results[^/]*\.json")
_FORMATS = (
    "a log of Inspect (.eval or .json) or results of lm-evaluation-harness (.json, or a zip of "
    "them with their samples)"
)


class Opened:
    """An opened file; `format` as in a report, `entries` by name where it is an archive."""

    def __init__(self, file: BinaryIO) -> None:
        self.entries: dict[str, Member] = {}
        self.repeated: list[str] = []
        self.unlisted = 0
        self._file = file
        self._size = file.seek(0, os.SEEK_END)
        if self._size > MOST_BYTES:
            raise EvidenceProblem(
                f"The file has {self._size} bytes; at most {MOST_BYTES} are read."
            )
        file.seek(0)
        head = file.read(LOOKED_AT)
        self.format = self._archive() if head[:2] == b"PK" else self._plain(head)

    @contextmanager
    def document(self, name: str = "") -> Iterator[JsonReader]:
        """Read an entry, or the file itself; an error says in which entry it is."""
        if not name:
            yield JsonReader(self._blocks())
            return
        try:
            yield JsonReader(unpacked(self._file, self.entries[name]))
        except JsonProblem as error:
            raise JsonProblem(f"holds {quoted(name)}, which {error}") from None

    def _blocks(self) -> Iterator[bytes]:
        self._file.seek(0)
        while block := self._file.read(BLOCK):
            yield block

    def _archive(self) -> str:
        contents = inspect_contents(self._file, self._size, RULES)
        self.unlisted = contents.unlisted
        for member in contents.members:
            # The one behind supersedes the one before, as for the tools that write them.
            if member.name in self.entries:
                self.repeated.append(member.name)
            self.entries[member.name] = member
        if HEADER in self.repeated:
            raise EvidenceProblem("The file holds two headers, so it is not clear which counts.")
        if HEADER in self.entries or START in self.entries:
            return "inspect-eval"
        if any(_RESULTS.fullmatch(name) for name in self.entries):
            return "lm-eval"
        raise EvidenceProblem(f"The file is a zip archive, but not {_FORMATS}.")

    def results(self) -> list[str]:
        """Return the entries that are called as lm-eval calls its results."""
        return [name for name in self.entries if _RESULTS.fullmatch(name)]

    def _plain(self, head: bytes) -> str:
        if not head:
            raise EvidenceProblem("The file is empty.")
        packed = packed_as(head)
        if packed:
            raise EvidenceProblem(f"The file is {packed}. Unpack it, and give {_FORMATS}.")
        with self.document() as reader:
            if reader.kind() == "{":
                for key in reader.members():
                    if key == "eval":
                        return "inspect-json"
                    if key == "results":
                        return "lm-eval"
            elif b"\x00" not in head and reader.kind() not in ("[", '"'):
                raise EvidenceProblem(f"The file is not JSON, and so not {_FORMATS}.")
        raise EvidenceProblem(f"The file is not {_FORMATS}.")

"""What changed between two texts: by lines, and within a changed line by words. Pure."""

import difflib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from common.canonical import canonical_json

SAME, ADDED, REMOVED, GAP = "same", "added", "removed", "gap"
# Lines that stay as they are, shown around each change so that it can be found in the text.
CONTEXT = 2
_WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Part:
    """Some words of a line, and whether they are what changed."""

    text: str
    changed: bool = False


@dataclass(frozen=True)
class Line:
    """A line of the comparison: same, added or removed, or a gap where lines were left out."""

    kind: str
    parts: tuple[Part, ...] = ()
    left_out: int = 0

    @property
    def text(self) -> str:
        """Return the whole line."""
        return "".join(part.text for part in self.parts)


def compare(before: str, after: str, *, context: int | None = CONTEXT) -> list[Line]:
    """Return the lines of both texts; with `context`, those far from any change are left out."""
    old, new = before.splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    lines: list[Line] = []
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            lines += [Line(SAME, (Part(line),)) for line in old[old_from:old_to]]
        else:
            lines += _changed(old[old_from:old_to], new[new_from:new_to])
    return lines if context is None else list(_shortened(lines, context))


def comparison_digest(before: str, after: str) -> str:
    """Return the SHA-256 of a comparison in full, so that evidence can name what was shown."""
    told = [
        [line.kind, [[part.text, part.changed] for part in line.parts]]
        for line in compare(before, after, context=None)
    ]
    return hashlib.sha256(canonical_json(told)).hexdigest()


def _changed(old: list[str], new: list[str]) -> list[Line]:
    """Return removed lines, then added ones; where they pair up, with the words that changed."""
    if len(old) != len(new):
        return [
            *(Line(REMOVED, (Part(line, changed=True),)) for line in old),
            *(Line(ADDED, (Part(line, changed=True),)) for line in new),
        ]
    lines = []
    for before, after in zip(old, new, strict=True):
        removed, added = _words(before, after)
        lines += [Line(REMOVED, removed), Line(ADDED, added)]
    return lines


def _words(before: str, after: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    removed, added = [], []
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        changed = tag != "equal"
        if old_from < old_to:
            removed.append(Part("".join(old[old_from:old_to]), changed))
        if new_from < new_to:
            added.append(Part("".join(new[new_from:new_to]), changed))
    return tuple(removed), tuple(added)


def _shortened(lines: list[Line], context: int) -> Iterator[Line]:
    near = set()
    for number, line in enumerate(lines):
        if line.kind != SAME:
            near |= set(range(number - context, number + context + 1))
    left_out = 0
    for number, line in enumerate(lines):
        if number in near:
            if left_out:
                yield Line(GAP, left_out=left_out)
                left_out = 0
            yield line
        else:
            left_out += 1
    if left_out:
        yield Line(GAP, left_out=left_out)

"""What the records of single samples tell that a log's header may keep silent about."""

import math
from collections import Counter
from dataclasses import dataclass, field

from common.json_stream import JsonReader
from releases.evidence.room import Room
from releases.evidence.texts import LONGEST_TEXT, as_dict, as_line, as_list, as_number, as_text
from releases.evidence.told import EvidenceProblem, Sample

# Longer ones are pictures or transcripts, which nobody reads in a table.
LONGEST_SHOWN = 1024 * 1024
_TOO_LONG = "(too long to be shown)"

_JUDGED = ("id", "epoch", "scores")
# That they are there says enough, however long they are.
_MARKS = ("error", "limit", "invalidation")
_SHOWN = ("input", "output", "target")

Key = tuple[str, int]


@dataclass
class Tally:
    """What was seen in the records of a log; the first few names of each kind are kept."""

    keys: set[Key] = field(default_factory=set)
    twice: list[Key] = field(default_factory=list)
    errors: list[Key] = field(default_factory=list)
    invalidated: list[Key] = field(default_factory=list)
    edited: list[Key] = field(default_factory=list)
    unscored: list[Key] = field(default_factory=list)
    limits: Counter[str] = field(default_factory=Counter)
    room: Room = field(default_factory=Room)

    def add(self, record: dict[str, object]) -> Key:
        """Count one record, and return which sample it is of."""
        key = sample_key(record)
        self.room.take(key[0])
        if key in self.keys:
            self.twice.append(key)
        self.keys.add(key)
        scores = as_dict(record.get("scores"))
        if record.get("error"):
            self.errors.append(key)
        elif not scores or any(_is_unscored(score) for score in scores.values()):
            self.unscored.append(key)
        if record.get("invalidation"):
            self.invalidated.append(key)
        if any(as_list(as_dict(score).get("history")) for score in scores.values()):
            self.edited.append(key)
        if record.get("limit"):
            kind = as_line(as_dict(record["limit"]).get("type"), 40)
            self.limits[kind or "unknown"] += 1
        return key


def read_record(reader: JsonReader, *, shown: bool = False) -> dict[str, object]:
    """Return what is asked of the sample that comes next, with its texts where they are shown."""
    record: dict[str, object] = {}
    for key in reader.members():
        if key in _JUDGED:
            record[key] = reader.value()
        elif key in _MARKS:
            record[key] = reader.short(LONGEST_SHOWN, otherwise=True)
        elif shown and key in _SHOWN:
            record[key] = reader.short(LONGEST_SHOWN, _TOO_LONG)
    return record


def sample_key(record: dict[str, object]) -> Key:
    """Return a record's sample and epoch. Raises EvidenceProblem where it has none."""
    name, epoch = record.get("id"), record.get("epoch", 1)
    if not isinstance(name, str | int) or not isinstance(epoch, int):
        raise EvidenceProblem("A record of a sample in the log has no id or no epoch.")
    return str(name), epoch


def as_sample(record: dict[str, object]) -> Sample:
    """Return a sample as it is shown."""
    name, epoch = sample_key(record)
    output = record.get("output")
    scores = as_dict(record.get("scores"))
    return Sample(
        id=as_line(name),
        epoch=epoch,
        input=as_text(_said(record.get("input"))),
        output=as_text(output if isinstance(output, str) else _completion(as_dict(output))),
        target=as_text(_said(record.get("target"))),
        score=as_text(
            "; ".join(
                f"{as_line(scorer, 80)}: {_value(as_dict(score).get('value'))}"
                for scorer, score in scores.items()
            )
        ),
    )


def _is_unscored(score: object) -> bool:
    """Inspect writes NaN for a sample that its scorer gave no value, or not each of several."""
    value = as_dict(score).get("value")
    numbers = map(as_number, value.values() if isinstance(value, dict) else [value])
    return value is None or any(each is not None and math.isnan(each) for each in numbers)


def _completion(output: dict[str, object]) -> str:
    completion = output.get("completion")
    if isinstance(completion, str) and completion:
        return completion
    choices = as_list(output.get("choices"))
    return _said(as_dict(as_dict(choices[0]).get("message")).get("content")) if choices else ""


def _said(value: object) -> str:
    """Return a text, or what is said in a list of messages or of parts of one."""
    if isinstance(value, list):
        return "\n".join(_said(each) for each in value[:100])[: 2 * LONGEST_TEXT]
    if isinstance(value, dict):
        if "content" in value:
            said = _said(value["content"])
            return f"{value['role']}: {said}" if isinstance(value.get("role"), str) else said
        return _said(value.get("text", f"({as_line(value.get('type'), 40) or 'not a text'})"))
    return "" if value is None else str(value)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{as_line(key, 40)} {as_line(each, 40)}" for key, each in value.items())
    return as_line(value, 200)

"""Records of single samples that lm-eval logs: one line of JSON for each document and filter."""

import re
from collections.abc import Iterable, Iterator

from common.json_stream import JsonReader
from releases.evidence.opened import Opened
from releases.evidence.room import Room
from releases.evidence.texts import as_line, as_list, as_text, listed
from releases.evidence.told import EvidenceProblem, Flag, Sample

_FILE = re.compile(
    r"(?:[^/]+/)*samples_(?P<task>[^/]+?)"
    r"(?:_[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}[-:][0-9]{2}[-:][0-9.]+)?\.jsonl"
)
_LONGEST_SHOWN = 1024 * 1024
_TOO_LONG = "(too long to be shown)"
_SHORT = ("doc_id", "filter")
_SHOWN = ("target", "arguments", "filtered_resps", "resps", "metrics")

Counts = dict[str, tuple[int | None, int | None]]
Line = dict[str, object]


def sample_files(opened: Opened) -> dict[str, str]:
    """Return the files of samples by their task."""
    files: dict[str, str] = {}
    for name in opened.entries:
        if found := _FILE.fullmatch(name):
            if found["task"] in files or name in opened.repeated:
                raise EvidenceProblem(
                    f"The file holds the samples of {as_line(found['task'])} twice."
                )
            files[found["task"]] = name
    return files


def read_lines(
    opened: Opened, files: dict[str, str], *, shown: bool = False
) -> Iterator[tuple[str, Line]]:
    """Yield (task, record) of all files in the order of their names."""
    room = Room()
    for task in sorted(files):
        with opened.document(files[task]) as reader:
            for _ in reader.documents():
                line = _read_line(reader, shown=shown)
                room.take(line_key(task, line))
                yield task, line


def line_key(task: str, line: Line) -> str:
    """Return how a record is named: its task, document and filter."""
    return f"{task}/{line.get('doc_id')}/{line.get('filter', 'none')}"


def as_sample(name: str, line: Line) -> Sample:
    """Return a sample as it is shown."""
    metrics = [str(each) for each in as_list(line.get("metrics"))]
    answers = line.get("filtered_resps", line.get("resps"))
    return Sample(
        id=as_line(name),
        epoch=1,
        input=as_text(_asked(line.get("arguments"))),
        output=as_text(_first(answers)),
        target=as_text(line.get("target")),
        score=as_text(
            "; ".join(f"{as_line(each, 80)}: {as_line(line.get(each), 80)}" for each in metrics)
        ),
    )


def sample_flags(opened: Opened, counts: Counts) -> list[Flag]:
    """Return what the records tell beside the results."""
    files = sample_files(opened)
    if not files:
        return [
            Flag(
                "no_samples",
                "The file holds no records of single samples, so none can be looked at. Zip the "
                "results with the samples that --log_samples writes.",
            )
        ]
    seen: dict[str, set[str]] = {task: set() for task in files}
    keys: dict[str, set[str]] = {task: set() for task in files}
    twice: set[str] = set()
    for task, line in read_lines(opened, files):
        key = line_key(task, line)
        if key in keys[task]:
            twice.add(key)
        keys[task].add(key)
        seen[task].add(str(line.get("doc_id")))
    flags = _compared({task: len(found) for task, found in seen.items()}, counts)
    if twice:
        flags.append(
            Flag(
                "samples_twice",
                f"There are several records of {listed(sorted(twice), len(twice))}.",
            )
        )
    return flags


def _compared(seen: dict[str, int], counts: Counts) -> list[Flag]:
    effective = {task: run for task, (_, run) in counts.items() if run is not None}
    missing = [
        f"{task} ({seen.get(task, 0)} of {run})"
        for task, run in effective.items()
        if seen.get(task, 0) < run
    ]
    more = [
        f"{task} ({found} of {effective.get(task, 0)})"
        for task, found in seen.items()
        if found > effective.get(task, 0)
    ]
    flags = []
    if missing:
        sentence = f"Records of samples are missing: {listed(missing, len(missing))}."
        flags.append(Flag("samples_missing", sentence))
    if more:
        sentence = f"There are more records than samples were run: {listed(more, len(more))}."
        flags.append(Flag("samples_unexpected", sentence))
    return flags


def _read_line(reader: JsonReader, *, shown: bool) -> Line:
    line: Line = {}
    others: Line = {}
    for key in reader.members():
        if key in _SHORT:
            line[key] = reader.value(_LONGEST_SHOWN)
        elif shown and key in _SHOWN:
            line[key] = reader.short(_LONGEST_SHOWN, _TOO_LONG)
        elif shown and reader.kind() not in ("{", "["):
            # The metrics stand among the other keys, under their own names.
            others[key] = reader.short(1000)
    for metric in as_list(line.get("metrics")):
        line.setdefault(str(metric), others.get(str(metric)))
    return line


def _asked(arguments: object) -> object:
    """Return the first argument of the first request: what the model was shown."""
    found = arguments
    for _ in range(4):
        if isinstance(found, dict):
            found = next(iter(found.values()), "")
        elif isinstance(found, list):
            found = found[0] if found else ""
    return found


def _first(answers: object) -> object:
    found = answers
    while isinstance(found, list) and len(found) == 1:
        found = found[0]
    return "; ".join(_brief(found)) if isinstance(found, list) else found


def _brief(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        parts = value if isinstance(value, list) else [value]
        yield " ".join(as_line(part, 200) for part in parts[:10])

"""Logs of Inspect: `.eval`, a zip archive, and `.json`, one document.

An archive has `header.json`, once the run has ended, and one `samples/ID_epoch_N.json` for each
sample; converted ones have `samples/ID_epoch_N/sample.json` with the long parts beside it.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from releases.evidence.binding import bind
from releases.evidence.drawing import drawn
from releases.evidence.inspect_flags import header_flags, sample_flags, totals
from releases.evidence.inspect_header import Header, check_outcome, read_header
from releases.evidence.inspect_samples import Key, Tally, as_sample, read_record, sample_key
from releases.evidence.inspect_scores import read_scores
from releases.evidence.opened import HEADER, START, Opened
from releases.evidence.texts import as_dict, as_line, as_list, as_time, listed, storable
from releases.evidence.told import EvidenceProblem, Flag, Report, Sample, is_complete

_SAMPLE = re.compile(
    r"samples/(?P<id>.+)_epoch_(?P<epoch>[0-9]{1,6})(?:\.json|/sample\.json)", re.DOTALL
)
# What a run is from its beginning on.
_KEPT = ("task", "model", "model_args", "task_args", "metadata", "config", "revision", "eval_id")
_LOGIN = re.compile(r"//[^/]*@")
_UPDATE = re.compile(r"_journal/config_updates/[^/]+\.json")


def read(opened: Opened, release_digest: str) -> Report:
    """Return what a log tells. Raises EvidenceProblem for one that is no evidence."""
    header, tally = _whole(opened) if opened.entries else _streamed(opened)
    check_outcome(header)
    model = as_line(header.run.get("model"))
    bound, doubt = bind(_places(header), model, release_digest)
    scores = read_scores(header)
    found = scores.all()
    flags = header_flags(header) + _archive_flags(opened, header) + sample_flags(header, tally)
    flags += scores.flags() + ([doubt] if doubt else [])
    total, completed = totals(header)
    return Report(
        format=opened.format,
        status="success",
        complete=is_complete(flags),
        total=total,
        completed=completed,
        tool=f"inspect-ai {as_line(_packages(header).get('inspect_ai'), 40)}".strip(),
        task=as_line(header.run.get("task")),
        model=model,
        ran_at=_ran_at(header),
        bound_digest=bound,
        header=_shown(header),
        scores=found,
        flags=tuple(flags),
    )


def draw(opened: Opened, seed: int, count: int) -> tuple[Sample, ...]:
    """Return the samples that the seed draws, in their order."""
    if opened.entries:
        entries = _sample_entries(opened)
        chosen = drawn(entries, seed=seed, count=count)
        found = [_entry_record(opened, entries[key], key, shown=True) for key in chosen]
        return tuple(as_sample(record) for record in found)
    chosen = drawn((sample_key(each) for each in _records(opened)), seed=seed, count=count)
    by_key = {
        sample_key(each): as_sample(each)
        for each in _records(opened, shown=True)
        if sample_key(each) in chosen
    }
    return tuple(by_key[key] for key in chosen)


def _whole(opened: Opened) -> tuple[Header, Tally]:
    """Read an archive's header, and then each record of a sample that it holds."""
    if HEADER not in opened.entries:
        raise EvidenceProblem(
            "The run never ended: the log has no header, only the beginning of a journal. Run it "
            "again to its end."
        )
    with opened.document(HEADER) as reader:
        header, others = read_header(reader)
        for _ in others:
            pass
    check_outcome(header)
    tally = Tally()
    for key, name in _sample_entries(opened).items():
        tally.add(_entry_record(opened, name, key))
    return header, tally


def _streamed(opened: Opened) -> tuple[Header, Tally]:
    tally = Tally()
    with opened.document() as reader:
        header, others = read_header(reader)
        for key in others:
            if header.top.get("status", "success") != "success":
                # Nobody waits for the samples of a failed run.
                check_outcome(header)
            if key == "samples" and reader.kind() == "[":
                for _ in reader.elements():
                    tally.add(read_record(reader))
    return header, tally


def _records(opened: Opened, *, shown: bool = False) -> Iterator[dict[str, object]]:
    with opened.document() as reader:
        _header, others = read_header(reader)
        for key in others:
            if key == "samples" and reader.kind() == "[":
                for _ in reader.elements():
                    yield read_record(reader, shown=shown)


def _sample_entries(opened: Opened) -> dict[Key, str]:
    entries: dict[Key, str] = {}
    for name in opened.entries:
        if found := _SAMPLE.fullmatch(name):
            key = (found["id"], int(found["epoch"]))
            if key in entries:
                raise EvidenceProblem(f"The log has two records of the sample {as_line(key[0])}.")
            entries[key] = name
    return entries


def _entry_record(opened: Opened, name: str, key: Key, *, shown: bool = False) -> dict[str, object]:
    with opened.document(name) as reader:
        record = read_record(reader, shown=shown)
        reader.end()
    if sample_key(record) != key:
        raise EvidenceProblem(
            f"The log's entry {as_line(name)} holds the record of another sample: "
            f"{as_line(record.get('id'))}, epoch {record.get('epoch')}."
        )
    return record


def _archive_flags(opened: Opened, header: Header) -> list[Flag]:
    """Return what the archive shows that its header need not admit."""
    flags = []
    if opened.unlisted:
        flags.append(
            Flag(
                "edited",
                f"The archive holds {opened.unlisted} bytes that its directory no longer lists: "
                "something in it was rewritten after the run.",
            )
        )
    changed = _changed_since_start(opened, header)
    if changed:
        flags.append(
            Flag(
                "edited",
                "The header says otherwise than the journal did when the run began: "
                f"{listed(changed, len(changed))}.",
            )
        )
    updates = sum(1 for name in opened.entries if _UPDATE.fullmatch(name))
    if updates and not as_list(header.top.get("config_updates")):
        flags.append(
            Flag(
                "edited",
                f"The journal notes {updates} changes of the configuration during the run, of "
                "which the header is silent.",
            )
        )
    repeated = [name for name in opened.repeated if _SAMPLE.fullmatch(name)]
    if repeated:
        flags.append(
            Flag(
                "samples_twice",
                f"The archive holds several records of {len(repeated)} samples; the last of each "
                f"was read: {listed(repeated, len(repeated))}.",
            )
        )
    return flags


def _changed_since_start(opened: Opened, header: Header) -> list[str]:
    """Return what the header tells of the run in other words than the journal's first entry."""
    if START not in opened.entries:
        return []
    with opened.document(START) as reader:
        start, others = read_header(reader)
        for _ in others:
            pass
    changed = [key for key in _KEPT if repr(start.run.get(key)) != repr(header.run.get(key))]
    return changed + (["sample_ids"] if start.sample_ids != header.sample_ids else [])


def _places(header: Header) -> list[dict[str, object]]:
    """Where a run may say which release it measures; what was added afterwards does not count."""
    return [as_dict(header.run.get(key)) for key in ("metadata", "model_args", "task_args")]


def _packages(header: Header) -> dict[str, object]:
    return as_dict(header.run.get("packages"))


def _revision(header: Header) -> dict[str, object] | None:
    """Return where the code came from, without the password that an address may hold."""
    revision = as_dict(header.run.get("revision"))
    if isinstance(revision.get("origin"), str):
        revision = {**revision, "origin": _LOGIN.sub("//", str(revision["origin"]))}
    return revision or None


def _ran_at(header: Header) -> datetime | None:
    stats = as_dict(header.top.get("stats"))
    for value in (stats.get("completed_at"), stats.get("started_at"), header.run.get("created")):
        if found := as_time(value):
            return found
    return None


def _shown(header: Header) -> dict[str, Any]:
    """What people see of the header. Arguments of the model may hold keys, and stay out."""
    config = header.config
    return {
        key: storable(value)
        for key, value in {
            "task": header.run.get("task"),
            "task_version": header.run.get("task_version"),
            "task_args": header.run.get("task_args"),
            "dataset": header.dataset.get("name"),
            "dataset_samples": header.dataset.get("samples"),
            "model": header.run.get("model"),
            "created": header.run.get("created"),
            "started_at": as_dict(header.top.get("stats")).get("started_at"),
            "completed_at": as_dict(header.top.get("stats")).get("completed_at"),
            "eval_id": header.run.get("eval_id"),
            "run_id": header.run.get("run_id"),
            "epochs": header.epochs,
            "limit": config.get("limit"),
            "sample_id": config.get("sample_id"),
            "revision": _revision(header),
            "packages": header.run.get("packages"),
        }.items()
        if value is not None
    }

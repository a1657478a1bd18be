"""Results of lm-evaluation-harness 0.4: one JSON document, alone or zipped with its samples.

A zip holds one `results….json`, and beside it `samples_TASK_TIME.jsonl` as `--log_samples` writes
them; in which folders does not matter.
"""

from collections.abc import Iterator
from typing import Any

from common.json_stream import JsonReader
from releases.evidence.binding import KEY, bind
from releases.evidence.drawing import drawn
from releases.evidence.lm_eval_samples import (
    as_sample,
    line_key,
    read_lines,
    sample_files,
    sample_flags,
)
from releases.evidence.opened import Opened
from releases.evidence.scores import Scores
from releases.evidence.texts import (
    as_count,
    as_dict,
    as_line,
    as_time,
    listed,
    storable,
)
from releases.evidence.told import EvidenceProblem, Flag, Report, Sample, Score, is_complete

NO_FILTER = "none"
_TOP = ("n-samples", "higher_is_better", "group_subtasks", "versions", "n-shot", "task_hashes")
_TOP_FREE = (
    "config",
    "date",
    "git_hash",
    "lm_eval_version",
    "transformers_version",
    "model_source",
    "model_name",
    "total_evaluation_time_seconds",
)
_LONGEST_FREE = 512 * 1024
_MOST_TASKS = 5000
_MARK = "_stderr"


def read(opened: Opened, release_digest: str) -> Report:
    """Return what the results tell. Raises EvidenceProblem for results that are no evidence."""
    top = _read_top(opened)
    config = as_dict(top.get("config"))
    model = as_line(
        _argument(config, "pretrained") or _argument(config, "model") or config.get("model")
    )
    bound, doubt = bind(_places(top, config), model, release_digest)
    scores = _scores(top)
    found = scores.all()
    counts = _counts(top)
    flags = _flags(config, counts, found) + sample_flags(opened, counts)
    flags += scores.flags() + ([doubt] if doubt else [])
    version = as_line(top.get("lm_eval_version"), 40)
    return Report(
        format=opened.format,
        # Results are written once a run has ended, and not at all when it failed.
        status="success",
        complete=is_complete(flags),
        total=_sum(original for original, _ in counts.values()),
        completed=_sum(effective for _, effective in counts.values()),
        tool=f"lm-eval {version}".strip(),
        task=as_line(", ".join(_tasks(top))),
        model=model,
        ran_at=as_time(top.get("date")),
        bound_digest=bound,
        header=_shown(top, config),
        scores=found,
        flags=tuple(flags),
    )


def draw(opened: Opened, seed: int, count: int) -> tuple[Sample, ...]:
    """Return the samples that the seed draws, in their order; none where none were logged."""
    files = sample_files(opened)
    chosen = drawn(
        ((line_key(task, line), 1) for task, line in read_lines(opened, files)),
        seed=seed,
        count=count,
    )
    wanted = {name for name, _ in chosen}
    found = {}
    for task, line in read_lines(opened, files, shown=True):
        key = line_key(task, line)
        if key in wanted:
            found[key] = as_sample(key, line)
    return tuple(found[name] for name, _ in chosen)


def _read_top(opened: Opened) -> dict[str, object]:
    name = ""
    if opened.entries:
        results = opened.results()
        if len(results) != 1:
            raise EvidenceProblem(
                f"The file holds {len(results)} results ({listed(results, len(results))}). Attach "
                "each run by itself."
            )
        name = results[0]
    with opened.document(name) as reader:
        return _read_keys(reader)


def _read_keys(reader: JsonReader) -> dict[str, object]:
    top: dict[str, object] = {}
    for key in reader.members():
        if key in _TOP:
            top[key] = reader.value()
        elif key in _TOP_FREE:
            top[key] = reader.short(_LONGEST_FREE)
        elif key in ("results", "configs"):
            top[key] = _by_task(reader, key)
    reader.end()
    return top


def _by_task(reader: JsonReader, what: str) -> dict[str, object]:
    """Return what stands for each task: its results, or the metadata of its configuration."""
    found: dict[str, object] = {}
    if reader.kind() != "{":
        raise EvidenceProblem(f"The file's {what} are not listed by task.")
    for task in reader.members():
        if len(found) >= _MOST_TASKS:
            raise EvidenceProblem(f"The file has {what} of more than {_MOST_TASKS} tasks.")
        if what == "results":
            found[task] = reader.value(_LONGEST_FREE)
        else:
            found[task] = _metadata(reader)
    return found


def _metadata(reader: JsonReader) -> object:
    found: object = None
    if reader.kind() == "{":
        for key in reader.members():
            if key == "metadata":
                found = reader.short(_LONGEST_FREE)
    return found


def _scores(top: dict[str, object]) -> Scores:
    scores = Scores()
    counts = _counts(top)
    for task, entry in as_dict(top.get("results")).items():
        row = as_dict(entry)
        better = as_dict(as_dict(top.get("higher_is_better")).get(task))
        of_group = as_dict(row.get("sample_count"))
        for key, value in row.items():
            metric, comma, filtered = key.partition(",")
            if not comma or metric.endswith(_MARK):
                continue
            samples = as_count(of_group.get(key))
            if samples is None:
                samples = counts[task][1] if task in counts else as_count(row.get("sample_len"))
            scores.add(
                (task, metric, filtered),
                value,
                row.get(f"{metric}{_MARK},{filtered}"),
                samples,
                better.get(metric),
            )
    return scores


def _counts(top: dict[str, object]) -> dict[str, tuple[int | None, int | None]]:
    """Return by task how many samples there were, and how many were run."""
    return {
        task: (as_count(as_dict(count).get("original")), as_count(as_dict(count).get("effective")))
        for task, count in as_dict(top.get("n-samples")).items()
    }


def _flags(
    config: dict[str, object],
    counts: dict[str, tuple[int | None, int | None]],
    scores: tuple[Score, ...],
) -> list[Flag]:
    flags = []
    fewer = [
        f"{task} ({effective} of {original})"
        for task, (original, effective) in counts.items()
        if original is None or effective is None or effective < original
    ]
    limit = config.get("limit")
    if limit is not None:
        most = as_line(f"{limit:g}" if isinstance(limit, float) else limit, 40)
        parts = f": {listed(fewer, len(fewer))}" if fewer else ""
        flags.append(Flag("limited", f"The run was limited to {most} samples per task{parts}."))
    elif fewer:
        flags.append(
            Flag(
                "incomplete",
                f"Fewer samples were run than there are: {listed(fewer, len(fewer))}.",
            )
        )
    if config.get("samples") is not None:
        flags.append(Flag("limited", "Only chosen samples were run."))
    if not counts:
        flags.append(Flag("incomplete", "The file does not say how many samples were run."))
    filtered = sorted({score.filter for score in scores} - {NO_FILTER, ""})
    if filtered:
        flags.append(
            Flag(
                "filtered",
                "Scores were taken from answers after a filter, which may let wrong ones pass or "
                f"right ones fall: {listed(filtered, len(filtered))}.",
            )
        )
    return flags


def _places(top: dict[str, object], config: dict[str, object]) -> Iterator[dict[str, object]]:
    yield config
    yield as_dict(config.get("metadata"))
    yield _arguments(config)
    for metadata in as_dict(top.get("configs")).values():
        # A task's own metadata may have a revision of its own, which is not the model's.
        yield {key: value for key, value in as_dict(metadata).items() if key == KEY}


def _arguments(config: dict[str, object]) -> dict[str, object]:
    """Return the model's arguments, which older versions write as one text."""
    arguments = config.get("model_args")
    if isinstance(arguments, str):
        pairs = (each.partition("=") for each in arguments.split(","))
        return {key.strip(): value.strip() for key, _, value in pairs}
    return as_dict(arguments)


def _argument(config: dict[str, object], key: str) -> object:
    return _arguments(config).get(key)


def _tasks(top: dict[str, object]) -> list[str]:
    """Return what was asked for: groups, and tasks that stand in none."""
    members = {
        str(each)
        for subtasks in as_dict(top.get("group_subtasks")).values()
        if isinstance(subtasks, list)
        for each in subtasks
    }
    return [task for task in as_dict(top.get("results")) if task not in members]


def _sum(counts: Iterator[int | None]) -> int | None:
    found = list(counts)
    known = [each for each in found if each is not None]
    return sum(known) if known and len(known) == len(found) else None


def _shown(top: dict[str, object], config: dict[str, object]) -> dict[str, Any]:
    """What people see of the header. Arguments of the model may hold keys, and stay out."""
    shown = {
        "model": config.get("model"),
        "model_name": top.get("model_name"),
        "model_source": top.get("model_source"),
        "revision": _argument(config, "revision") or config.get("model_revision"),
        "model_sha": config.get("model_sha"),
        "limit": config.get("limit"),
        "batch_size": config.get("batch_size"),
        "random_seed": config.get("random_seed"),
        "git_hash": top.get("git_hash"),
        "lm_eval_version": top.get("lm_eval_version"),
        "transformers_version": top.get("transformers_version"),
        "task_versions": top.get("versions"),
        "task_hashes": top.get("task_hashes"),
        "n_shot": top.get("n-shot"),
        "seconds": top.get("total_evaluation_time_seconds"),
    }
    return {key: storable(value) for key, value in shown.items() if value is not None}

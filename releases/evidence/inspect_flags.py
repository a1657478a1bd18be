"""The doubts about a log of Inspect, from its header and from its records of samples."""

from releases.evidence.inspect_header import Header
from releases.evidence.inspect_samples import Key, Tally
from releases.evidence.room import MOST_SAMPLES
from releases.evidence.texts import as_count, as_dict, as_line, as_list, listed
from releases.evidence.told import EvidenceProblem, Flag


def header_flags(header: Header) -> list[Flag]:
    """Return what the header itself admits."""
    flags = []
    if header.top.get("invalidated"):
        flags.append(Flag("invalidated", "The log was declared invalid after the run."))
    for key, what in (
        ("log_updates", "tags or metadata were"),
        ("config_updates", "configuration was"),
    ):
        updates = as_list(header.top.get(key))
        if updates:
            sentence = f"The log's {what} changed {_times(updates)}{_why(updates)}."
            flags.append(Flag("edited", sentence))
    flags += _extent(header)
    flags += _revision(header)
    return flags


def sample_flags(header: Header, tally: Tally) -> list[Flag]:
    """Return what the records tell, each kind with the first samples that it is told by."""
    flags = []
    for code, keys, sentence in (
        ("invalidated", tally.invalidated, "{count} {were} declared invalid: {names}."),
        ("edited", tally.edited, "The scores of {count} were edited after the run: {names}."),
        ("sample_error", tally.errors, "{count} ended with an error: {names}."),
        ("samples_twice", tally.twice, "The log has several records of {count}: {names}."),
    ):
        if keys:
            flags.append(
                Flag(
                    code,
                    sentence.format(count=_count(keys), names=_names(keys), were=_were(len(keys))),
                )
            )
    if tally.limits:
        kinds = [f"{kind} ({count})" for kind, count in sorted(tally.limits.items())]
        named = listed(kinds, len(kinds))
        count = sum(tally.limits.values())
        flags.append(
            Flag("sample_limit", f"{_samples(count)} {_were(count)} cut off by a limit: {named}.")
        )
    flags += _unscored(header, tally)
    flags += _records(header, tally)
    return flags


def expected_keys(header: Header) -> set[Key] | None:
    """Return the samples, by epoch, that the header says were to be run, where it lists them.

    Raises EvidenceProblem where they are too many to be counted.
    """
    if header.sample_ids is None:
        return None
    if len(header.sample_ids) * header.epochs > MOST_SAMPLES:
        raise EvidenceProblem(f"The log counts more than {MOST_SAMPLES} samples.")
    return {(name, epoch) for name in header.sample_ids for epoch in range(1, header.epochs + 1)}


def _extent(header: Header) -> list[Flag]:
    flags = []
    limit, chosen = header.config.get("limit"), header.config.get("sample_id")
    if limit is not None:
        flags.append(Flag("limited", f"The run was limited to {_limit(limit)} of the dataset."))
    if chosen is not None:
        names = [str(each) for each in (chosen if isinstance(chosen, list) else [chosen])]
        flags.append(Flag("limited", f"Only chosen samples were run: {listed(names, len(names))}."))
    if header.results.get("early_stopping"):
        manager = as_line(as_dict(header.results["early_stopping"]).get("manager"), 80)
        flags.append(
            Flag(
                "early_stop", "The run was stopped early" + (f" by {manager}." if manager else ".")
            )
        )
    total, completed = totals(header)
    if total is None or completed is None:
        flags.append(Flag("incomplete", "The log does not say how many samples were completed."))
    elif completed < total:
        flags.append(Flag("incomplete", f"Only {completed} of {total} samples were completed."))
    if header.epochs > 1:
        flags.append(
            Flag(
                "several_epochs",
                f"Each sample was run {header.epochs} times; its results were reduced to one as "
                "each score's name says.",
            )
        )
    return flags


def totals(header: Header) -> tuple[int | None, int | None]:
    """Return how many samples there were to run, times epochs, and how many were completed."""
    total = as_count(header.results.get("total_samples"))
    completed = as_count(header.results.get("completed_samples"))
    logged = as_count(header.results.get("logged_samples"))
    if completed is not None and logged is not None:
        completed = min(completed, logged)
    return total, completed


def _revision(header: Header) -> list[Flag]:
    revision = as_dict(header.run.get("revision"))
    if revision.get("dirty"):
        commit = as_line(revision.get("commit"), 40)
        return [
            Flag(
                "dirty_revision",
                f"The code at commit {commit or 'unknown'} had changes that were not committed, "
                "so nobody can tell what ran.",
            )
        ]
    if not revision.get("commit"):
        return [Flag("no_revision", "The log does not say from which commit the code ran.")]
    return []


def _unscored(header: Header, tally: Tally) -> list[Flag]:
    admitted = [
        f"{as_line(as_dict(score).get('name'), 80)} ({count})"
        for score in as_list(header.results.get("scores"))
        if (count := as_count(as_dict(score).get("unscored_samples")))
    ]
    if admitted:
        sentence = f"Samples got no score, by scorer: {listed(admitted, len(admitted))}."
        return [Flag("unscored", sentence)]
    if not tally.unscored:
        return []
    return [
        Flag(
            "unscored",
            f"{_count(tally.unscored)} got no score, which the header does not say: "
            f"{_names(tally.unscored)}.",
        )
    ]


def _records(header: Header, tally: Tally) -> list[Flag]:
    total, _completed = totals(header)
    if not tally.keys:
        return [
            Flag(
                "no_samples",
                "The file holds no records of single samples, so none can be looked at, and what "
                "the header keeps silent cannot be seen.",
            )
        ]
    expected = expected_keys(header)
    if expected is None:
        if total is None or len(tally.keys) == total:
            return []
        code = "samples_missing" if len(tally.keys) < total else "samples_unexpected"
        sentence = f"The header counts {total} samples, and there are records of {len(tally.keys)}."
        return [Flag(code, sentence)]
    flags = []
    if missing := sorted(expected - tally.keys):
        flags.append(
            Flag(
                "samples_missing",
                f"Records are missing, of {_count(missing)}: {_names(missing)}.",
            )
        )
    if unexpected := sorted(tally.keys - expected):
        flags.append(
            Flag(
                "samples_unexpected",
                f"There are records of {_count(unexpected)} that the header does not list: "
                f"{_names(unexpected)}.",
            )
        )
    return flags


def _why(updates: list[object]) -> str:
    provenance = as_dict(as_dict(updates[-1]).get("provenance"))
    reason = as_line(provenance.get("reason"), 120)
    return f", last because “{reason}”" if reason else ""


def _limit(limit: object) -> str:
    if isinstance(limit, list) and len(limit) == 2:
        return f"samples {as_line(limit[0], 20)} to {as_line(limit[1], 20)}"
    return f"{as_line(limit, 20)} samples"


def _count(keys: list[Key]) -> str:
    return _samples(len(keys))


def _samples(count: int) -> str:
    return "1 sample" if count == 1 else f"{count} samples"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _times(updates: list[object]) -> str:
    return "once" if len(updates) == 1 else f"{len(updates)} times"


def _names(keys: list[Key]) -> str:
    names = [name if epoch == 1 else f"{name} (epoch {epoch})" for name, epoch in keys[:3]]
    return listed(names, len(keys))

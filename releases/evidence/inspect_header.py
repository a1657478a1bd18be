"""What stands above the samples in a log of Inspect: the run, its outcome, its results.

Only what is asked for is built; the rest is passed over, whatever its size.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from common.json_stream import JsonReader
from releases.evidence.room import Room
from releases.evidence.texts import as_count, as_dict, as_line
from releases.evidence.told import EvidenceProblem

VERSIONS = (1, 2)
# Of what people may put in as they like, for a digest to be found in.
LONGEST_FREE = 512 * 1024

_EVAL = ("task", "task_version", "created", "model", "run_id", "eval_id")
_EVAL_FREE = ("model_args", "task_args", "metadata", "packages", "solver")
_EVAL_STRICT = ("config", "revision")
_TOP = ("version", "status", "invalidated")
_TOP_STRICT = ("results", "log_updates", "config_updates")
_TOP_FREE = ("error", "stats", "metadata")


@dataclass
class Header:
    """A log's header: `top` and `run` by key, and the ids of the samples that were to be run."""

    top: dict[str, object] = field(default_factory=dict)
    run: dict[str, object] = field(default_factory=dict)
    dataset: dict[str, object] = field(default_factory=dict)
    sample_ids: set[str] | None = None

    @property
    def config(self) -> dict[str, object]:
        """How the run was set up."""
        return as_dict(self.run.get("config"))

    @property
    def results(self) -> dict[str, object]:
        """What came out."""
        return as_dict(self.top.get("results"))

    @property
    def epochs(self) -> int:
        """How many times each sample was to be run."""
        return as_count(self.config.get("epochs")) or 1


def read_header(reader: JsonReader) -> tuple[Header, Iterator[str]]:
    """Return a header that fills while the keys that are not its own are gone through."""
    header = Header()
    return header, _others(reader, header)


def _others(reader: JsonReader, header: Header) -> Iterator[str]:
    for key in reader.members():
        if key in _TOP or key in _TOP_STRICT:
            header.top[key] = reader.value()
        elif key in _TOP_FREE:
            header.top[key] = reader.short(LONGEST_FREE)
        elif key == "eval":
            _read_run(reader, header)
        else:
            yield key
    reader.end()


def _read_run(reader: JsonReader, header: Header) -> None:
    for key in reader.members():
        if key in _EVAL or key in _EVAL_STRICT:
            header.run[key] = reader.value()
        elif key in _EVAL_FREE:
            header.run[key] = reader.short(LONGEST_FREE)
        elif key == "dataset" and reader.kind() == "{":
            _read_dataset(reader, header)


def _read_dataset(reader: JsonReader, header: Header) -> None:
    for key in reader.members():
        if key == "sample_ids" and reader.kind() == "[":
            ids: set[str] = set()
            room = Room()
            for _ in reader.elements():
                ids.add(room.take(str(reader.value(LONGEST_FREE))))
            header.sample_ids = ids
        else:
            header.dataset[key] = reader.short(LONGEST_FREE)


def check_outcome(header: Header) -> None:
    """Raise EvidenceProblem unless the run succeeded and left results."""
    version = header.top.get("version")
    if version not in VERSIONS or isinstance(version, bool):
        raise EvidenceProblem(
            f"The log is of version {as_line(version, 20) or 'unknown'}; versions 1 and 2 are read."
        )
    status = as_line(header.top.get("status"), 40) or "unknown"
    if status != "success":
        message = as_line(as_dict(header.top.get("error")).get("message"), 160)
        raise EvidenceProblem(
            f"The run ended with the status “{status}”"
            + (f" ({message})" if message else "")
            + ", and only a run with the status “success” is evidence. Run it again to its end."
        )
    if not header.results:
        raise EvidenceProblem(
            "The log has no results, although its status is “success”. Score the log, or run it "
            "again."
        )

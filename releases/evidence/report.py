"""Read a log of an evaluation tool, whichever of those that are known wrote it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common.archive import ArchiveError
from common.json_stream import JsonProblem
from releases.evidence import inspect_file, lm_eval_file
from releases.evidence.binding import check_digest
from releases.evidence.opened import Opened
from releases.evidence.told import FLAGS, EvidenceProblem, Flag, Report, Sample, Score

__all__ = [
    "FLAGS",
    "EvidenceProblem",
    "Flag",
    "Report",
    "Sample",
    "Score",
    "draw_samples",
    "read_report",
]

MOST_DRAWN = 100
LM_EVAL = "lm-eval"


def read_report(path: Path, *, release_digest: str = "") -> Report:
    """Return what the file at `path` tells about a release (64 hex, or "" to leave that out).

    Raises EvidenceProblem where the file is refused: not one of the formats, broken, hostile, a
    run that did not succeed, a score that is no number, or made for another release. Raises
    ValueError for a digest that is none.
    """
    digest = check_digest(release_digest)
    with _opened(path) as opened:
        read = lm_eval_file.read if opened.format == LM_EVAL else inspect_file.read
        return read(opened, digest)


def draw_samples(path: Path, *, seed: int, count: int = 5) -> tuple[Sample, ...]:
    """Return `count` samples (fewer where there are fewer) that the seed alone chooses.

    Each sample gets a number: the SHA-256 of the UTF-8 text `SEED`, line feed, `ID`, line feed,
    `EPOCH`, the seed and the epoch written in decimal. The samples with the smallest numbers are
    drawn, in the order of the numbers, so anybody who has the file can draw them again. For
    lm-eval, ID is `task/doc_id/filter` and the epoch is 1; results without records of samples
    give none. Raises EvidenceProblem as `read_report` does for a file that cannot be read.
    """
    if not 0 <= count <= MOST_DRAWN:
        raise ValueError(f"Draw at most {MOST_DRAWN} samples, not {count}.")
    with _opened(path) as opened:
        draw = lm_eval_file.draw if opened.format == LM_EVAL else inspect_file.draw
        return draw(opened, seed, count)


@contextmanager
def _opened(path: Path) -> Iterator[Opened]:
    """Open a file; say in a sentence what goes wrong while it is open."""
    try:
        if path.exists() and not path.is_file():
            raise EvidenceProblem("The path leads to no file.")
        with path.open("rb") as file:
            yield Opened(file)
    except (ArchiveError, JsonProblem) as error:
        raise EvidenceProblem(f"The file {error}.") from None
    except OSError as error:
        raise EvidenceProblem(f"The file cannot be read: {error.strerror or error}.") from None

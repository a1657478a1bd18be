"""What a log of an evaluation tells, whichever tool wrote it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

# What may be wrong with a log that is read all the same, by the code that rules name it by.
FLAGS = {
    "invalidated": "The log, or a sample in it, was declared invalid",
    "edited": "The log, or a score in it, was edited after the run",
    "limited": "Only a part of the dataset was run",
    "dirty_revision": "The code that ran had changes that were not committed",
    "no_revision": "The log does not say which code ran",
    "early_stop": "The run was stopped early",
    "incomplete": "Fewer samples were completed than there were to run",
    "unscored": "Samples were run and not scored",
    "sample_error": "Samples ended with an error",
    "sample_limit": "Samples were cut off by a limit of messages, tokens, time or cost",
    "no_samples": "The file holds no records of single samples",
    "samples_missing": "Records of samples are missing that the header counts",
    "samples_unexpected": "There are records of samples that the header does not count",
    "samples_twice": "There are several records of one sample",
    "no_stderr": "A score has no standard error",
    "zero_stderr": "A score's standard error is zero",
    "several_epochs": "Each sample was run several times",
    "filtered": "A score was taken from filtered answers",
    "not_bound": "The file does not name the release that was measured",
}
UNFINISHED = {
    "limited",
    "early_stop",
    "incomplete",
    "unscored",
    "sample_error",
    "samples_missing",
}


class EvidenceProblem(ValueError):
    """The file is no evidence: refused. `sentence` says why and what to do, for the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Score:
    """One measured number.

    `filter` is lm-eval's filter, or Inspect's scorer, with the reducer behind a slash where
    epochs were reduced. `value` is finite, `stderr` finite and not negative; None where the file
    has none that means anything.
    """

    task: str
    metric: str
    filter: str
    value: float
    stderr: float | None
    samples: int | None
    higher_is_better: bool | None


@dataclass(frozen=True)
class Flag:
    """One doubt about the file: a code of FLAGS, and a sentence with the particulars."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Sample:
    """One sample as it was run; the texts are cut to a stated length."""

    id: str
    epoch: int
    input: str
    output: str
    target: str
    score: str


@dataclass(frozen=True)
class Report:
    """All that an import takes from a file.

    `format` is "inspect-eval", "inspect-json" or "lm-eval". `complete`: the whole dataset was run,
    every sample to its end and to its score. `total` and `completed` count samples, times epochs.
    `bound_digest` is the release that the file itself names, or "". `header` is JSON that can be
    stored as it is: no NaN, no NUL, texts cut to a stated length.
    """

    format: str
    status: str
    complete: bool
    total: int | None
    completed: int | None
    tool: str
    task: str
    model: str
    ran_at: datetime | None
    bound_digest: str
    header: dict[str, Any]
    scores: tuple[Score, ...]
    flags: tuple[Flag, ...]


def is_complete(flags: list[Flag]) -> bool:
    """Return whether the whole dataset was run, every sample to its end."""
    return not any(flag.code in UNFINISHED for flag in flags)

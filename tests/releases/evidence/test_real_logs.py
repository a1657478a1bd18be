"""What the real tools write is read as it is; each of their logs shows what it is an example of."""

import json
from pathlib import Path
from typing import Any

import pytest

from releases.evidence import EvidenceProblem, Score, read_report
from releases.evidence.told import FLAGS
from tests.releases.evidence.real import DIGEST, FIXTURES, log, results, zipped

_EPOCHS = {"several_epochs"}

# By file: the flags, and whether the whole dataset was run.
READ: dict[str, tuple[set[str], bool]] = {
    "success.eval": (set(), True),
    "success.json": (set(), True),
    "chunked.eval": (set(), True),
    "scorers.eval": (set(), True),
    "unbound.eval": ({"not_bound"}, True),
    "dirty.eval": ({"dirty_revision"}, True),
    "epochs.eval": (_EPOCHS, True),
    "epochs.json": (_EPOCHS, True),
    "old.eval": (_EPOCHS | {"no_revision", "not_bound"}, True),
    "old.json": (_EPOCHS | {"no_revision", "not_bound"}, True),
    "limited.eval": ({"limited", "zero_stderr"}, False),
    "sample_id.eval": ({"limited", "zero_stderr"}, False),
    "one.eval": ({"no_stderr"}, True),
    "parts.eval": ({"no_stderr"}, True),
    "grouped.eval": ({"no_stderr"}, True),
    "no_samples.eval": ({"no_samples"}, True),
    "invalidated.eval": ({"invalidated"}, True),
    "sample_invalidated_header_silent.eval": ({"invalidated"}, True),
    "score_edited.eval": ({"edited", "zero_stderr"}, True),
    "score_edited.json": ({"edited", "zero_stderr"}, True),
    "log_edited.eval": ({"edited"}, True),
    "header_rewritten.eval": ({"edited"}, True),
    "sample_error.eval": ({"incomplete", "sample_error", "zero_stderr"}, False),
    "sample_limit.eval": ({"sample_limit", "zero_stderr"}, True),
    "unscored.eval": ({"unscored", "zero_stderr"}, False),
}
REFUSED = {
    "error.eval": r"status “error” \(RuntimeError\('The solver broke, as it should here.'\)\)",
    "error.json": r"status “error”",
    "cancelled.eval": r"status “cancelled”",
    "started.eval": r"never ended: the log has no header",
}


def test_each_log_of_inspect_is_an_example_of_something() -> None:
    logs = {path.name.removeprefix("inspect_") for path in FIXTURES.glob("inspect_*")}
    assert logs == set(READ) | set(REFUSED)


@pytest.mark.parametrize("name", READ)
def test_a_log_of_inspect_is_read_with_its_flags(name: str) -> None:
    report = read_report(log(name), release_digest=DIGEST)
    flags, complete = READ[name]
    assert {flag.code for flag in report.flags} == flags
    assert report.complete is complete
    assert report.status == "success"
    assert report.format == f"inspect-{name.rpartition('.')[2]}"
    assert report.model == "mockllm/model"
    assert report.tool == ("inspect-ai 0.3.60" if "old" in name else "inspect-ai 0.3.285")
    assert report.ran_at is not None
    assert report.ran_at.tzinfo is not None
    assert report.bound_digest == ("" if "not_bound" in flags else DIGEST)
    json.dumps(report.header, allow_nan=False)


@pytest.mark.parametrize("name", REFUSED)
def test_a_run_that_did_not_succeed_is_no_evidence(name: str) -> None:
    with pytest.raises(EvidenceProblem, match=REFUSED[name]):
        read_report(log(name), release_digest=DIGEST)


def test_both_formats_of_one_run_tell_the_same() -> None:
    for name in ("success", "old"):
        packed, plain = read_report(log(f"{name}.eval")), read_report(log(f"{name}.json"))
        assert packed.scores == plain.scores
        assert (packed.total, packed.completed) == (plain.total, plain.completed)
        assert [flag.code for flag in packed.flags] == [flag.code for flag in plain.flags]


def _score(task: str, metric: str, filtered: str, value: Any, **more: Any) -> Score:
    facts = {"stderr": None, "samples": 5, "higher_is_better": None} | more
    return Score(task=task, metric=metric, filter=filtered, value=value, **facts)


_FIFTH = pytest.approx(0.2)
SCORES = {
    "success.eval": [_score("arith", "accuracy", "includes", 0.8, stderr=_FIFTH)],
    "scorers.eval": [
        _score("arith_scorers", "accuracy", scorer, 0.8, stderr=_FIFTH)
        for scorer in ("includes", "match")
    ],
    "epochs.eval": [
        _score("arith", "accuracy", f"includes/{reducer}", 0.8, stderr=_FIFTH)
        for reducer in ("mean", "mode", "at_least_2")
    ],
    # One scorer with a value of two parts: the error is of the one that has it.
    "parts.eval": [
        _score("arith_parts", "mean", "parts.right", 0.8, stderr=_FIFTH),
        _score("arith_parts", "mean", "parts.length", pytest.approx(8.2)),
        _score("arith_parts", "std", "parts.length", pytest.approx(0.4472, abs=1e-4)),
    ],
    # The one error stands for all samples, not for any group of them.
    "grouped.eval": [
        _score("arith_grouped", "odd", "by_kind", pytest.approx(2 / 3)),
        _score("arith_grouped", "even", "by_kind", 1.0),
        _score("arith_grouped", "all", "by_kind", 0.8),
    ],
    # Inspect writes an error of zero for a single sample, of which there can be none.
    "one.eval": [_score("arith", "accuracy", "includes", 1.0, samples=1)],
    "unscored.eval": [
        _score("arith_unscored", "accuracy", "not_three", 1.0, stderr=0.0, samples=4)
    ],
}


@pytest.mark.parametrize("name", SCORES)
def test_every_score_has_its_scorer_reducer_error_and_samples(name: str) -> None:
    assert list(read_report(log(name)).scores) == SCORES[name]


_SAID = {
    "dirty.eval": "The code at commit 7269326 had changes",
    "limited.eval": "The run was limited to 2 samples of the dataset.",
    "sample_id.eval": "Only chosen samples were run: sum/2, sum/5.",
    "invalidated.eval": "1 sample was declared invalid: sum/2.",
    "score_edited.eval": "The scores of 1 sample were edited after the run: sum/3.",
    "log_edited.eval": "tags or metadata were changed once, last because “Labelled.”",
    "header_rewritten.eval": "The archive holds 896 bytes that its directory no longer lists",
    "sample_error.eval": "1 sample ended with an error: sum/3.",
    "sample_limit.eval": "5 samples were cut off by a limit: message (5).",
    "unscored.eval": "Samples got no score, by scorer: not_three (1).",
    "epochs.eval": "Each sample was run 3 times",
    "unbound.eval": "names “mockllm/model” and no digest of this release",
}


@pytest.mark.parametrize("name", _SAID)
def test_a_flag_says_what_was_seen(name: str) -> None:
    flags = read_report(log(name)).flags
    assert any(_SAID[name] in flag.sentence for flag in flags), flags
    assert {flag.code for flag in flags} <= set(FLAGS)


LM_EVAL = {
    "plain": ({"no_samples"}, True, 8, 8),
    "limited": ({"limited", "no_samples", "not_bound"}, False, 8, 3),
    "one": ({"limited", "no_stderr", "not_bound"}, False, 8, 1),
    "group": ({"filtered", "zero_stderr"}, True, 16, 16),
    "filters": ({"filtered", "zero_stderr", "not_bound"}, True, 8, 8),
    "text": ({"no_stderr", "not_bound"}, True, 8, 8),
}


def test_each_run_of_lm_eval_is_an_example_of_something() -> None:
    runs = {path.name.removeprefix("lm_eval_") for path in FIXTURES.glob("lm_eval_*")}
    assert runs == set(LM_EVAL)


@pytest.mark.parametrize("name", LM_EVAL)
def test_results_of_lm_eval_are_read_with_their_samples(name: str, tmp_path: Path) -> None:
    flags, complete, total, completed = LM_EVAL[name]
    report = read_report(zipped(name, tmp_path / "run.zip"), release_digest=DIGEST)
    assert {flag.code for flag in report.flags} == flags
    assert (report.complete, report.total, report.completed) == (complete, total, completed)
    assert (report.format, report.status) == ("lm-eval", "success")
    assert report.tool == "lm-eval 0.4.13"
    assert report.ran_at is not None
    json.dumps(report.header, allow_nan=False)


def test_results_alone_tell_the_same_but_for_the_samples(tmp_path: Path) -> None:
    alone = read_report(results("group"))
    beside = read_report(zipped("group", tmp_path / "run.zip"))
    assert alone.scores == beside.scores
    assert {flag.code for flag in alone.flags} - {flag.code for flag in beside.flags} == {
        "no_samples"
    }


def test_scores_of_lm_eval_have_their_filter_direction_and_group() -> None:
    scores = {
        (each.task, each.metric, each.filter): each for each in read_report(results("group")).scores
    }
    assert set(scores) == {
        ("sums_choice", "acc", "none"),
        ("sums_choice", "acc_norm", "none"),
        ("sums_written", "exact_match", "strict-match"),
        ("sums_written", "exact_match", "flexible-extract"),
        ("sums", "acc", "none"),
    }
    group = scores["sums", "acc", "none"]
    assert (group.value, group.samples) == (0.75, 8)
    assert group.stderr == pytest.approx(0.16366, abs=1e-5)
    assert group.higher_is_better is True
    for score in read_report(results("text")).scores:
        assert (score.higher_is_better, score.stderr) == (False, None)


def test_a_model_loaded_from_this_hub_is_bound_by_its_revision() -> None:
    # --model_args pretrained=acme/tiny,revision=<first 40 of the digest>
    report = read_report(results("group"), release_digest=DIGEST)
    assert (report.model, report.bound_digest) == ("acme/tiny", DIGEST)
    other = read_report(results("group"), release_digest="ab" * 32)
    assert other.bound_digest == ""
    assert "“acme/tiny” at revision 3f3f3f3f3f3f…" in next(
        flag.sentence for flag in other.flags if flag.code == "not_bound"
    )


def test_a_log_of_another_release_is_refused() -> None:
    for path in (log("success.eval"), log("success.json"), results("plain")):
        with pytest.raises(EvidenceProblem, match="made for another release: it names 3f3f3f3f"):
            read_report(path, release_digest="ab" * 32)


def test_a_digest_that_is_none_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="64 characters"):
        read_report(log("success.eval"), release_digest="3f")

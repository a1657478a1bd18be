"""Each doubt about a log, made in a real log by changing the one thing that it is about."""

import json
from pathlib import Path
from typing import Any

import pytest

from releases.evidence import EvidenceProblem, read_report, room
from tests.releases.evidence import zips
from tests.releases.evidence.real import (
    DIGEST,
    FIXTURES,
    Change,
    altered_eval,
    altered_json,
    log,
    results,
    zipped,
)

SAMPLE = "samples/sum/3_epoch_1.json"


def _set(*keys: Any, to: Any) -> Change:
    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = to

    return change


def _drop(*keys: Any) -> Change:
    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for key in keys[:-1]:
            place = place[key]
        del place[keys[-1]]

    return change


def _score(field: str, to: Any) -> Change:
    return _set("results", "scores", 0, field, to=to)


def _metric(name: str, to: Any) -> Change:
    return _set("results", "scores", 0, "metrics", name, "value", to=to)


HEADER: list[tuple[str, Change, set[str], str]] = [
    ("invalidated", _set("invalidated", to=True), {"invalidated"}, "declared invalid"),
    (
        "config updates",
        _set("config_updates", to=[{"provenance": {"reason": "Slow."}}, {}]),
        {"edited"},
        "configuration was changed 2 times",
    ),
    ("limit as a range", _set("eval", "config", "limit", to=[2, 4]), {"limited"}, "samples 2 to 4"),
    ("limit of nothing", _set("eval", "config", "limit", to=0), {"limited"}, "limited to 0"),
    ("one id", _set("eval", "config", "sample_id", to="sum/1"), {"limited"}, "chosen samples"),
    (
        "early stop",
        _set("results", "early_stopping", to={"manager": "enough", "early_stops": []}),
        {"early_stop"},
        "stopped early by enough",
    ),
    (
        "fewer completed",
        _set("results", "completed_samples", to=4),
        {"incomplete"},
        "Only 4 of 5 samples",
    ),
    (
        "fewer logged",
        _set("results", "logged_samples", to=3),
        {"incomplete"},
        "Only 3 of 5 samples",
    ),
    ("no totals", _drop("results", "total_samples"), {"incomplete"}, "does not say how many"),
    ("unscored", _score("unscored_samples", 2), {"unscored"}, "by scorer: includes (2)"),
    ("no revision", _drop("eval", "revision"), {"no_revision"}, "which commit"),
    ("dirty", _set("eval", "revision", "dirty", to=True), {"dirty_revision"}, "not committed"),
    ("no error", _drop("results", "scores", 0, "metrics", "stderr"), {"no_stderr"}, "accuracy"),
    ("NaN as error", _metric("stderr", float("nan")), {"no_stderr"}, "No standard error"),
    ("zero as error", _metric("stderr", 0.0), {"zero_stderr"}, "all samples had the same result"),
    (
        "more in the header",
        _set("eval", "dataset", "sample_ids", to=[f"sum/{n}" for n in range(1, 9)]),
        {"samples_missing"},
        "of 3 samples: sum/6, sum/7, sum/8",
    ),
    (
        "fewer in the header",
        _set("eval", "dataset", "sample_ids", to=["sum/1"]),
        {"samples_unexpected"},
        "4 samples that the header does not list: sum/2, sum/3, sum/4 and 1 more",
    ),
    (
        "epochs that are not there",
        _set("eval", "config", "epochs", to=2),
        {"several_epochs", "samples_missing"},
        "sum/1 (epoch 2)",
    ),
    (
        "no list of samples",
        _drop("eval", "dataset", "sample_ids"),
        set(),
        "",
    ),
    ("no name", _set("eval", "metadata", to={}), {"not_bound"}, "Put release_digest"),
    (
        "a revision of something else",
        _set("eval", "metadata", to={"revision": "ab" * 20}),
        {"not_bound"},
        "at revision abababababab…",
    ),
]


@pytest.mark.parametrize(
    ("change", "codes", "sentence"), [row[1:] for row in HEADER], ids=[row[0] for row in HEADER]
)
def test_what_a_header_admits_is_flagged(
    change: Change, codes: set[str], sentence: str, tmp_path: Path
) -> None:
    for path in (
        altered_eval(tmp_path / "log.eval", change),
        altered_json(log("success.json"), tmp_path / "log.json", change),
    ):
        flags = read_report(path, release_digest=DIGEST).flags
        assert {flag.code for flag in flags} == codes
        assert any(sentence in flag.sentence for flag in flags) or not codes, flags


RECORD: list[tuple[str, Change, str, str]] = [
    (
        "invalidated",
        _set("invalidation", to={"author": "a", "reason": "wrong question"}),
        "invalidated",
        "1 sample was declared invalid: sum/3",
    ),
    (
        "edited",
        _set("scores", "includes", "history", to=[{"value": "I"}, {"value": "C"}]),
        "edited",
        "edited after the run: sum/3",
    ),
    ("error", _set("error", to={"message": "broke"}), "sample_error", "ended with an error"),
    ("limit", _set("limit", to={"type": "token", "limit": 5}), "sample_limit", "token (1)"),
    ("limit of no kind", _set("limit", to=7), "sample_limit", "unknown (1)"),
    ("no score", _set("scores", to={}), "unscored", "which the header does not say: sum/3"),
    ("no scores", _drop("scores"), "unscored", "sum/3"),
    (
        "NaN as score",
        _set("scores", "includes", "value", to=float("nan")),
        "unscored",
        "which the header does not say: sum/3",
    ),
    (
        "NaN as one of several scores",
        _set("scores", "includes", "value", to={"right": 1, "brief": float("nan")}),
        "unscored",
        "which the header does not say: sum/3",
    ),
]


@pytest.mark.parametrize(
    ("change", "code", "sentence"), [row[1:] for row in RECORD], ids=[row[0] for row in RECORD]
)
def test_what_only_a_record_shows_is_flagged(
    change: Change, code: str, sentence: str, tmp_path: Path
) -> None:
    def in_json(document: dict[str, Any]) -> None:
        change(next(each for each in document["samples"] if each["id"] == "sum/3"))

    for path in (
        altered_eval(tmp_path / "log.eval", change, SAMPLE),
        altered_json(log("success.json"), tmp_path / "log.json", in_json),
    ):
        flags = read_report(path, release_digest=DIGEST).flags
        assert [flag.code for flag in flags] == [code]
        assert sentence in flags[0].sentence


def test_records_that_are_missing_or_given_twice_are_flagged(tmp_path: Path) -> None:
    entries = zips.contents(log("success.eval"))
    packed = [zips.entry(name, content) for name, content in entries.items()]
    twice = tmp_path / "twice.eval"
    again = zips.entry(SAMPLE, entries[SAMPLE])
    twice.write_bytes(zips.archive(*packed, again))
    flags = read_report(twice, release_digest=DIGEST).flags
    assert [flag.code for flag in flags] == ["samples_twice"]

    del entries[SAMPLE]
    missing = zips.written(tmp_path / "missing.eval", entries)
    flags = read_report(missing, release_digest=DIGEST).flags
    assert [flag.code for flag in flags] == ["samples_missing"]
    assert "of 1 sample: sum/3" in flags[0].sentence

    double = altered_json(
        log("success.json"),
        tmp_path / "double.json",
        lambda document: document["samples"].append(document["samples"][0]),
    )
    flags = read_report(double, release_digest=DIGEST).flags
    assert [flag.code for flag in flags] == ["samples_twice"]


def test_of_two_records_of_one_sample_the_last_is_read_as_the_tools_do(tmp_path: Path) -> None:
    entries = zips.contents(log("success.eval"))
    record = json.loads(entries[SAMPLE])
    record["error"] = {"message": "broke"}
    first = zips.entry(SAMPLE, json.dumps(record).encode())
    path = tmp_path / "log.eval"
    path.write_bytes(zips.archive(first, *(zips.entry(*each) for each in entries.items())))
    codes = [flag.code for flag in read_report(path, release_digest=DIGEST).flags]
    assert codes == ["samples_twice"]


def test_a_change_in_the_journal_that_the_header_conceals_is_flagged(tmp_path: Path) -> None:
    entries = zips.contents(log("success.eval")) | {"_journal/config_updates/1.json": b"{}"}
    flags = read_report(zips.written(tmp_path / "log.eval", entries), release_digest=DIGEST).flags
    assert [flag.code for flag in flags] == ["edited"]
    assert "of which the header is silent" in flags[0].sentence


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (_set("eval", "metadata", to={"release_digest": DIGEST, "note": "x"}), "metadata"),
        (_set("eval", "model", to="openai/another"), "model"),
        (_set("eval", "dataset", "sample_ids", to=["sum/1"]), "sample_ids"),
    ],
)
def test_a_header_that_says_otherwise_than_the_run_began_is_flagged(
    change: Change, what: str, tmp_path: Path
) -> None:
    path = altered_eval(tmp_path / "log.eval", change, silently=True)
    flags = [flag for flag in read_report(path).flags if flag.code == "edited"]
    assert len(flags) == 1
    assert flags[0].sentence.endswith(f"when the run began: {what}.")


def test_a_sentence_names_a_few_of_very_many_limits(tmp_path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        first = document["samples"][0]
        document["samples"] = [
            first | {"id": f"sum/{n}", "limit": {"type": f"kind {n}"}} for n in range(500)
        ]

    path = altered_json(log("success.json"), tmp_path / "log.json", change)
    found = {flag.code: flag.sentence for flag in read_report(path).flags}
    assert found["sample_limit"].startswith("500 samples were cut off by a limit: kind 0 (1), ")
    assert found["sample_limit"].endswith(" and 497 more.")


def test_more_records_than_can_be_counted_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_SAMPLES", 4)
    for path in (
        log("success.json"),
        log("success.eval"),
        zipped("group", tmp_path / "run.zip"),
    ):
        with pytest.raises(EvidenceProblem, match="more than 4 samples"):
            read_report(path)


def test_more_samples_than_can_be_counted_are_refused(tmp_path: Path) -> None:
    path = altered_eval(tmp_path / "log.eval", _set("eval", "config", "epochs", to=10**30))
    with pytest.raises(EvidenceProblem, match="counts more than 200000 samples"):
        read_report(path)


REFUSED: list[tuple[str, Change, str]] = [
    ("failed", _set("status", to="error"), "status “error”"),
    ("still running", _set("status", to="started"), "status “started”"),
    ("of no status", _drop("status"), "status “unknown”"),
    ("without results", _drop("results"), "has no results, although its status is “success”"),
    ("results of nothing", _set("results", to=None), "has no results"),
    ("without scores", _set("results", "scores", to=[]), "has no scores"),
    ("of a later version", _set("version", to=3), "version 3; versions 1 and 2 are read"),
    ("NaN", _metric("accuracy", float("nan")), "“arith: accuracy .includes.” is not a number"),
    ("infinite", _metric("accuracy", float("inf")), "is infinite"),
    ("a word", _metric("accuracy", "0.8"), "is not a number"),
    ("true", _metric("accuracy", True), "is not a number"),
    ("an error below zero", _metric("stderr", -0.1), "standard error below zero"),
    (
        "one score twice",
        lambda header: header["results"]["scores"].append(header["results"]["scores"][0]),
        "gives the score “arith: accuracy .includes.” twice",
    ),
    (
        "another release",
        _set("eval", "metadata", "release_digest", to="ab" * 32),
        "made for another release: it names abababababab…",
    ),
    (
        "two releases",
        _set("eval", "task_args", "release_digest", to="ab" * 32),
        "names several releases",
    ),
    (
        "a digest that is none",
        _set("eval", "metadata", "release_digest", to="v1.2"),
        "'v1.2' as its release_digest",
    ),
]


@pytest.mark.parametrize(
    ("change", "sentence"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_is_no_evidence_is_refused(change: Change, sentence: str, tmp_path: Path) -> None:
    for path in (
        altered_eval(tmp_path / "log.eval", change),
        altered_json(log("success.json"), tmp_path / "log.json", change),
    ):
        with pytest.raises(EvidenceProblem, match=sentence):
            read_report(path, release_digest=DIGEST)


def test_a_digest_added_after_the_run_binds_nothing(tmp_path: Path) -> None:
    def change(header: dict[str, Any]) -> None:
        header["eval"]["metadata"] = {}
        header["metadata"] = {"release_digest": DIGEST}

    report = read_report(altered_eval(tmp_path / "log.eval", change), release_digest=DIGEST)
    assert report.bound_digest == ""


def test_the_header_shows_no_password_and_no_argument_of_the_model(tmp_path: Path) -> None:
    def change(header: dict[str, Any]) -> None:
        header["eval"]["revision"]["origin"] = "https://me:hunter2@git.example/evals"
        header["eval"]["model_args"] = {"api_key": "hunter2"}

    report = read_report(altered_eval(tmp_path / "log.eval", change))
    assert "hunter2" not in json.dumps(report.header)
    assert report.header["revision"]["origin"] == "https://git.example/evals"


LM_EVAL: list[tuple[str, Change, set[str], str]] = [
    ("limit", _set("config", "limit", to=0.5), {"limited"}, "limited to 0.5 samples per task"),
    ("chosen", _set("config", "samples", to={"a": [1]}), {"limited"}, "chosen samples"),
    (
        "fewer run",
        _set("n-samples", "sums_choice", "effective", to=7),
        {"incomplete"},
        "sums_choice (7 of 8)",
    ),
    ("no counts", _drop("n-samples"), {"incomplete"}, "does not say how many"),
    (
        "no error",
        _set("results", "sums_choice", "acc_stderr,none", to="N/A"),
        {"no_stderr"},
        "sums_choice: acc (none)",
    ),
    (
        "NaN as error",
        _set("results", "sums_choice", "acc_stderr,none", to=float("nan")),
        {"no_stderr"},
        "sums_choice: acc (none)",
    ),
    ("no name", _drop("configs"), {"not_bound"}, "names “dummy”"),
]


@pytest.mark.parametrize(
    ("change", "codes", "sentence"), [row[1:] for row in LM_EVAL], ids=[row[0] for row in LM_EVAL]
)
def test_what_results_of_lm_eval_admit_is_flagged(
    change: Change, codes: set[str], sentence: str, tmp_path: Path
) -> None:
    path = altered_json(results("plain"), tmp_path / "results.json", change)
    flags = read_report(path, release_digest=DIGEST).flags
    assert {flag.code for flag in flags} == codes | {"no_samples"}
    assert any(sentence in flag.sentence for flag in flags), flags


LM_EVAL_REFUSED: list[tuple[str, Change, str]] = [
    ("NaN", _set("results", "sums_choice", "acc,none", to=float("nan")), "is not a number"),
    ("infinite", _set("results", "sums_choice", "acc,none", to=float("-inf")), "is infinite"),
    ("a word", _set("results", "sums_choice", "acc,none", to="N/A"), "is not a number"),
    ("below zero", _set("results", "sums_choice", "acc_stderr,none", to=-1), "below zero"),
    ("no results", _set("results", to={}), "has no scores"),
    ("no tasks", _set("results", to=[]), "not listed by task"),
    ("bound twice", _set("config", "release_digest", to="ab" * 32), "several releases"),
]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [row[1:] for row in LM_EVAL_REFUSED],
    ids=[row[0] for row in LM_EVAL_REFUSED],
)
def test_results_of_lm_eval_that_cannot_be_judged_are_refused(
    change: Change, sentence: str, tmp_path: Path
) -> None:
    path = altered_json(results("plain"), tmp_path / "results.json", change)
    with pytest.raises(EvidenceProblem, match=sentence):
        read_report(path, release_digest=DIGEST)


def _lm_eval_zip(target: Path, **files: bytes) -> Path:
    entries = {"results_1.json": results("group").read_bytes()} | files
    for path in sorted((FIXTURES / "lm_eval_group").glob("samples_*")):
        entries.setdefault(path.name, path.read_bytes())
    return zips.written(target, {name: content for name, content in entries.items() if content})


def test_samples_of_lm_eval_are_held_against_the_results(tmp_path: Path) -> None:
    name = next((FIXTURES / "lm_eval_group").glob("samples_sums_choice_*")).name
    lines = (FIXTURES / "lm_eval_group" / name).read_bytes().splitlines(keepends=True)
    usual = {"filtered", "zero_stderr"}
    for kept, code, sentence in (
        (lines[:-2], "samples_missing", "sums_choice (6 of 8)"),
        ([], "samples_missing", "sums_choice (0 of 8)"),
        ([*lines, lines[0]], "samples_twice", "sums_choice/0/none"),
        ([*lines, b'{"doc_id": 99, "filter": "none"}\n'], "samples_unexpected", "(9 of 8)"),
    ):
        report = read_report(_lm_eval_zip(tmp_path / "run.zip", **{name: b"".join(kept)}))
        found = [flag for flag in report.flags if flag.code == code]
        assert {flag.code for flag in report.flags} - usual - {"not_bound"} == {code}
        assert sentence in found[0].sentence


def test_a_zip_of_two_runs_of_lm_eval_is_refused(tmp_path: Path) -> None:
    other = {"results_2.json": results("plain").read_bytes()}
    with pytest.raises(EvidenceProblem, match="holds 2 results"):
        read_report(_lm_eval_zip(tmp_path / "run.zip", **other))

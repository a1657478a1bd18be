"""`manage.py inspect_evidence`: what an import would say, without a database."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.releases.evidence.real import DIGEST, log, results

ROOT = Path(__file__).parents[3]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command where nothing is configured, as on somebody's own machine."""
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", "inspect_evidence", *map(str, arguments)],
        env={"PATH": os.environ["PATH"]},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def test_everything_that_an_import_would_say_is_printed() -> None:
    done = run(log("epochs.eval"), "--digest", DIGEST)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "Format:       inspect-eval\n"
        "Status:       success\n"
        "Completeness: complete (15 of 15 samples)\n"
        "Tool:         inspect-ai 0.3.285\n"
        "Task:         arith\n"
        "Model:        mockllm/model\n"
        "Ran at:       2026-11-21T11:25:40+00:00\n"
        f"Release:      {DIGEST}\n"
        "Scores:       3\n"
        "  arith: accuracy [includes/mean] 0.8 (± 0.2, 5 samples)\n"
        "  arith: accuracy [includes/mode] 0.8 (± 0.2, 5 samples)\n"
        "  arith: accuracy [includes/at_least_2] 0.8 (± 0.2, 5 samples)\n"
        "Flags:        1\n"
        "  several_epochs: Each sample was run 3 times; its results were reduced to one as each "
        "score's name says.\n"
    )


def test_json_has_the_keys_that_are_documented() -> None:
    done = run(results("text"), "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert list(told) == [
        "format",
        "status",
        "complete",
        "total",
        "completed",
        "tool",
        "task",
        "model",
        "ran_at",
        "bound_digest",
        "header",
        "scores",
        "flags",
    ]
    assert told["scores"][0] == {
        "task": "sums_text",
        "metric": "word_perplexity",
        "filter": "none",
        "value": pytest.approx(1.0923, abs=1e-4),
        "stderr": None,
        "samples": 8,
        "higher_is_better": False,
    }
    assert {flag["code"] for flag in told["flags"]} == {"no_samples", "no_stderr", "not_bound"}
    assert all(flag["sentence"].endswith(".") for flag in told["flags"])
    documented = (ROOT / "docs" / "evidence.md").read_text()
    for key in [*told, *told["scores"][0], *told["flags"][0]]:
        assert f"`{key}`" in documented


def test_every_flag_is_documented() -> None:
    from releases.evidence import FLAGS

    documented = (ROOT / "docs" / "evidence.md").read_text()
    assert [code for code in FLAGS if f"`{code}`" not in documented] == []


def test_what_is_refused_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    for arguments, sentence in (
        ([log("error.eval")], "The run ended with the status “error”"),
        ([log("success.eval"), "--digest", "ab" * 32], "made for another release"),
        ([log("success.eval"), "--digest", "3f"], "64 characters"),
        ([tmp_path / "missing"], "The file cannot be read: No such file or directory."),
        ([tmp_path], "leads to no file"),
    ):
        done = run(*arguments, "--json")
        assert (done.returncode, done.stdout) == (2, "")
        assert sentence in done.stderr
        assert done.stderr.count("\n") == 1


def test_it_runs_beside_the_other_commands_too(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("inspect_evidence", str(log("success.eval")))
    assert "arith: accuracy [includes] 0.8" in capsys.readouterr().out
    with pytest.raises(CommandError) as refused:
        call_command("inspect_evidence", str(log("cancelled.eval")))
    assert refused.value.returncode == 2

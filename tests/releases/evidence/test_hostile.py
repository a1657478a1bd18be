"""Whatever a file was made to do, it is refused by one sentence, soon, and in little memory."""

import contextlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releases.evidence import EvidenceProblem, draw_samples, read_report
from tests.releases.evidence import hostile, zips
from tests.releases.evidence.real import log, results

HOSTILE = list(hostile.files())
ROOT = Path(__file__).parents[3]


# What a process held at most since it began, which the operating system counts.
_MEASURED = """
import atexit, pathlib, runpy, sys
path, *sys.argv = sys.argv[1:]
status = pathlib.Path("/proc/self/status")
atexit.register(lambda: pathlib.Path(path).write_text(status.read_text()))
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def _told(path: Path, directory: Path) -> tuple[int, str, float, int]:
    """Run the command; return its exit code, what it said, seconds of work, bytes of memory."""
    status, said = directory / "status", directory / "said"
    command = ["-c", _MEASURED, status, ROOT / "manage.py", "inspect_evidence", path]
    with said.open("wb") as target:
        child = os.posix_spawn(
            sys.executable,
            [sys.executable, *map(str, command)],
            {"PATH": os.environ["PATH"]},
            file_actions=[(os.POSIX_SPAWN_DUP2, target.fileno(), number) for number in (1, 2)],
        )
        _, code, usage = os.wait4(child, 0)
    memory = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    assert memory
    work = usage.ru_utime + usage.ru_stime
    return os.waitstatus_to_exitcode(code), said.read_text(), work, int(memory[1]) * 1024


@pytest.mark.parametrize(
    ("make", "sentence"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE]
)
def test_a_hostile_file_is_refused_soon_and_in_little_memory(
    make: Any, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(make())
    code, said, seconds, memory = _told(path, tmp_path)
    assert code == 2, said
    assert said.startswith("CommandError: ")
    assert said.count("\n") == 1
    assert sentence in said
    assert seconds < 1
    assert memory < 200 * 1024 * 1024
    with contextlib.suppress(EvidenceProblem):
        # What is no evidence may still have samples to draw.
        draw_samples(path, seed=1)


def test_memory_stays_flat_however_much_the_samples_hold(tmp_path: Path) -> None:
    record = json.loads(zips.contents(log("success.eval"))["samples/sum/3_epoch_1.json"])
    document = json.loads(log("success.json").read_bytes())
    record["messages"] = [{"role": "user", "content": "naïve €5 " * 2_000_000}]
    document["samples"] = [record | {"id": f"sum/{n}"} for n in range(1, 6)]
    path = tmp_path / "log.json"
    path.write_text(json.dumps(document, ensure_ascii=False))
    assert path.stat().st_size > 100_000_000
    code, said, _seconds, memory = _told(path, tmp_path)
    assert code == 0, said
    assert memory < 100 * 1024 * 1024


def _check_sentence(sentence: str) -> None:
    assert sentence.endswith(".")
    assert sentence.isprintable()


_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.just("\ud800\x00"),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


def _places(value: Any, path: tuple = ()) -> list[tuple]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, item in items:
        found.append((*path, key))
        if isinstance(item, dict | list) and len(path) < 6:
            found += _places(item, (*path, key))
    return found


_LOGS = [json.loads(path.read_bytes()) for path in (log("success.json"), results("group"))]
_PLACES = [(number, place) for number, found in enumerate(_LOGS) for place in _places(found)]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_PLACES), _ODD), min_size=1, max_size=3), st.booleans())
def test_a_log_with_anything_in_any_place_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, changes: list, packed: bool
) -> None:
    number = changes[0][0][0]
    document = json.loads(json.dumps(_LOGS[number]))
    for (of, place), odd in changes:
        if of != number:
            continue
        at = document
        try:
            for key in place[:-1]:
                at = at[key]
            at[place[-1]] = odd
        except (KeyError, IndexError, TypeError):
            continue
    path = tmp_path_factory.getbasetemp() / f"odd-{os.getpid()}"
    if packed and number == 0:
        samples = document.pop("samples", None)
        entries = {"header.json": json.dumps(document).encode()}
        for place, sample in enumerate(samples if isinstance(samples, list) else []):
            entries[f"samples/sum/{place + 1}_epoch_1.json"] = json.dumps(sample).encode()
        zips.written(path, entries)
    else:
        path.write_text(json.dumps(document))
    try:
        report = read_report(path)
        samples = draw_samples(path, seed=1)
    except EvidenceProblem as problem:
        _check_sentence(problem.sentence)
        return
    stored = json.dumps(report.header, allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in stored
    stored.encode()
    for sample in samples:
        f"{sample}".encode()
    for score in report.scores:
        assert abs(score.value) < float("inf")
        assert score.stderr is None or score.stderr >= 0


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    source = data.draw(st.sampled_from(["success.eval", "old.eval", "success.json"]))
    content = bytearray(log(source).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / f"damaged-{os.getpid()}"
    path.write_bytes(content)
    try:
        read_report(path)
        draw_samples(path, seed=1)
    except EvidenceProblem as problem:
        _check_sentence(problem.sentence)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "missing"):
        with pytest.raises(EvidenceProblem):
            read_report(path)

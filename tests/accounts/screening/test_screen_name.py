"""The command that looks a name up, with a file and without a database."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.accounts.screening.test_lists import CSL, PLAIN


@pytest.fixture
def csl(tmp_path: Path) -> Path:
    path = tmp_path / "csl.csv"
    path.write_bytes(CSL)
    return path


def run(name: str, path: Path, *options: str) -> tuple[int, str]:
    out = StringIO()
    code = 0
    try:
        call_command("screen_name", name, "--list", str(path), *options, stdout=out)
    except SystemExit as ended:
        code = int(str(ended.code))
    return code, out.getvalue()


@pytest.mark.parametrize(
    ("name", "code", "word"),
    [
        ("Esmail Khatib", 4, "stop"),
        ("ESMAL KATEB", 3, "review"),
        ("Harbin Inst of Technology", 4, "stop"),
        ("Technology Institute", 0, "clear"),
        ("Grace Hopper", 0, "clear"),
    ],
)
def test_the_route_is_told_and_is_the_exit_code(csl: Path, name: str, code: int, word: str) -> None:
    ended, told = run(name, csl)
    assert ended == code
    assert told.startswith(f"{name}: {word}")


def test_programs_get_json(csl: Path) -> None:
    code, told = run("Esmal Kateb", csl, "--json", "--country", "ir", "--born", "1961")
    data = json.loads(told)
    assert (code, data["route"], data["entries"]) == (3, "review", 2)
    (candidate,) = data["candidates"]
    assert candidate["entry"] == "a1"
    assert {"country_agrees", "born_agrees"} <= set(candidate["reasons"])


def test_a_kind_that_is_not_given_contradicts_nothing(csl: Path) -> None:
    assert run("Esmail Khatib", csl)[0] == 4
    assert run("Esmail Khatib", csl, "--kind", "organization")[0] == 3


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--country", "XX"), "no country"),
        (("--born", "12"), "year of birth"),
    ],
)
def test_wrong_options_are_refused(csl: Path, options: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run("A", csl, *options)


def test_an_empty_name_and_an_unreadable_list_are_refused(tmp_path: Path, csl: Path) -> None:
    with pytest.raises(CommandError, match="empty"):
        run(" ", csl)
    with pytest.raises(CommandError, match="No such file"):
        run("A", tmp_path / "none.csv")
    broken = tmp_path / "broken.csv"
    broken.write_bytes(PLAIN + b'3,"x')
    with pytest.raises(CommandError, match="Line 4"):
        run("A", broken)

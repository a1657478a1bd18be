"""What an artifact may be called."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.paths import LONGEST, check_path, check_paths, fold


@pytest.mark.parametrize(
    "path",
    [
        "config.json",
        ".gitattributes",
        "weights/model-00001-of-00002.safetensors",
        "a b/c.txt",
        "Größe.md",
        "aux.txt",
        "a..b/…",
        "模型/权重.safetensors",
    ],
)
def test_ordinary_names_pass(path: str) -> None:
    assert check_path(path) == path


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("", "not relative"),
        ("/etc/passwd", "not relative"),
        ("..", "'..'"),
        ("a/../b", "'..'"),
        ("a/./b", "'.'"),
        ("a//b", "empty part"),
        ("a/", "empty part"),
        ("a\x00b", r"U\+0000"),
        ("a\nb", r"U\+000A"),
        ("a\x7fb", r"U\+007F"),
        ("a\u202eb", r"U\+202E"),
        ("a\udcffb", r"U\+DCFF"),
        ("a\\b", "backslash"),
        ("x" * (LONGEST + 1), "longer than 500"),
        ("x" * 300, "part longer than 255 bytes"),
        ("é" * 200, "part longer than 255 bytes"),
        ("/".join("a" * 21), "more than 20 directories"),
        (".git/config", "version-control"),
        ("a/.GIT/HEAD", "version-control"),
        ("a /b", "begins or ends with a space"),
        (" a", "begins or ends with a space"),
    ],
)
def test_a_name_that_is_not_one_file_everywhere_is_refused(path: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check_path(path)


@pytest.mark.parametrize(
    "twins",
    [
        ("README.md", "readme.MD"),
        ("Straße", "STRASSE"),
        ("caf\u00e9", "cafe\u0301"),
        ("dir/A", "dir/a"),
    ],
)
def test_names_that_fall_together_elsewhere_are_refused(twins: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="are one file"):
        check_paths(["other", *twins])


def test_a_file_beside_a_directory_of_its_name_is_refused() -> None:
    with pytest.raises(ValueError, match="a file and a directory"):
        check_paths(["A", "a/b"])


@given(st.text(max_size=600))
def test_what_passes_stays_below_the_directory(path: str) -> None:
    try:
        check_path(path)
    except ValueError as error:
        # The sentence itself can be stored and mailed.
        str(error).encode()
        return
    joined = PurePosixPath("/release") / path
    assert ".." not in joined.parts
    assert str(joined) == f"/release/{path}"
    path.encode()


@given(st.lists(st.text("aAbBéÉ/.", min_size=1, max_size=6), max_size=6, unique=True))
def test_no_two_of_a_set_that_passes_fold_together(paths: list[str]) -> None:
    try:
        check_paths(paths)
    except ValueError:
        return
    assert len({fold(path) for path in paths}) == len(paths)

"""CSV files that a spreadsheet cannot be made to run."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.csv_export import csv_response, plain_cell, safe_cell

# Few characters, so that apostrophes and formulas meet.
TEXTS = st.one_of(st.text(max_size=20), st.text("'=-a", max_size=6))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "=cmd|' /C calc'!A0", "＝1+1"],
)
def test_what_would_be_a_formula_stands_behind_an_apostrophe(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [("a=b", "a=b"), (5, 5), (-5, -5), (None, ""), ("", ""), ("'", "'"), ("'tis", "'tis")],
)
def test_everything_else_stays(value: object, cell: object) -> None:
    assert safe_cell(value) == cell


@given(TEXTS)
def test_every_text_comes_back_as_it_was_and_none_runs(text: str) -> None:
    cell = str(safe_cell(text))
    assert plain_cell(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_an_apostrophe_before_a_formula_is_kept_by_another() -> None:
    assert safe_cell("'=1+1") == "''=1+1"
    assert plain_cell("'=1+1") == "=1+1"


def test_rows_are_quoted_where_they_must_be_and_streamed() -> None:
    rows = iter([["a,b", 'say "x"', "two\nlines", 7]])
    response = csv_response("file.csv", ["w", "x", "y", "z"], rows)
    text = response.getvalue().decode()
    assert response.streaming
    assert response["Content-Disposition"] == 'attachment; filename="file.csv"'
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["w", "x", "y", "z"],
        ["a,b", 'say "x"', "two\nlines", "7"],
    ]

"""CSV files that a spreadsheet cannot be made to run."""

import csv
import io

import pytest

from common.csv_export import csv_response, safe_cell


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "=cmd|' /C calc'!A0", "＝1+1"],
)
def test_what_would_be_a_formula_stands_behind_an_apostrophe(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"), [("a=b", "a=b"), (5, 5), (-5, -5), (None, ""), ("", "")]
)
def test_everything_else_stays(value: object, cell: object) -> None:
    assert safe_cell(value) == cell


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

"""The register as a CSV file: strict, told by line, and back as it went."""

import csv
import io

import pytest

from common.csv_export import safe_cell
from releases.comparables import csv_file
from releases.comparables.csv_file import HEADER, FileProblems, read_file, rows_of
from tests.releases.comparables import (
    TODAY,
    reference_entry,
    reference_fields,
    result_entry,
    result_fields,
)


def table(*rows: dict[str, str], header: tuple[str, ...] = HEADER) -> bytes:
    """Return rows as the bytes of a file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        writer.writerow([row.get(name, "") for name in HEADER])
    return out.getvalue().encode()


def row(**changed: str) -> dict[str, str]:
    """Return a row with a result of the model Gale."""
    return {**reference_fields(name="Gale"), **result_fields(), **changed}


def problems(content: bytes) -> list[str]:
    """Return what is wrong with a file."""
    with pytest.raises(FileProblems) as wrong:
        read_file(content, today=TODAY)
    return [str(each) for each in wrong.value.problems]


def test_rows_of_one_model_are_put_together() -> None:
    first, second = read_file(
        table(row(), row(task="mmlu"), row(name="Squall", developer="borealis")), today=TODAY
    )
    assert (first.entry.name, len(first.results)) == ("Gale", 2)
    assert (second.entry.name, len(second.results)) == ("Squall", 1)


def test_a_model_without_results_has_one_row() -> None:
    [read] = read_file(table(reference_fields(name="Gale")), today=TODAY)
    assert read.results == {}


def test_every_wrong_line_is_told_with_its_number() -> None:
    told = problems(
        table(
            row(),
            row(value="much", task="a"),
            row(level="open", name="Other"),
            row(task="b", licence="MIT"),
            row(),
        )
    )
    assert [each.partition(":")[0] for each in told] == ["Line 3", "Line 4", "Line 5", "Line 6"]
    assert "value: Write a number" in told[0]
    assert "level: Write one of" in told[1]
    assert "licence: It is not what line 2 says of the same model." in told[2]
    assert "stand on line 2" in told[3]


def test_a_line_counts_from_where_it_begins() -> None:
    note = {"visibility_note": "one\ntwo\nthree"}
    told = problems(table(row(**note), row(task="a", value="x", **note)))
    assert told[0].startswith("Line 5: value")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Line 1: The header must be exactly"),
        (b"developer,name\n", "Line 1: The header must be exactly"),
        (table(header=HEADER[::-1]), "Line 1: The header must be exactly"),
        (table(header=(*HEADER, "more")), "Line 1: The header must be exactly"),
        (table(), "Line 1: There is nothing below the header."),
        (table() + b"Borealis,Gale\n", "Line 2: It has 2 columns; 15 are needed."),
        (table(row()) + b"\xff\n", "Line 3: It is not UTF-8 from here on."),
        (table(row()).decode().encode("utf-16"), "Line 1: It is not UTF-8"),
        (table() + b'"Borealis,Gale\n', "Line 2: It cannot be read as CSV"),
        (table() + b'"Bor"ealis,Gale\n', "Line 2: It cannot be read as CSV"),
        (b"x" * (csv_file.MOST_BYTES + 1), "larger than the 1000 kB"),
        (table(row(name="Ga\x00le")), "Line 2: name: It holds a character that cannot be seen"),
    ],
)
def test_a_file_of_another_shape_is_refused_in_a_sentence(content: bytes, words: str) -> None:
    assert words in problems(content)[0]


def test_a_file_has_so_many_rows_at_most() -> None:
    lines = b"a,b\n" * (csv_file.MOST_ROWS + 2)
    assert "has 5000 rows at most" in problems(table() + lines)[-1]


def test_a_byte_order_mark_and_windows_line_ends_and_empty_lines_are_taken() -> None:
    content = b"\xef\xbb\xbf" + table(row()).replace(b"\n", b"\r\n").replace(b"\r\r", b"\r")
    [read] = read_file(content + b"\r\n\r\n", today=TODAY)
    assert read.entry.developer == "Borealis"


@pytest.mark.parametrize("note", ["=HYPERLINK(1)", "'=HYPERLINK(1)", "''-1", "'so called'"])
def test_what_the_export_made_safe_reads_back(note: str) -> None:
    reference = reference_entry(name="Gale", visibility_note=note, licence="@home")
    results = [result_entry(value="-0.5", stderr=""), result_entry(task="-1 shot", value="0.25")]
    cells = [[str(safe_cell(cell)) for cell in each] for each in rows_of(reference, results)]
    assert not [
        cell for each in cells for cell in each if cell.startswith(("=", "+", "-", "@", "\t"))
    ]
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *cells])
    [read] = read_file(out.getvalue().encode(), today=TODAY)
    assert read.entry == reference
    assert list(read.results.values()) == results

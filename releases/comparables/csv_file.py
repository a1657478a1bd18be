"""The register as a CSV file: one row a result, the model's own columns repeated on each.

A model without results has one row whose result columns are empty. UTF-8, with or without a byte
order mark; commas; a cell that a spreadsheet would run as a formula stands behind an apostrophe,
as the export writes it. No database; the day is given.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from common.csv_export import plain_cell
from releases.comparables.entry import (
    EntryProblem,
    ReferenceEntry,
    ResultEntry,
    check_reference,
    check_result,
    number_text,
)

REFERENCE_COLUMNS = (
    "developer",
    "name",
    "level",
    "licence",
    "licence_url",
    "links",
    "visibility",
    "visibility_note",
)
RESULT_COLUMNS = (
    "task",
    "metric",
    "value",
    "stderr",
    "higher_is_better",
    "source_url",
    "measured_on",
)
HEADER = (*REFERENCE_COLUMNS, *RESULT_COLUMNS)
MOST_BYTES = 1_000_000
MOST_ROWS = 5000


@dataclass(frozen=True)
class LineProblem:
    """What is wrong with a line; the first is 1, the header."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return _("Line %(line)d: %(sentence)s") % {"line": self.line, "sentence": self.sentence}


class FileProblems(ValueError):
    """Why a file is not taken: every wrong line."""

    def __init__(self, problems: list[LineProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass
class ReadReference:
    """A model of the file with its results, and the line that names it first."""

    line: int
    entry: ReferenceEntry
    results: dict[tuple[str, str, str], ResultEntry] = field(default_factory=dict)


def read_file(content: bytes, *, today: date) -> list[ReadReference]:
    """Return the models of a file in its order. Raises FileProblems naming every wrong line."""
    rows = _rows(content)
    line, header = next(rows, (1, []))
    if header != list(HEADER):
        raise FileProblems([LineProblem(line, _wrong_header(header))])
    found: dict[str, ReadReference] = {}
    lines: dict[tuple[str, ...], int] = {}
    problems: list[LineProblem] = []
    for number, (line, cells) in enumerate(rows, start=1):
        if number > MOST_ROWS:
            sentence = _("A file has %(most)d rows at most; part it.") % {"most": MOST_ROWS}
            raise FileProblems([*problems, LineProblem(line, sentence)])
        try:
            _take(line, cells, found, lines, today)
        except EntryProblem as problem:
            sentence = f"{problem.field}: {problem}" if problem.field else str(problem)
            problems.append(LineProblem(line, sentence))
    if problems:
        raise FileProblems(problems)
    if not found:
        raise FileProblems([LineProblem(1, _("There is nothing below the header."))])
    return list(found.values())


def _take(
    line: int,
    cells: list[str],
    found: dict[str, ReadReference],
    lines: dict[tuple[str, ...], int],
    today: date,
) -> None:
    if len(cells) != len(HEADER):
        raise EntryProblem(
            "",
            _("It has %(count)d columns; %(wanted)d are needed.")
            % {"count": len(cells), "wanted": len(HEADER)},
        )
    row = dict(zip(HEADER, (plain_cell(cell) for cell in cells), strict=True))
    entry = check_reference(row)
    result = None
    if any(row[name].strip() for name in RESULT_COLUMNS):
        result = check_result(row, today=today)
    known = found.get(entry.key)
    if known is not None and known.entry != entry:
        raise EntryProblem(
            _first_difference(known.entry, entry),
            _("It is not what line %(line)d says of the same model.") % {"line": known.line},
        )
    if result is not None:
        key = (entry.key, *result.key)
        if key in lines:
            raise EntryProblem(
                "",
                _("The same task, metric and source of this model stand on line %(line)d.")
                % {"line": lines[key]},
            )
        lines[key] = line
    if known is None:
        known = found[entry.key] = ReadReference(line, entry)
    if result is not None:
        known.results[result.key] = result


def _first_difference(one: ReferenceEntry, other: ReferenceEntry) -> str:
    stated, differently = one.stated(), other.stated()
    return next(name for name in stated if stated[name] != differently[name])


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line on which it begins. Empty lines are passed over."""
    if len(content) > MOST_BYTES:
        sentence = _("The file is larger than the %(most)d kB that are taken.")
        raise FileProblems([LineProblem(1, sentence % {"most": MOST_BYTES // 1000})])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        sentence = _("It is not UTF-8 from here on. Save the table as “CSV UTF-8”.")
        raise FileProblems([LineProblem(line, sentence)]) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        sentence = _("It cannot be read as CSV: %(error)s.") % {"error": error}
        raise FileProblems([LineProblem(line, sentence)]) from None


def _wrong_header(header: list[str]) -> str:
    return _("The header must be exactly: %(wanted)s. It is: %(given)s") % {
        "wanted": ",".join(HEADER),
        "given": ",".join(header)[:300] or _("empty"),
    }


def rows_of(reference: ReferenceEntry, results: Iterable[ResultEntry]) -> Iterator[list[str]]:
    """Yield the rows of a model, as `read_file` takes them once cells are made safe."""
    own = [
        reference.developer,
        reference.name,
        reference.level,
        reference.licence,
        reference.licence_url,
        " ".join(reference.links),
        reference.visibility,
        reference.visibility_note,
    ]
    listed = list(results)
    for each in listed:
        yield [
            *own,
            each.task,
            each.metric,
            number_text(each.value),
            "" if each.stderr is None else number_text(each.stderr),
            "yes" if each.higher_is_better else "no",
            each.source_url,
            each.measured_on.isoformat(),
        ]
    if not listed:
        yield [*own, *("" for _name in RESULT_COLUMNS)]

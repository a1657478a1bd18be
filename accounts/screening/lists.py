"""Files of restricted parties, read row by row: three formats, one kind of entry.

A file is read as bytes from its beginning, and never held whole. What is wrong with it is told
with its line; whoever reads on after an error has half a list, so nobody does.
"""

import codecs
import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from accounts.screening.folding import ORGANIZATION, OTHER, PERSON, fold
from accounts.screening.matching import Entry
from common.countries import COUNTRIES

US_CSL = "us_csl"
EU_FSF = "eu_fsf"
PLAIN = "plain"
FORMATS = (US_CSL, EU_FSF, PLAIN)

# The first line after the heading.
FIRST_LINE = 2
_BLOCK = 64 * 1024
# Every list in force is in the memory of each worker that screens: some 1.6 kB and 50 microseconds
# to lay in for each name. All lists that governments publish, together, have under 100,000.
MOST_COMPARED = 400_000
# The whole of one entry, all its rows together.
_LONGEST_CELL = 1_000_000
MOST_NAMES = 500
_NAME = 300
# Of the columns that a file has, when others are asked for.
_SHOWN = 120
_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
_CODES = {fold(name): code for code, name in COUNTRIES.items()} | {
    "usa": "US",
    "united states": "US",
    "united kingdom": "GB",
    "uk": "GB",
    "russia": "RU",
    "iran": "IR",
    "syria": "SY",
    "north korea": "KP",
    "south korea": "KR",
}


class ListError(Exception):
    """The file is not a list that can be used. `line` is where that shows, 0 for the whole."""

    def __init__(self, sentence: str, line: int = 0) -> None:
        super().__init__(f"Line {line}: {sentence}" if line else sentence)
        self.sentence = sentence
        self.line = line


Row = dict[str, str]


@dataclass(frozen=True)
class Format:
    """How one kind of file is written. `needs` are the columns without which it is another."""

    name: str
    title: str
    delimiter: str
    needs: tuple[str, ...]
    read: Callable[[Iterable[tuple[int, Row]]], Iterator[Entry]]


def read_list(
    file: BinaryIO, format_name: str = "", from_line: int = FIRST_LINE
) -> Iterator[Entry]:
    """Yield the entries of a file, as it is read. Raises ListError, perhaps after some.

    Without a format it is told by the columns. `from_line` is where an entry begins: what stands
    before it was read already, and is passed over without being taken apart.
    """
    lines = _lines(file)
    header_line = next(lines, None)
    if header_line is None:
        raise ListError("The file is empty.")
    form, columns = _recognised(header_line, format_name)
    seen: set[str] = set()
    names = 0
    rest = islice(lines, from_line - FIRST_LINE, None)
    for entry in form.read(_rows(rest, columns, form.delimiter, from_line)):
        if entry.key in seen:
            raise ListError(
                f"The id “{entry.key[:60]}” stands twice: each entry has its own, and its rows "
                "stand together.",
                entry.line,
            )
        seen.add(entry.key)
        names += len(entry.names)
        if names > MOST_COMPARED:
            raise ListError(
                f"There are more than {MOST_COMPARED:,} names up to here. No list may have more, "
                "as everybody is compared with each. Leave out what need not be screened against.",
                entry.line,
            )
        yield entry
    if not seen:
        raise ListError("The file has a heading and no entry.")


def _lines(file: BinaryIO) -> Iterator[str]:
    """Yield the file as lines of text with their ends, decoded strictly."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    rest, number, first = "", 0, True
    while True:
        block = file.read(_BLOCK)
        if first and block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise ListError(
                "It is UTF-16, as a spreadsheet saves “Unicode text”. Save it as CSV in UTF-8 and "
                "try again.",
                1,
            )
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            raise ListError(
                "It is not UTF-8 from here on. Save the whole of it as CSV in UTF-8 and try again.",
                number + 1 + error.object[: error.start].count(b"\n"),
            ) from None
        if first and text:
            text, first = text.removeprefix("\ufeff"), False
        if "\0" in text:
            raise ListError(
                "It holds bytes that no text has. It may be a spreadsheet or an archive, or "
                "UTF-16; a CSV file in UTF-8 is needed.",
                number + 1 + text[: text.index("\0")].count("\n"),
            )
        rest += text
        *whole, rest = rest.split("\n")
        for line in whole:
            number += 1
            yield f"{line}\n"
        if len(rest) > _LONGEST_CELL:
            raise ListError("This line is far too long for a CSV file.", number + 1)
        if not block:
            if rest:
                yield rest
            return


def _recognised(header: str, format_name: str) -> tuple[Format, list[str]]:
    tried = [FORMATS_BY_NAME[format_name]] if format_name else list(FORMATS_BY_NAME.values())
    for form in tried:
        columns = [name.strip() for name in next(csv.reader([header], delimiter=form.delimiter))]
        if set(form.needs) <= set(columns):
            if len(set(columns)) < len(columns):
                raise ListError("Two columns have the same name.", 1)
            return form, columns
    if not format_name:
        raise ListError(
            "These are the columns of no list that is known here: not of the US Consolidated "
            "Screening List, not of the EU's consolidated list, and not “id” and “name”.",
            1,
        )
    missing = [f"“{name}”" for name in tried[0].needs if name not in columns]
    lacks = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    has = ", ".join(columns)
    has = has if len(has) <= _SHOWN else f"{has[:_SHOWN]}…"
    raise ListError(f"This is not the {tried[0].title}: {lacks}. It has: {has}.", 1)


def _rows(
    lines: Iterable[str], columns: list[str], delimiter: str, first: int
) -> Iterator[tuple[int, Row]]:
    """Yield each row with the line that it begins on. A cut-off file does not pass."""
    former = csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begins = first
    try:
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise ListError(_csv_problem(error), begins) from None
            if cells:
                if len(cells) != len(columns):
                    raise ListError(
                        f"It has {len(cells)} columns where the heading has {len(columns)}. The "
                        "file may be cut off.",
                        begins,
                    )
                yield begins, dict(zip(columns, cells, strict=True))
            begins = reader.line_num + first
    finally:
        csv.field_size_limit(former)


def _csv_problem(error: csv.Error) -> str:
    if "unexpected end of data" in str(error):
        return "A quoted text begins here and never ends. The file may be cut off."
    return f"It cannot be read as CSV: {error}."


@dataclass
class _Gathering:
    """The rows of one entry, as they come together."""

    key: str
    line: int
    kind: str = OTHER
    names: dict[str, None] = field(default_factory=dict)
    countries: dict[str, None] = field(default_factory=dict)
    born: dict[int, None] = field(default_factory=dict)
    addresses: dict[str, None] = field(default_factory=dict)
    program: str = ""

    def entry(self) -> Entry:
        """Return what was gathered. Raises ListError without a name."""
        names = list(self.names)
        if not names:
            raise ListError(f"The entry “{self.key[:60]}” has no name.", self.line)
        if len(names) > MOST_NAMES:
            raise ListError(f"The entry “{self.key[:60]}” has too many names.", self.line)
        return Entry(
            key=self.key,
            name=names[0],
            kind=self.kind,
            aliases=tuple(names[1:]),
            countries=tuple(sorted(self.countries)),
            born=tuple(sorted(self.born)),
            addresses=tuple(self.addresses)[:50],
            program=self.program[:200],
            line=self.line,
        )

    def add_name(self, text: str) -> None:
        """Add a name; one that cannot be read is refused, an empty one left out."""
        name = " ".join(text.split())
        if not name:
            return
        if len(name) > _NAME or not name.isprintable():
            raise ListError("A name is too long, or holds characters that no name has.", self.line)
        self.names.setdefault(name)

    def add_countries(self, *texts: str) -> None:
        """Add countries by code or English name; what is neither says nothing."""
        for text in texts:
            for part in re.split(r"[;,|]", text):
                code = part.strip().upper()
                code = code if code in COUNTRIES else _CODES.get(fold(part), "")
                if code:
                    self.countries.setdefault(code)

    def add_years(self, text: str) -> None:
        """Add the years that a text of dates names."""
        for year in _YEAR.findall(text):
            self.born.setdefault(int(year))

    def add_address(self, text: str) -> None:
        """Add an address, shortened where it is a novel."""
        address = " ".join(text.split())[:_NAME]
        if address:
            self.addresses.setdefault(address)


def _key(text: str, line: int) -> str:
    key = text.strip()
    if not key:
        raise ListError("The id is missing.", line)
    if len(key) > 120 or not key.isprintable():
        raise ListError("The id is too long, or holds characters that no id has.", line)
    return key


_US_KINDS = {"individual": PERSON, "entity": ORGANIZATION}
_EU_KINDS = {"p": PERSON, "person": PERSON, "e": ORGANIZATION, "enterprise": ORGANIZATION}
_PLAIN_KINDS = {
    "": OTHER,
    "person": PERSON,
    "individual": PERSON,
    "organization": ORGANIZATION,
    "organisation": ORGANIZATION,
    "entity": ORGANIZATION,
    "other": OTHER,
}


def _us_entries(rows: Iterable[tuple[int, Row]]) -> Iterator[Entry]:
    for line, row in rows:
        found = _Gathering(_key(row["_id"], line), line)
        found.kind = _US_KINDS.get(row["type"].strip().lower(), OTHER)
        for name in (row["name"], *row["alt_names"].split(";")):
            found.add_name(name)
        found.add_countries(row.get("citizenships", ""), row.get("nationalities", ""))
        for address in row["addresses"].split(";"):
            found.add_address(address)
            # The country is the last part, as a code.
            found.add_countries(address.rpartition(",")[2])
        found.add_years(row.get("dates_of_birth", ""))
        found.program = row["source"].strip()
        yield found.entry()


def _eu_entries(rows: Iterable[tuple[int, Row]]) -> Iterator[Entry]:
    """Gather the rows of an entity, one for each alias, address, birth date or citizenship."""
    found: _Gathering | None = None
    for line, row in rows:
        key = _key(row["Entity_LogicalId"], line)
        if found is not None and found.key != key:
            yield found.entry()
            found = None
        if found is None:
            found = _Gathering(key, line)
        _eu_row(found, row)
    if found is not None:
        yield found.entry()


def _eu_row(found: _Gathering, row: Row) -> None:
    kind = row.get("Entity_SubjectType_ClassificationCode") or row.get("Entity_SubjectType", "")
    found.kind = _EU_KINDS.get(kind.strip().lower(), found.kind)
    parts = (row.get(f"NameAlias_{part}Name", "") for part in ("First", "Middle", "Last"))
    found.add_name(row["NameAlias_WholeName"] or " ".join(part for part in parts if part))
    found.add_countries(
        row.get("Citizenship_CountryIso2Code", ""), row.get("Address_CountryIso2Code", "")
    )
    address = (row.get(f"Address_{part}", "") for part in ("Street", "City", "Region", "ZipCode"))
    found.add_address(", ".join(part.strip() for part in address if part.strip()))
    found.add_years(row.get("BirthDate_BirthDate", "") + " " + row.get("BirthDate_Year", ""))
    found.program = found.program or row.get("Entity_Regulation_Programme", "").strip()


def _plain_entries(rows: Iterable[tuple[int, Row]]) -> Iterator[Entry]:
    for line, row in rows:
        found = _Gathering(_key(row["id"], line), line)
        kind = row.get("kind", "").strip().lower()
        if kind not in _PLAIN_KINDS:
            raise ListError(f"The kind “{kind[:40]}” is none of person, organisation, other.", line)
        found.kind = _PLAIN_KINDS[kind]
        for name in (row["name"], *row.get("aliases", "").split(";")):
            found.add_name(name)
        found.add_countries(row.get("countries", ""))
        found.add_years(row.get("born", ""))
        for address in row.get("addresses", "").split(";"):
            found.add_address(address)
        found.program = row.get("program", "").strip()
        yield found.entry()


FORMATS_BY_NAME = {
    US_CSL: Format(
        US_CSL,
        "US Consolidated Screening List",
        ",",
        ("_id", "source", "type", "name", "addresses", "alt_names"),
        _us_entries,
    ),
    EU_FSF: Format(
        EU_FSF,
        "EU consolidated list of financial sanctions",
        ";",
        ("Entity_LogicalId", "NameAlias_WholeName"),
        _eu_entries,
    ),
    PLAIN: Format(PLAIN, "plain list", ",", ("id", "name"), _plain_entries),
}

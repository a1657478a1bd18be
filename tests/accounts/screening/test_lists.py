"""Reading lists: three formats as they are, and files that are not what they should be."""

import io
from typing import BinaryIO, cast

import pytest

from accounts.screening import lists
from accounts.screening.lists import ListError, read_list
from accounts.screening.matching import Entry

CSL = (
    b"_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,"
    b"start_date,end_date,alt_names,citizenships,dates_of_birth,nationalities\r\n"
    b'a1,Specially Designated Nationals (SDN) - Treasury Department,9,Individual,SDGT,"KHATIB, '
    b'Esmail",,"Street 5, Tehran, IR",,,,Ismail Khatib; Esmaeil KHATIB,IR,"1961; 1962-03-04",IR\r\n'
    b'a2,Entity List (EL) - Commerce Department,,Entity,,"HARBIN INSTITUTE OF TECHNOLOGY",,'
    b'"92 West Dazhi, Harbin, CN; Weihai, CN",,,,HIT,,,\r\n'
)
FSF = (
    "\ufefffileGenerationDate;Entity_LogicalId;Entity_SubjectType;NameAlias_LastName;"
    "NameAlias_FirstName;NameAlias_WholeName;Address_City;Address_CountryIso2Code;"
    "BirthDate_BirthDate;BirthDate_Year;Citizenship_CountryIso2Code\n"
    "2026-11-20;13;P;;;Saddam Hussein Al-Tikriti;;;1937-04-28;1937;IQ\n"
    "2026-11-20;13;P;Ali;Abu;;;;;;\n"
    "2026-11-20;20;E;;;Weiße Flotte AG;Minsk;BY;;;\n"
).encode()
PLAIN = b'id,name,aliases,kind,countries,born\n1,"A; B",C; D,person,DE;Iran,1970\n2,E,,,,\n'


def read(data: bytes, form: str = "") -> list[Entry]:
    return list(read_list(io.BytesIO(data), form))


def test_the_us_list() -> None:
    person, institute = read(CSL)
    assert person.names == ("KHATIB, Esmail", "Ismail Khatib", "Esmaeil KHATIB")
    assert (person.key, person.kind, person.countries, person.born) == (
        "a1",
        "person",
        ("IR",),
        (1961, 1962),
    )
    assert institute.kind == "organization"
    assert institute.countries == ("CN",)
    assert institute.addresses == ("92 West Dazhi, Harbin, CN", "Weihai, CN")


def test_the_eu_list_has_a_row_for_each_alias() -> None:
    person, company = read(FSF)
    assert person.names == ("Saddam Hussein Al-Tikriti", "Abu Ali")
    assert (person.kind, person.countries, person.born) == ("person", ("IQ",), (1937,))
    assert (company.key, company.name, company.kind) == ("20", "Weiße Flotte AG", "organization")
    assert company.line == 4


def test_a_plain_list() -> None:
    first, second = read(PLAIN, "plain")
    assert first.names == ("A; B", "C", "D")
    assert (first.kind, first.countries, first.born) == ("person", ("DE", "IR"), (1970,))
    assert (second.kind, second.names) == ("other", ("E",))


@pytest.mark.parametrize(
    ("data", "sentence", "line"),
    [
        (b"", "is empty", 0),
        (b"id,name\n", "no entry", 0),
        (b"a,b,c\n1,2,3\n", "no list that is known", 1),
        (b"id,name,name\n1,2,3\n", "same name", 1),
        (b"id,name\n1,A\n2\n", "cut off", 3),
        (b'id,name\n1,A\n2,"half', "never ends", 3),
        (b'id,name\n1,"A" B\n', "cannot be read as CSV", 2),
        (b"id,name\n1,A\n1,B\n", "stands twice", 3),
        (b"id,name\n1,A\n,B\n", "id is missing", 3),
        (b"id,name\n1, \n", "has no name", 2),
        ("id,name\n1,Ä\n".encode("latin-1"), "not UTF-8", 2),
        (
            b"id,name\n" + b"".join(b"%d,Name\n" % n for n in range(2, 9000)) + b"9000,\xc4\n",
            "not UTF-8",
            9000,
        ),
        ("id,name\n1,A\n".encode("utf-16"), "is UTF-16", 1),
        ("id,name\n1,A\n".encode("utf-16-le"), "bytes that no text has", 1),
        (b"PK\x03\x04\x00\x00", "bytes that no text has", 1),
        (b"id,name\n1," + b"x" * 400 + b"\n", "too long", 2),
        (b"id,name\n1," + b"x" * 2_000_000, "far too long", 2),
        (b"id,name,kind\n1,A,ship\n", "none of person", 2),
        (FSF + FSF.split(b"\n")[1] + b"\n", "stands twice", 5),
        (CSL[:-60], "cut off", 3),
    ],
)
def test_what_is_wrong_is_told_with_its_line(data: bytes, sentence: str, line: int) -> None:
    with pytest.raises(ListError, match=sentence) as error:
        read(data)
    assert error.value.line == line


def test_another_list_than_the_one_named_is_refused() -> None:
    with pytest.raises(ListError, match=r"not the EU .*Entity_LogicalId"):
        read(CSL, "eu_fsf")


def test_a_list_with_more_names_than_can_be_compared_is_refused_where_they_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lists, "MOST_COMPARED", 4)
    assert len(read(PLAIN)) == 2
    monkeypatch.setattr(lists, "MOST_COMPARED", 3)
    with pytest.raises(ListError, match="more than 3 names") as refused:
        read(PLAIN)
    assert refused.value.line == 3


def test_a_text_with_line_breaks_keeps_its_row_together() -> None:
    (first, second) = read(b'id,name,addresses\n1,A,"x\ny"\n2,B,\n')
    assert first.addresses == ("x y",)
    assert second.line == 4


@pytest.mark.parametrize("data", [CSL, FSF, PLAIN, b'id,name\n1,"A\nB"\n\n2,C\n'])
def test_reading_goes_on_from_the_line_of_any_entry(data: bytes) -> None:
    whole = read(data)
    for number, entry in enumerate(whole):
        assert list(read_list(io.BytesIO(data), "", entry.line)) == whole[number:]


def test_a_long_list_is_never_held_whole() -> None:
    class Endless(io.RawIOBase):
        """More than fits into memory, were it kept; counts what was asked for."""

        given = 0

        def read(self, size: int | None = -1) -> bytes:  # noqa: ARG002
            if not self.given:
                self.given = 1
                return b"id,name\n"
            first = self.given
            self.given += 2000
            return b"".join(b"%d,Name %d\n" % (n, n) for n in range(first, first + 2000))

    file = Endless()
    entries = read_list(cast(BinaryIO, file))
    for _ in range(5000):
        next(entries)
    assert file.given < 10_000

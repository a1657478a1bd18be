"""The rules of the register: what may be stated, and until when it stands."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.comparables.entry import (
    EntryProblem,
    check_reference,
    check_result,
    number_text,
    reference_key,
)
from releases.comparables.record import content, content_digest
from releases.comparables.standing import VALID, judge
from tests.releases.comparables import (
    TODAY,
    reference_entry,
    reference_fields,
    result_entry,
    result_fields,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
A, B = "a" * 64, "b" * 64


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("developer", " ", "Write something here"),
        ("name", "x" * 121, "121 characters"),
        ("name", "Gale\u202e", "cannot be seen"),
        ("level", "open", "Write one of closed, api_named, api_public, weights_gated"),
        ("visibility", "", "Write one of full_weights"),
        ("licence", "", "Write something here"),
        ("licence_url", "javascript:alert(1)", "begins with https://"),
        ("licence_url", "https://", "begins with https://"),
        ("licence_url", "https://someone@example.org/", "begins with https://"),
        ("licence_url", "https://[::1", "begins with https://"),
        ("links", "https://example.org/ ftp://example.org/", "begins with https://"),
        ("links", " ".join(f"https://example.org/{n}" for n in range(11)), "10 links at most"),
        ("visibility_note", "x" * 2001, "2001 characters"),
    ],
)
def test_a_wrong_statement_is_refused_at_its_field(field: str, value: str, words: str) -> None:
    with pytest.raises(EntryProblem, match=words) as problem:
        check_reference(reference_fields(**{field: value}))
    assert problem.value.field == field


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("task", "", "Write something here"),
        ("metric", "a\nb\x00", "cannot be seen"),
        ("value", "nan", "a number such as"),
        ("value", "1e5", "a number such as"),
        ("value", "0,71", "a number such as"),
        ("value", "", "a number such as"),
        ("value", "1" * 13, "a number such as"),
        ("value", "٣", "a number such as"),
        ("stderr", "-0.1", "not negative"),
        ("stderr", "inf", "a number such as"),
        ("higher_is_better", "maybe", "one of yes, no"),
        ("source_url", "", "begins with https://"),
        ("measured_on", "31.3.2026", "year-month-day"),
        ("measured_on", "2026-02-30", "no such day"),
        ("measured_on", "2026-11-22", "still to come"),
    ],
)
def test_a_wrong_result_is_refused_at_its_field(field: str, value: str, words: str) -> None:
    with pytest.raises(EntryProblem, match=words) as problem:
        check_result(result_fields(**{field: value}), today=TODAY)
    assert problem.value.field == field


def test_a_statement_is_trimmed_and_its_links_parted() -> None:
    entry = check_reference(
        reference_fields(
            name="  Gale   7 ", links=" https://a.example/\n https://b.example/ https://a.example/"
        )
    )
    assert entry.name == "Gale 7"
    assert entry.links == ("https://a.example/", "https://b.example/")


def test_a_result_may_lack_a_standard_error() -> None:
    entry = result_entry(stderr=" ")
    assert entry.stderr is None
    assert entry.measured_on == date(2026, 3, 31)


def test_models_are_told_apart_by_developer_and_name_whatever_the_case() -> None:
    assert reference_key("BOREALIS", "gale") == reference_key("Borealis", "Gale")
    assert reference_key("Borealis", "Gale") != reference_key("Borealis Gale", "")


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=9))
def test_numbers_are_written_so_that_they_read_back(number: Decimal) -> None:
    text = number_text(number)
    assert Decimal(text) == number
    assert "E" not in text.upper()
    assert not ("." in text and text.endswith(("0", ".")))


def test_the_digest_follows_what_is_stated_and_not_the_order_of_the_results() -> None:
    reference = reference_entry(name="Gale")
    one, two = result_entry(task="a"), result_entry(task="b")
    forth, back = content("id", reference, [one, two]), content("id", reference, [two, one])
    assert content_digest(forth) == content_digest(back)
    other = content("id", reference, [one, result_entry(task="b", value="0.72")])
    assert content_digest(other) != content_digest(forth)


@pytest.mark.parametrize(
    ("verified_digest", "age", "state", "words"),
    [
        ("", None, "unverified", "Nobody but those who entered it"),
        (A, timedelta(0), "verified", "lapses on 20 May 2027"),
        (A, VALID - timedelta(seconds=1), "verified", "lapses on"),
        (A, VALID, "lapsed", "lapsed on 21 Nov 2026"),
        (A, VALID + timedelta(days=900), "lapsed", "lapsed on"),
        (B, timedelta(0), "changed", "changed after it was verified on 21 Nov 2026"),
        (B, VALID, "changed", "changed after"),
    ],
)
def test_a_reference_stands_for_six_months_from_its_last_verification(
    verified_digest: str, age: timedelta | None, state: str, words: str
) -> None:
    standing = judge(
        content_digest=A,
        verified_digest=verified_digest,
        verified_at=None if age is None else NOW - age,
        now=NOW,
    )
    assert standing.state == state
    assert words in standing.sentence
    assert standing.is_live == (state == "verified")


def test_it_never_stands_for_longer_than_six_months_of_the_calendar() -> None:
    assert all(
        datetime(year, 8, 31, tzinfo=UTC) + VALID <= datetime(year + 1, 2, 28, tzinfo=UTC)
        for year in range(2024, 2034)
    )

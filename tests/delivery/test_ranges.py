"""Which bytes a Range header asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.ranges import ByteRange, Unsatisfiable, select_range

ETAG = '"abc"'


def ask(header: str, size: int = 1000, if_range: str = "") -> tuple[int, int] | None:
    found = select_range(header, if_range, etag=ETAG, size=size)
    return (found.start, found.stop) if found else None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-", (0, 1000)),
        ("bytes=0-0", (0, 1)),
        ("bytes=0-499", (0, 500)),
        ("bytes=500-", (500, 1000)),
        ("bytes=999-999", (999, 1000)),
        ("bytes=500-99999", (500, 1000)),
        ("bytes=-1", (999, 1000)),
        ("bytes=-500", (500, 1000)),
        ("bytes=-5000", (0, 1000)),
        ("Bytes=10-19", (10, 20)),
        (" bytes= 10-19 ", (10, 20)),
    ],
)
def test_a_single_range_names_its_bytes(header: str, expected: tuple[int, int]) -> None:
    assert ask(header) == expected


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=abc",
        "bytes=5-3",
        "bytes=1.5-3",
        "bytes=0x10-",
        "bytes=--5",
        "bytes=+1-2",
        "bytes=1 - 2",
        "bytes=\u0661-\u0662",
        "items=0-5",
        "bytes=0-1,5-9",
        "bytes=0-1,",
        "bytes=" + "9" * 5000 + "-",
    ],
)
def test_what_is_malformed_or_multiple_gets_the_whole_file(header: str) -> None:
    assert ask(header) is None


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-2000", "bytes=-0"])
def test_a_range_outside_the_file_is_unsatisfiable(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        ask(header)


def test_an_empty_file_has_no_first_byte_but_a_suffix_of_it_is_all_of_it() -> None:
    with pytest.raises(Unsatisfiable):
        ask("bytes=0-", size=0)
    assert ask("bytes=-5", size=0) is None


@pytest.mark.parametrize(
    ("if_range", "expected"),
    [
        ("", (5, 10)),
        (ETAG, (5, 10)),
        (f" {ETAG} ", (5, 10)),
        (f"W/{ETAG}", None),
        ('"other"', None),
        ("Sat, 21 Nov 2026 01:00:00 GMT", None),
    ],
)
def test_if_range_must_name_this_very_file(if_range: str, expected: tuple[int, int] | None) -> None:
    assert ask("bytes=5-9", if_range=if_range) == expected


def test_the_content_range_counts_inclusively() -> None:
    assert ByteRange(5, 10, 1000).content_range == "bytes 5-9/1000"


@given(st.text(max_size=60), st.integers(min_value=0, max_value=10_000))
def test_whatever_the_header_says_the_bytes_lie_within_the_file(text: str, size: int) -> None:
    try:
        found = select_range(f"bytes={text}", "", etag=ETAG, size=size)
    except Unsatisfiable:
        return
    assert found is None or 0 <= found.start < found.stop <= size

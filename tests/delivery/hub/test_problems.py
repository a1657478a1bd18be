"""One line of ASCII, whatever the sentence."""

from hypothesis import given
from hypothesis import strategies as st

from delivery.hub.problems import LONGEST_LINE, header_line


def test_quotes_dashes_and_accents_become_plain() -> None:
    assert header_line("The token lacks “weights” – Tomáš’s…") == (
        'The token lacks "weights" - Tomas\'s...'
    )


def test_line_breaks_cannot_begin_another_header() -> None:
    assert header_line("Revoked:\r\nSet-Cookie: a=b\x00\x1b[31m") == (
        "Revoked: Set-Cookie: a=b[31m"
    )


@given(st.text())
def test_any_text_is_one_line_that_fits(text: str) -> None:
    line = header_line(text)
    assert line.isascii()
    assert line.isprintable()
    assert len(line) <= LONGEST_LINE


def test_a_long_text_is_cut() -> None:
    assert header_line("x" * 5000).endswith("x...")

"""What a line and a longer text may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.text import one_line, paragraphs


def test_a_line_is_trimmed_and_composed() -> None:
    assert one_line("  Zoe\u0308   Müller ", max_length=20) == "Zoë Müller"


@pytest.mark.parametrize("bad", ["a\x00b", "a\nb", "a\x1b[31m", "a\u202eb", "a\u200bb", "\ufeffa"])
def test_what_cannot_be_seen_is_refused_in_a_line(bad: str) -> None:
    with pytest.raises(ValueError, match="cannot be seen"):
        one_line(bad, max_length=20)


@pytest.mark.parametrize("empty", ["", "   ", "\u3000"])
def test_an_empty_line_is_refused(empty: str) -> None:
    with pytest.raises(ValueError, match="Write something"):
        one_line(empty, max_length=20)


def test_a_long_line_is_refused_with_its_length() -> None:
    with pytest.raises(ValueError, match="21 characters; at most 20"):
        one_line("x" * 21, max_length=20)


def test_joiners_of_real_scripts_are_kept() -> None:
    assert one_line("می\u200cخواهم", max_length=20) == "می\u200cخواهم"


def test_paragraphs_keep_line_breaks_and_normalise_them() -> None:
    assert paragraphs("one\r\ntwo\rthree\tfour\n", max_length=50) == "one\ntwo\nthree\tfour"


@pytest.mark.parametrize("bad", ["a\x00b", "a\x07b", "a\u2066b"])
def test_what_cannot_be_seen_is_refused_in_paragraphs(bad: str) -> None:
    with pytest.raises(ValueError, match="cannot be seen"):
        paragraphs(bad, max_length=20)


@given(st.text())
def test_any_text_is_cleaned_once_and_for_all_or_refused(text: str) -> None:
    try:
        clean = one_line(text, max_length=100)
    except ValueError:
        return
    assert one_line(clean, max_length=100) == clean
    assert "\x00" not in clean

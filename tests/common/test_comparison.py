"""What changed between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from common.comparison import ADDED, GAP, REMOVED, SAME, compare, comparison_digest

BEFORE = "one\ntwo\nthree\nfour\nyou keep the weights\nsix\nseven\neight\nnine\n"
AFTER = "one\ntwo\nthree\nfour\nyou keep all the weights\nsix\nseven\neight\nnine\nten\n"


def test_a_changed_line_shows_the_words_that_changed() -> None:
    lines = compare(BEFORE, AFTER)
    assert [line.kind for line in lines] == [
        *(GAP, SAME, SAME, REMOVED, ADDED, SAME, SAME),
        *(SAME, SAME, ADDED),
    ]
    assert lines[0].left_out == 2
    added = lines[4]
    assert "".join(part.text for part in added.parts if part.changed).strip() == "all"
    assert added.text == "you keep all the weights"


def test_equal_texts_have_one_gap_and_no_change() -> None:
    (gap,) = compare(BEFORE, BEFORE)
    assert (gap.kind, gap.left_out) == (GAP, 9)
    assert compare("", "") == []


texts = st.text(alphabet=st.sampled_from("ab \n"), max_size=40)


@given(texts, texts)
def test_both_texts_can_be_read_back_from_the_lines(before: str, after: str) -> None:
    lines = compare(before, after, context=None)
    old = [line.text for line in lines if line.kind != ADDED]
    new = [line.text for line in lines if line.kind != REMOVED]
    assert (old, new) == (before.splitlines(), after.splitlines())
    assert (comparison_digest(before, after) == comparison_digest(after, after)) == (
        before.splitlines() == after.splitlines()
    )

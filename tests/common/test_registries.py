"""Numbers of organisations in registers."""

import pytest

from common.registries import checked_number


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        ("ror", "05dxps055", ("ROR", "https://ror.org/05dxps055")),
        ("ROR", " https://ror.org/03YRM5C26 ", ("ROR", "https://ror.org/03yrm5c26")),
        ("lei", "5493001kjtiigc8y1r12", ("LEI", "5493001KJTIIGC8Y1R12")),
        ("LEI", "5299 00T8 BM49 AURS DO55", ("LEI", "529900T8BM49AURSDO55")),
        ("Companies House", "01234567", ("Companies House", "01234567")),
    ],
)
def test_numbers_are_brought_into_their_usual_form(
    kind: str, number: str, expected: tuple[str, str]
) -> None:
    assert checked_number(kind, number) == expected


@pytest.mark.parametrize(
    ("kind", "number", "why"),
    [
        ("LEI", "5493001KJTIIGC8Y1R13", "check digits"),
        ("LEI", "5493001KJTIIGC8Y1R1", "18 letters"),
        ("LEI", "5493001KJTIIGC8Y1Ré2", "18 letters"),
        ("ROR", "05dxps056", "check digits"),
        ("ROR", "05dxps0555", "looks like"),
        ("ROR", "https://example.org/05dxps055", "looks like"),
        ("ROR", "0idxps055", "looks like"),
    ],
)
def test_wrong_numbers_are_refused(kind: str, number: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        checked_number(kind, number)


@pytest.mark.parametrize("place", range(18))
def test_every_single_typing_mistake_in_an_lei_is_found(place: int) -> None:
    right = "5493001KJTIIGC8Y1R12"
    wrong = right[:place] + ("A" if right[place] != "A" else "B") + right[place + 1 :]
    with pytest.raises(ValueError, match="check digits"):
        checked_number("LEI", wrong)

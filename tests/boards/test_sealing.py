"""Commitments: what was sealed can be checked, and not guessed or swapped."""

import hashlib
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from boards.sealing import Opening, commitment, new_nonce, opens

OPENING = Opening(nonce="ab" * 32, choice="approve", reason="Tésted.", dossier_digest="cd" * 32)
# Lone surrogates are refused before a reason gets here.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)


def test_anyone_can_compute_the_commitment_from_its_description() -> None:
    text = (
        '{"choice":"approve","dossier_digest":"' + "cd" * 32 + '","nonce":"' + "ab" * 32
        + '","reason":"Tésted."}'
    )  # fmt: skip
    assert commitment(OPENING) == hashlib.sha256(text.encode()).hexdigest()


def test_each_part_counts() -> None:
    sealed = commitment(OPENING)
    assert opens(sealed, OPENING)
    for change in (
        {"nonce": "ac" * 32},
        {"choice": "reject"},
        {"reason": "Tested."},
        {"dossier_digest": "ce" * 32},
        {"conflict": "I own shares."},
    ):
        assert not opens(sealed, replace(OPENING, **change))


def test_nonces_do_not_repeat() -> None:
    assert len({new_nonce() for _ in range(1000)}) == 1000
    assert len(new_nonce()) == 64


@given(texts, texts, texts, texts)
def test_moving_text_between_parts_changes_the_commitment(a: str, b: str, c: str, d: str) -> None:
    whole = Opening(a, b, c + d, "")
    moved = Opening(a, b, c, d)
    assert (commitment(whole) == commitment(moved)) == (whole == moved)

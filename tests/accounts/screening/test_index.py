"""A list in memory: what blocking finds, and what it loses against comparing everything."""

import random
from collections.abc import Iterable

import pytest

from accounts.screening.algorithm import Algorithm
from accounts.screening.index import MOST_HITS, Index
from accounts.screening.matching import Entry, Hit, Query, compare
from tests.accounts.screening import variants

ALGORITHM = Algorithm()


@pytest.fixture(scope="module")
def index() -> Index:
    rng = random.Random(7)  # noqa: S311
    return Index(
        (
            Entry(str(n), name, kind, aliases=(variants.variant(rng, name),))
            for n, (name, kind) in enumerate(variants.names(rng, 1500))
        ),
        ALGORITHM,
    )


def routed(hits: Iterable[Hit]) -> set[str]:
    return {hit.entry.key for hit in hits if hit.route != "clear"}


def test_blocking_finds_what_the_full_matrix_finds(index: Index) -> None:
    rng = random.Random(8)  # noqa: S311
    whole = blocked = 0
    for _ in range(250):
        entry = rng.choice(index.entries)
        query = Query(variants.variant(rng, entry.name), entry.kind)
        full = routed(index.search(query, blocked=False))
        found = routed(index.search(query))
        assert found <= full
        whole += len(full)
        blocked += len(found)
    assert whole > 300
    # What is lost are pairs with slips in each word; docs/screening.md has the figure.
    assert blocked / whole > 0.995


def test_the_full_search_is_the_comparison_of_each_pair(index: Index) -> None:
    rng = random.Random(9)  # noqa: S311
    found = 0
    for entry in index.entries[:20]:
        query = Query(variants.variant(rng, entry.name), entry.kind, country="RU")
        each = [compare(query, other, ALGORITHM) for other in index.entries]
        expected = routed(each)
        assert routed(index.search(query, blocked=False)) == expected
        found += len(expected)
    assert found > 20


def test_a_clear_subject_is_told_its_three_nearest(index: Index) -> None:
    hits = index.search(Query("Quentin Xylander Marchbanks", "person"), blocked=False)
    assert len(hits) <= 3
    assert routed(hits) == set()


def test_a_name_like_all_others_is_told_in_bounds() -> None:
    crowd = Index((Entry(str(n), "Ali Hassan", "person") for n in range(200)), ALGORITHM)
    hits = crowd.search(Query("Hassan Ali", "person"))
    assert len(hits) == MOST_HITS
    assert all(hit.exact for hit in hits)


def test_a_name_of_nothing_finds_nothing(index: Index) -> None:
    assert index.search(Query("…", "person")) == []

"""Clauses and their tags, the canonical form of a text, and what is in force when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing import clauses, versions
from licensing.versions import Phase, VersionFact, VersionState

TEXT = """# Licence

## Passing on {redistribution, Distillation, risky}

To nobody.

### In parts

## Taking back {recall}

## {not a tag} in the middle
"""


def test_headings_say_what_their_clauses_are_about() -> None:
    html, found = clauses.read(TEXT)
    assert [(each.title, each.tags, each.risky) for each in found] == [
        ("Passing on", ("redistribution", "distillation"), True),
        ("Taking back", ("recall",), False),
    ]
    assert '<h3 id="clause-2">Passing on</h3>' in html
    assert '<h3 id="clause-4">Taking back</h3>' in html
    assert "{not a tag} in the middle" in html


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("## Use {usage}", "tagged “usage”"),
        ("## Use {}", "tagged “”"),
        ("## {use}", "tags and no words"),
        ("Use {mischief}\n===", "tagged “mischief”"),
    ],
)
def test_a_tag_that_does_not_exist_is_refused(heading: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        clauses.read(f"{heading}\n\nText.\n")


def test_no_markup_of_a_heading_gets_into_its_name_or_its_id() -> None:
    html, (clause,) = clauses.read('## *Use* of `x` <b id="y">it</b> {use, risky}\n')
    assert clause.title == 'Use of x <b id="y">it</b>'
    assert 'id="clause-1"' in html
    assert "<b id" not in html


@given(st.text(alphabet=st.sampled_from("ae\u0301\r\n \t#{}x"), max_size=60))
def test_the_canonical_form_is_its_own_and_ends_in_one_line_feed(text: str) -> None:
    canonical = clauses.canonical(text)
    assert clauses.canonical(canonical) == canonical
    assert canonical.endswith("\n")
    assert "\r" not in canonical
    assert not any(line.endswith((" ", "\t")) for line in canonical.split("\n"))


NOW = datetime(2026, 11, 21, tzinfo=UTC)


def version(number: int, days: int, grace: int | None = 0, *, signs: bool = False) -> VersionFact:
    """A version in force `days` from now; `grace` is None for an editorial one."""
    begins = NOW + timedelta(days=days)
    binds = None if grace is None else begins + timedelta(days=grace)
    return VersionFact(number, begins, binds, number, signs)


@pytest.mark.parametrize(
    ("history", "current", "lowest", "binding"),
    [
        ([], None, None, None),
        ([version(1, 1)], None, None, None),
        ([version(1, -9)], 1, 1, 1),
        ([version(1, -9), version(2, -1)], 2, 2, 2),
        ([version(1, -9), version(2, -1, 30)], 2, 1, 1),
        ([version(1, -90), version(2, -40, 30)], 2, 2, 2),
        ([version(1, -9), version(2, -1, None)], 2, 1, 2),
        ([version(1, -9), version(2, -5, 30), version(3, -1, None)], 3, 1, 1),
        ([version(1, -9), version(2, -5, None), version(3, -1, 30)], 3, 1, 2),
        ([version(1, -90), version(2, -60, 30), version(3, -1, 30)], 3, 2, 2),
        ([version(1, -9), version(2, 3)], 1, 1, 1),
    ],
)
def test_what_is_in_force_what_counts_and_what_binds(
    history: list[VersionFact], current: int | None, lowest: int | None, binding: int | None
) -> None:
    found = versions.in_force(history, NOW)
    assert (found.number if found else None) == current
    assert versions.lowest_accepted(history, NOW) == lowest
    bound = versions.binding(history, NOW)
    assert (bound.number if bound else None) == binding


def test_the_earliest_end_of_a_grace_period_counts() -> None:
    history = [version(1, -90), version(2, -10, 30), version(3, -1, 5)]
    assert versions.renew_by(history, 1, NOW) == NOW + timedelta(days=4)
    assert versions.renew_by(history, 2, NOW) == NOW + timedelta(days=4)
    assert versions.renew_by(history, 3, NOW) is None


@given(
    st.lists(
        st.tuples(st.integers(1, 20), st.one_of(st.none(), st.integers(0, 30))),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 200),
)
def test_whatever_is_published_an_acceptance_once_lost_stays_lost(
    published: list[tuple[int, int | None]], day: int
) -> None:
    begun, history = -1, []
    for number, (after, grace) in enumerate(published, 1):
        begun += after
        history.append(version(number, begun, 0 if number == 1 else grace))
    now, later = NOW + timedelta(days=day), NOW + timedelta(days=day + 7)
    lowest, then = versions.lowest_accepted(history, now), versions.lowest_accepted(history, later)
    current = versions.in_force(history, now)
    assert (lowest is None) == (current is None)
    if lowest is None or current is None:
        return
    assert then is not None
    assert lowest <= then
    assert lowest <= current.number
    for number in range(lowest, current.number + 1):
        end = versions.renew_by(history, number, now)
        assert end is None or end > now


@pytest.mark.parametrize(
    ("days", "phase"),
    [(30, Phase.PUBLISHED), (7, Phase.WEEK), (2, Phase.WEEK), (1, Phase.DAY), (0, Phase.BOUND)],
)
def test_what_is_told_follows_from_how_long_is_left(days: int, phase: Phase) -> None:
    assert versions.phase_of(NOW + timedelta(days=days), NOW) is phase


def test_the_state_of_a_version_follows_from_the_time() -> None:
    def state(number: int, days: int, **more: bool) -> VersionState:
        return versions.state_of(number, NOW + timedelta(days=days), 2, NOW, **more)

    assert state(1, -9) is VersionState.SUPERSEDED
    assert state(2, -1) is VersionState.PUBLISHED
    assert state(2, -1, retired=True) is VersionState.RETIRED
    assert state(3, 1) is VersionState.SCHEDULED
    assert state(3, 1, withdrawn=True) is VersionState.WITHDRAWN

"""When a reminder is due."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from common.reminders import step

END = datetime(2027, 3, 1, tzinfo=UTC)
STEPS = (60, 30, 7)


def test_each_moment_has_its_step() -> None:
    expected = {61: None, 60: 60, 31: 60, 30: 30, 8: 30, 7: 7, 1: 7, 0: None, -1: None}
    assert {days: step(END, STEPS, END - timedelta(days=days)) for days in expected} == expected


@given(st.lists(st.integers(-2, 90), max_size=30))
def test_whoever_looks_however_often_reminds_once_a_step(looks: list[int]) -> None:
    told: list[int] = []
    for days in sorted(looks, reverse=True):
        found = step(END, STEPS, END - timedelta(days=days))
        if found is not None and (not told or told[-1] > found):
            told.append(found)
    assert told == sorted(set(told), reverse=True)

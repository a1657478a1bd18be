"""When duties are owed and told of, as tables."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licensing.duty_dates import (
    add_months,
    end_of,
    last_day,
    next_day_of_series,
    reminder,
    within,
)

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2026-10-31", 6, "2027-04-30"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-05-31", 60, "2031-05-31"),
    ],
)
def test_a_month_that_is_too_short_ends_on_its_last_day(
    day: str, months: int, expected: str
) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("anchor", "months", "after", "expected"),
    [
        ("2026-01-31", 1, "2026-01-31", "2026-02-28"),
        # The short month does not shorten those that follow.
        ("2026-01-31", 1, "2026-02-28", "2026-03-31"),
        ("2026-01-31", 6, "2026-07-31", "2027-01-31"),
        # Done after the next date had passed already.
        ("2026-01-31", 1, "2026-05-02", "2026-05-31"),
        ("2026-06-10", 3, "2026-01-01", "2026-09-10"),
        ("2028-02-29", 12, "2028-02-29", "2029-02-28"),
    ],
)
def test_a_series_keeps_the_day_that_it_began_on(
    anchor: str, months: int, after: str, expected: str
) -> None:
    found = next_day_of_series(date.fromisoformat(anchor), months, date.fromisoformat(after))
    assert found == date.fromisoformat(expected)


DAYS = st.dates(date(2020, 1, 1), date(2060, 1, 1))


# Dates alone, which only a machine under load takes long to draw.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DAYS, st.integers(1, 60), DAYS)
def test_the_next_day_is_the_first_of_the_series_that_is_later(
    anchor: date, months: int, after: date
) -> None:
    found = next_day_of_series(anchor, months, after)
    apart = (found.year - anchor.year) * 12 + found.month - anchor.month
    step, rest = divmod(apart, months)
    assert (rest, found) == (0, add_months(anchor, step * months))
    assert found > after
    assert step == 1 or add_months(anchor, (step - 1) * months) <= after


@pytest.mark.parametrize(
    ("moment", "days", "ends"),
    [
        # Clocks go forward in between: the day ends at midnight all the same.
        ("2026-03-28T12:00:00+00:00", 1, "2026-03-29T22:00:00+00:00"),
        ("2026-10-24T12:00:00+00:00", 1, "2026-10-25T23:00:00+00:00"),
        # By the clock of the portal it is the next day already.
        ("2026-01-31T23:30:00+00:00", 28, "2026-03-01T23:00:00+00:00"),
    ],
)
def test_a_deadline_is_the_end_of_a_day_where_the_portal_is(
    moment: str, days: int, ends: str
) -> None:
    due_at = within(datetime.fromisoformat(moment), days, BERLIN)
    assert due_at == datetime.fromisoformat(ends)
    assert last_day(due_at, BERLIN) == (
        datetime.fromisoformat(moment).astimezone(BERLIN).date() + timedelta(days=days)
    )


@pytest.mark.parametrize(
    ("left", "told", "owed"),
    [
        (timedelta(days=30, seconds=1), None, None),
        (timedelta(days=30), None, 30),
        (timedelta(days=12), 30, None),
        (timedelta(days=7), 30, 7),
        (timedelta(hours=20), 7, 1),
        # Whoever comes late is told once, by what is left.
        (timedelta(hours=20), None, 1),
        (timedelta(0), 1, 0),
        (timedelta(days=-40), None, 0),
        (timedelta(days=-40), 0, None),
    ],
)
def test_each_reminder_is_owed_once(left: timedelta, told: int | None, owed: int | None) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    assert reminder(now + left, told, now) == owed


def test_the_end_of_a_day_is_the_beginning_of_the_next() -> None:
    assert end_of(date(2026, 12, 31), UTC) == datetime(2027, 1, 1, tzinfo=UTC)

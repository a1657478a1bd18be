"""When a daily summary is due, by the person's own clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.digest_times import last_due, zone_names, zone_of


@pytest.mark.parametrize(
    ("now", "zone", "day", "moment"),
    [
        ("2026-06-01T06:59", "UTC", "2026-05-31", "2026-05-31T07:00"),
        ("2026-06-01T07:00", "UTC", "2026-06-01", "2026-06-01T07:00"),
        # In summer Berlin is two hours ahead, and Auckland twelve.
        ("2026-06-01T05:00", "Europe/Berlin", "2026-06-01", "2026-06-01T05:00"),
        ("2026-05-31T19:00", "Pacific/Auckland", "2026-06-01", "2026-05-31T19:00"),
        ("2026-06-01T10:59", "America/New_York", "2026-05-31", "2026-05-31T11:00"),
        # The morning after the clock went forward.
        ("2026-03-29T05:00", "Europe/Berlin", "2026-03-29", "2026-03-29T05:00"),
    ],
)
def test_it_is_due_at_seven_of_the_persons_clock(
    now: str, zone: str, day: str, moment: str
) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found_day, found = last_due(at, ZoneInfo(zone), 7)
    assert str(found_day) == day
    assert found == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(zone_names()),
    st.integers(0, 23),
)
def test_it_was_due_within_the_last_day_and_days_do_not_go_back(
    now: datetime, name: str, hour: int
) -> None:
    zone = ZoneInfo(name)
    day, moment = last_due(now, zone, hour)
    assert moment <= now < moment + timedelta(hours=51)  # a zone has skipped a whole day before
    later_day, later = last_due(now + timedelta(hours=1), zone, hour)
    assert (later_day, later) >= (day, moment)
    assert (later_day == day) == (later == moment)


def test_an_unknown_zone_is_the_portals() -> None:
    for name in ("", "Nowhere/Land", "../etc/passwd", "\x00"):
        assert zone_of(name, "UTC").key == "UTC"

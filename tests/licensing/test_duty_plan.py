"""What a grant owes, as tables: what opens a duty, and what ends one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from licensing.duties import Duty
from licensing.duty_plan import Declined, GrantFacts, Happened, Held, Known, plan

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SINCE = NOW - 200 * DAY  # 5 May 2026


def held(kind: str, number: int, terms: int = 1) -> Held:
    return Held(terms, 11, Duty(kind, number, "keeper", "stop"), SINCE)


ATTEST, UPDATE, DESTROY = (
    held("attest_use", 6),
    held("apply_updates", 14),
    held("certify_destruction", 30),
)
GRANT = GrantFacts(
    state="active",
    has_weights=True,
    created_at=NOW - 300 * DAY,
    ends_at=NOW + 300 * DAY,
    held=(ATTEST, UPDATE, DESTROY),
)
RELEASED = Happened(5, NOW - DAY)
ENDED: dict[str, Any] = {"state": "revoked", "ended_at": NOW - DAY}


def opened(now: datetime = NOW, **changes: Any) -> list[tuple[str, str, date]]:
    found = plan(replace(GRANT, **changes), now, UTC).open
    return [
        (each.held.duty.kind, each.trigger, (each.due_at - timedelta(seconds=1)).date())
        for each in found
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # Half a year since the holder accepted was on 5 November: it is due in the next.
        ({}, []),
        ({"held": (held("attest_use", 1),)}, [("attest_use", "period:2026-12-05", "2026-12-05")]),
        ({"held": (held("attest_use", 1),), "state": "suspended"}, ["attest_use"]),
        ({"held": (held("attest_use", 1),), "state": "queued"}, []),
        ({"held": (held("attest_use", 1),), "ends_at": NOW - DAY}, []),
        # What would be due after the end is not asked for.
        ({"held": (held("attest_use", 1),), "ends_at": NOW + 10 * DAY}, []),
        ({"released": (RELEASED,)}, [("apply_updates", "released:5", "2026-12-04")]),
        ({"released": (RELEASED,), "has_weights": False}, []),
        # Whoever came after it began with it.
        ({"released": (RELEASED,), "created_at": NOW - DAY / 2}, []),
        # Noticed too late: there is a whole time for it all the same.
        (
            {"released": (Happened(5, NOW - 90 * DAY),)},
            [("apply_updates", "released:5", "2026-12-05")],
        ),
        ({"withdrawn": (RELEASED,)}, [("apply_updates", "withdrawn:5", "2026-12-04")]),
        (
            {"withdrawn": (RELEASED,), "weights_left": False},
            [("certify_destruction", "withdrawn:5", "2026-12-20")],
        ),
        (ENDED, [("certify_destruction", "ended", "2026-12-20")]),
        (ENDED | {"state": "superseded"}, []),
        (ENDED | {"licensed_again": True}, []),
        (ENDED | {"has_weights": False}, []),
        (ENDED | {"ended_at": SINCE - DAY}, []),
        (
            {"declined": (Declined(1, 12, NOW - 2 * DAY),)},
            [("certify_destruction", "declined:12", "2026-12-19")],
        ),
        # A grace period that has not passed counts from its end.
        (
            {"declined": (Declined(1, 12, NOW + 10 * DAY),)},
            [("certify_destruction", "declined:12", "2026-12-31")],
        ),
        ({"declined": (Declined(2, 12, NOW),)}, []),
    ],
)
def test_what_happened_opens_the_duty_that_was_declared(
    changes: dict[str, Any], expected: list[Any]
) -> None:
    found = opened(**changes)
    if expected == ["attest_use"]:
        assert [kind for kind, _trigger, _day in found] == expected
    else:
        assert found == [(kind, cause, date.fromisoformat(day)) for kind, cause, day in expected]


def known(kind: str, trigger: str, state: str = "due", **more: Any) -> Known:
    return Known(7, 1, kind, trigger, state, more.pop("due_at", NOW + DAY), **more)


def test_one_attestation_is_owed_at_a_time_and_the_next_keeps_the_series() -> None:
    monthly: dict[str, Any] = {"held": (held("attest_use", 1),)}
    last = known("attest_use", "period:2026-11-05", due_at=NOW - 16 * DAY, anchor=date(2026, 1, 31))
    assert opened(**monthly, known=(last,)) == []
    done = replace(last, state="done_late", closed_at=NOW)
    assert opened(**monthly, known=(done,)) == [
        ("attest_use", "period:2026-11-30", date(2026, 11, 30))
    ]
    # Done after the next date had begun: that one is met with it.
    later = replace(done, closed_at=NOW + 9 * DAY)
    assert opened(NOW + 9 * DAY, **monthly, known=(later,)) == []
    assert opened(NOW + 12 * DAY, **monthly, known=(later,)) == [
        ("attest_use", "period:2026-12-31", date(2026, 12, 31))
    ]


def test_doing_the_plan_leaves_nothing_to_do() -> None:
    facts = replace(GRANT, **ENDED, released=(RELEASED,))
    [opening] = plan(facts, NOW, UTC).open
    after = replace(facts, known=(known("certify_destruction", opening.trigger),))
    assert not plan(after, NOW + 50 * DAY, UTC)
    assert not plan(
        replace(after, known=(known("certify_destruction", "ended", "waived"),)), NOW, UTC
    )


def test_one_certificate_is_enough_whatever_brought_it_about() -> None:
    open_one = known("certify_destruction", "declined:12")
    assert opened(**ENDED, known=(open_one,)) == []
    assert not plan(replace(GRANT, **ENDED, known=(open_one,)), NOW, UTC).void


@pytest.mark.parametrize(
    ("row", "changes", "why"),
    [
        (known("attest_use", "period:x", anchor=NOW.date()), ENDED, "has ended"),
        (known("apply_updates", "released:5", "overdue"), ENDED, "has ended"),
        (known("apply_updates", "released:5"), {"held": (ATTEST,)}, "no more"),
        (
            known("certify_destruction", "ended"),
            ENDED | {"licensed_again": True},
            "another grant",
        ),
        (known("certify_destruction", "declined:12"), {}, "was accepted"),
        (known("certify_destruction", "withdrawn:5"), {}, "Other weights"),
        (known("certify_destruction", "withdrawn:5"), {"weights_left": False}, ""),
        (known("attest_use", "period:x", anchor=NOW.date()), {"state": "suspended"}, ""),
        (known("attest_use", "period:x", "done", anchor=NOW.date()), ENDED, ""),
    ],
)
def test_what_is_owed_no_more_is_closed_with_the_reason(
    row: Known, changes: dict[str, Any], why: str
) -> None:
    found = plan(replace(GRANT, **changes, known=(row,)), NOW, UTC).void
    assert [each.id for each in found] == ([7] if why else [])
    assert all(why in each.reason for each in found)

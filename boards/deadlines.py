"""When people are reminded: of a vote, a term, a full review, a motion in review. No clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from boards.choices import ReminderKind

DAY = timedelta(days=1)
# How long a motion waits in review for its vote, since its dossier was put before the board last.
# Longer than a soak with an evaluation after it, as a move may be proposed before its soak is over.
IDLE = 180 * DAY
IDLE_REMINDED = 30 * DAY

Step = tuple[ReminderKind, datetime]


def vote_steps(opened: datetime, closes: datetime) -> list[Step]:
    """Return when awaited seats are reminded: halfway, and a day before the end of a long vote."""
    steps = [(ReminderKind.VOTE_HALF, opened + (closes - opened) / 2)]
    if closes - DAY > steps[0][1]:
        steps.append((ReminderKind.VOTE_DAY, closes - DAY))
    return steps


def escalation_at(opened: datetime, closes: datetime) -> datetime:
    """Return from when a missing quorum is the chair's matter: the last day, or last quarter."""
    return closes - min(DAY, (closes - opened) / 4)


def term_steps(ends: datetime) -> list[Step]:
    """Return when a holder and the chair hear of the end of a term."""
    return [
        (ReminderKind.TERM_MONTH, ends - 30 * DAY),
        (ReminderKind.TERM_WEEK, ends - 7 * DAY),
        (ReminderKind.TERM_OVER, ends),
    ]


def review_steps(due: datetime) -> list[Step]:
    """Return when the board hears of a full review that it owes."""
    return [
        (ReminderKind.REVIEW_WEEK, due - 7 * DAY),
        (ReminderKind.REVIEW_DAY, due - DAY),
        (ReminderKind.REVIEW_OVER, due),
    ]


def idle_steps(since: datetime) -> list[Step]:
    """Return when proposer and chair hear that no vote was opened, before the motion lapses."""
    return [
        (ReminderKind.IDLE_MONTH, since + IDLE_REMINDED),
        (ReminderKind.IDLE_WEEK, since + IDLE - 7 * DAY),
    ]


def reached(steps: Sequence[Step], since: datetime, now: datetime) -> list[ReminderKind]:
    """Return the steps that lie between `since` and now, the latest last."""
    return [kind for kind, at in steps if since < at <= now]

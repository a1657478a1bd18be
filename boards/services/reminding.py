"""Saying in time what is owed: votes, seats about to end, full reviews, votes to be opened.

Everything is read from the rows anew; what was said stands in a row of its own, so that it is
said once, also by two sweeps at the same time.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from audit.selectors import ref
from audit.services import record
from boards import notifications, selectors
from boards.actions import Action
from boards.choices import ReminderKind
from boards.deadlines import (
    IDLE,
    IDLE_REMINDED,
    escalation_at,
    idle_steps,
    reached,
    review_steps,
    term_steps,
    vote_steps,
)
from boards.models import Motion, MotionState, Reminder, Seat

logger = logging.getLogger(__name__)

# What ended longer ago was said, or is of no use any more.
LOOK_BACK = timedelta(days=30)


def send_reminders() -> int:
    """Remind of everything that is due; return how many things were said."""
    now = timezone.now()
    voting = Motion.objects.filter(state=MotionState.VOTING, voting_closes_at__gt=now)
    seats = selectors.terms_ending(now + timedelta(days=30)).filter(
        term_ends_at__gt=now - LOOK_BACK
    )
    reviews = selectors.reviews_owed().filter(full_review_due_at__lte=now + timedelta(days=7))
    owed: list[Callable[[datetime], int]] = [
        *(partial(_vote, motion) for motion in voting.select_related("board")),
        *(partial(_term, seat) for seat in seats),
        *(partial(_review, motion) for motion in reviews),
        *(partial(_idle, motion) for motion in selectors.idle_motions(now - IDLE_REMINDED)),
    ]
    return sum(_attempt(each, now) for each in owed)


def _attempt(say: Callable[[datetime], int], now: datetime) -> int:
    try:
        with transaction.atomic():
            return say(now)
    except Exception:
        logger.exception("A reminder could not be written; the next sweep tries.")
        return 0


def _is_new(about: str, kinds: Sequence[ReminderKind], due_at: datetime) -> bool:
    """Note the steps that were reached; say whether the latest was not said before."""
    is_new = False
    for kind in kinds:
        _row, is_new = Reminder.objects.get_or_create(about=about, kind=kind, due_at=due_at)
    return is_new


def _vote(motion: Motion, now: datetime) -> int:
    opened, closes = motion.voting_opened_at, motion.voting_closes_at
    if opened is None or closes is None:
        return 0
    kinds = reached(vote_steps(opened, closes), opened, now)
    if not kinds:
        return 0
    standing = selectors.standing(motion)
    late = [each for each in standing.awaited if _is_new(ref(each), kinds, closes)]
    if late:
        notifications.vote_reminder(motion, late)
    said = len(late)
    if (
        now >= escalation_at(opened, closes)
        and (lacking := standing.lacking(motion))
        and _is_new(ref(motion), [ReminderKind.NO_QUORUM], closes)
    ):
        chairs = list(selectors.chairs_of(motion.board_id))
        people = chairs or list(selectors.members_of(motion.board_id))
        notifications.quorum_missing(motion, people, lacking)
        said += 1
    return said


def _term(seat: Seat, now: datetime) -> int:
    ends = seat.term_ends_at
    if ends is None or seat.holder is None:
        return 0
    kinds = reached(term_steps(ends), seat.held_since, now)
    if not kinds or not _is_new(ref(seat), kinds, ends):
        return 0
    if kinds[-1] == ReminderKind.TERM_OVER:
        notifications.term_over(seat, [seat.holder, *selectors.members_of(seat.board_id)])
    else:
        notifications.term_ending(seat, [seat.holder, *selectors.chairs_of(seat.board_id)])
    return 1


def _review(motion: Motion, now: datetime) -> int:
    due, decided = motion.full_review_due_at, motion.outcome_at
    if due is None or decided is None:
        return 0
    kinds = reached(review_steps(due), decided, now)
    if not kinds or not _is_new(ref(motion), kinds, due):
        return 0
    people = [*selectors.members_of(motion.board_id), motion.proposer]
    if kinds[-1] == ReminderKind.REVIEW_OVER:
        record(
            actor=None,
            action=Action.REVIEW_OVERDUE,
            target=motion,
            also=(motion.board,),
            data={"due_at": due.isoformat()},
        )
        notifications.review_overdue(motion, people)
    else:
        notifications.review_due(motion, people)
    return 1


def _idle(motion: Motion, now: datetime) -> int:
    since = selectors.dossier_put_at(motion)
    lapses = since + IDLE
    kinds = reached(idle_steps(since), since, now)
    if now >= lapses or not kinds or not _is_new(ref(motion), kinds, lapses):
        return 0
    people = [motion.proposer, *selectors.chairs_of(motion.board_id)]
    notifications.vote_unopened(motion, people, since, lapses)
    return 1

"""Closing votes, signing records, doing what boards decided about themselves, reminding."""

import logging
from collections.abc import Callable
from functools import partial

from celery import shared_task
from django.utils import timezone

from boards import selectors, services
from boards.choices import OWN_RULE_KIND, REVIEW_KIND, SEAT_KIND
from boards.deadlines import IDLE
from boards.models import Motion
from common.errors import Refused

logger = logging.getLogger(__name__)


@shared_task(name="boards.sweep_motions")
def sweep_motions() -> None:
    """Close every vote whose deadline has passed, and let lapse what nobody put to the vote.

    Each in its own transaction.
    """
    now = timezone.now()
    for motion in selectors.due_motions(now):
        _end(motion, partial(services.close_voting, actor=None))
    for motion in selectors.idle_motions(now - IDLE):
        _end(motion, services.lapse_idle)


def _end(motion: Motion, end: Callable[..., Motion]) -> None:
    try:
        end(motion=motion)
    except Refused:
        logger.info("Motion %s was ended by another hand.", motion.public_id)
    except Exception:
        logger.exception("Motion %s could not be ended; the next sweep tries.", motion.pk)


@shared_task(name="boards.sign_record")
def sign_record(motion_id: int) -> None:
    """Sign the record of one decision, if it is owed."""
    services.sign_record(motion_id=motion_id)


@shared_task(name="boards.sweep_records")
def sweep_records() -> None:
    """Sign every record that is owed, also those decided before there was a key."""
    services.sign_owed()


@shared_task(name="boards.sweep_decisions")
def sweep_decisions() -> None:
    """Carry out decided motions about seats and the board's rule, and end the reviews owed."""
    services.apply_decided(SEAT_KIND, services.apply_seat_change)
    services.apply_decided(OWN_RULE_KIND, services.apply_rule_change)
    services.apply_decided(REVIEW_KIND, services.apply_full_review)


@shared_task(name="boards.sweep_reminders")
def sweep_reminders() -> None:
    """Remind of votes, of terms about to end, of full reviews and of votes to be opened."""
    services.send_reminders()

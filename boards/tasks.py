"""Closing votes whose time is up, and signing the records of what was decided."""

import logging

from celery import shared_task
from django.utils import timezone

from boards import selectors, services
from common.errors import Refused

logger = logging.getLogger(__name__)


@shared_task(name="boards.sweep_motions")
def sweep_motions() -> None:
    """Close every motion whose deadline has passed; each in its own transaction."""
    for motion in selectors.due_motions(timezone.now()):
        try:
            services.close_voting(actor=None, motion=motion)
        except Refused:
            logger.info("Motion %s was closed by another hand.", motion.public_id)
        except Exception:
            logger.exception("Motion %s could not be closed; the next sweep tries.", motion.pk)


@shared_task(name="boards.sign_record")
def sign_record(motion_id: int) -> None:
    """Sign the record of one decision, if it is owed."""
    services.sign_record(motion_id=motion_id)


@shared_task(name="boards.sweep_records")
def sweep_records() -> None:
    """Sign every record that is owed, also those decided before there was a key."""
    services.sign_owed()

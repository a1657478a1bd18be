"""Closing votes whose time is up."""

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

"""What the workers do for delivery. Each run is short and does whatever is owed."""

import logging
from pathlib import Path

from celery import shared_task
from django.conf import settings

from delivery import services

logger = logging.getLogger(__name__)

CHUNK_SECONDS = 30


@shared_task(name="delivery.read_access_log")
def read_access_log() -> int:
    """Note what nginx sent since the last run; return how many downloads that were."""
    if not settings.NGINX_ACCESS_LOG:
        return 0
    try:
        read = services.read_access_log(
            path=Path(settings.NGINX_ACCESS_LOG), budget_seconds=CHUNK_SECONDS
        )
    except OSError as error:
        logger.warning("The access log cannot be read: %s", error)
        return 0
    return read.noted

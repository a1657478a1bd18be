"""Handing work to the workers: promptly where the broker answers, never depended upon."""

import logging

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import autodiscover_modules

logger = logging.getLogger(__name__)


def enqueue(task: str, *args: object) -> None:
    """Send a task by name once the transaction commits.

    The row that the task works on says what is owed, and a sweep does whatever was missed, so
    a broker that is down delays and loses nothing: it is logged, not raised.
    """
    transaction.on_commit(lambda: _send(task, args))


def _send(task: str, args: tuple[object, ...]) -> None:
    if settings.CELERY_TASK_ALWAYS_EAGER:
        if task not in current_app.tasks:
            # Workers import the task modules when they start; nobody else does.
            autodiscover_modules("tasks")
        current_app.tasks[task].apply(args=args, throw=True)
        return
    try:
        current_app.send_task(task, args=args)
    except Exception:  # noqa: BLE001 - each broker fails with exceptions of its own
        logger.warning("The broker did not take %s%r; the sweep will do it.", task, args)

"""The portal's own periodic jobs."""

from celery import shared_task
from django.core.management import call_command

from accounts.services import forget_ended_sessions
from portal import health


@shared_task(name="portal.beat_heartbeat")
def beat_heartbeat() -> None:
    """Leave a sign that scheduler, broker and worker all run."""
    health.note_heartbeat()


@shared_task(name="portal.clear_sessions")
def clear_sessions() -> None:
    """Forget sessions that have expired."""
    call_command("clearsessions")
    forget_ended_sessions()

"""The project: settings, root URLs, Celery, and the pages that show several rooms at once."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]

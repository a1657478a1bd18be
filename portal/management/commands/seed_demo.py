"""`manage.py seed_demo`: fill the demo, once."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from portal import seed


class Command(BaseCommand):
    """Make the demo's accounts, models and applications; a second run changes nothing."""

    help = "Fill the demo with accounts, models and applications. Refused outside demo mode."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "This is not a demo: seed_demo makes accounts whose password everybody knows."
            )
        for directory in filter(None, (settings.WEIGHTS_DIR, *settings.INGEST_ROOTS)):
            Path(directory).mkdir(parents=True, exist_ok=True)
        if seed.seed():
            self.stdout.write("The demo is filled.")
        else:
            self.stdout.write("The demo was filled before; nothing was changed.")

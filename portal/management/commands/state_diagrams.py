"""Draw the state diagrams of docs/boards.md from the code."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.diagrams import renewed

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "boards.md"


class Command(BaseCommand):
    help = "Draw the state diagrams of docs/boards.md from the code. Needs no database."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = renewed(DOCUMENT.read_text())
        except (OSError, ValueError) as error:
            raise CommandError(str(error), returncode=2) from None
        DOCUMENT.write_text(text)
        self.stdout.write(f"Wrote {DOCUMENT}.")

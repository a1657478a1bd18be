"""The demo's country table: the example that is shipped."""

from pathlib import Path

from django.conf import settings

from boards.models import Board
from licensing import services
from portal.seed.people import People

COUNTRIES_FILE = Path(settings.BASE_DIR) / "deploy" / "countries.yaml"


def make_countries(people: People, board: Board) -> None:
    """Put it in force, by the lead."""
    services.tighten_countries(
        actor=people["lead"],
        board=board,
        text=COUNTRIES_FILE.read_text(),
        reason="Export counsel's reading of the lists, November 2026.",
    )

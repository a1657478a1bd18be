"""Put a stricter country table in force from a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from boards.models import Board
from common.errors import Refused
from common.plain_yaml import MOST_CHARACTERS
from licensing.services import tighten_countries


class Command(BaseCommand):
    help = (
        "Put a country table in force for the models of a board, from a YAML file. One that "
        "loosens anything is refused: the board decides on it, on its page."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("board", help="the short name of the board")
        parser.add_argument("file", type=Path, help="YAML in UTF-8")
        parser.add_argument("--reason", required=True)

    def handle(self, **options: Any) -> None:
        board = Board.objects.filter(slug=options["board"]).first()
        if board is None:
            raise CommandError(f"There is no board called {options['board']}.")
        try:
            version = tighten_countries(
                actor=None,
                board=board,
                text=_read(Path(options["file"])),
                reason=options["reason"],
            )
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        self.stdout.write(
            f"{version.table}, version {version.number} for {board}, is in force, "
            f"SHA-256 {version.table.digest}"
        )


def _read(path: Path) -> str:
    # Four bytes at most for a character: what is longer is refused, and is not read.
    try:
        with path.open("rb") as file:
            data = file.read(4 * MOST_CHARACTERS + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(f"{path} is not UTF-8 text.") from None

"""`manage.py load_ladder FILE`: load a reviewed ladder of stages."""

import stat
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import Refused
from releases.ladder import MOST_CHARACTERS
from releases.services import load_ladder


class Command(BaseCommand):
    help = "Load a ladder of stages from a YAML file. A version that is loaded never changes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="for example deploy/ladder.yaml")

    def handle(self, *args: Any, **options: Any) -> None:
        text = _read(options["file"])
        try:
            ladder, is_new = load_ladder(actor=None, source_text=text)
        except Refused as refused:
            raise CommandError(refused.sentence, returncode=2) from None
        name = f"{ladder.name}@{ladder.version}"
        if is_new:
            self.stdout.write(f"Loaded the ladder {name} with {ladder.stages.count()} stages.")
        else:
            self.stdout.write(f"The ladder {name} is loaded already, with this very text.")


def _read(name: str) -> str:
    try:
        path = Path(name)
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise CommandError(f"{name!r} is not a file.", returncode=2)
        if found.st_size > 4 * MOST_CHARACTERS:
            raise CommandError(
                f"{name!r} has {found.st_size} bytes, which no ladder has.", returncode=2
            )
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise CommandError(f"{name!r} is not UTF-8 text.", returncode=2) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise CommandError(f"{name!r} cannot be read: {why}.", returncode=2) from None

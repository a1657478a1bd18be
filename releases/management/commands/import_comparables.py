"""`manage.py import_comparables FILE [--dry-run] --as EMAIL`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import Refused
from releases.comparables.csv_file import MOST_BYTES
from releases.management.lookups import find_user
from releases.services import ImportRefused, import_comparables, plan_import
from releases.services.comparables import guard_keeper


class Command(BaseCommand):
    help = "Read a CSV file into the register of comparable models, all of it or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--as",
            dest="email",
            metavar="EMAIL",
            required=True,
            help="who enters it: somebody who manages the releases of some model",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what would change, and change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user, dry_run = find_user(options["email"]), options["dry_run"]
        content = _read(options["file"])
        try:
            guard_keeper(user)
            plan = (
                plan_import(content) if dry_run else import_comparables(actor=user, content=content)
            )
        except ImportRefused as refused:
            lines = "\n".join(str(problem) for problem in refused.problems)
            raise CommandError(f"Nothing was imported.\n{lines}", returncode=2) from None
        except Refused as refused:
            raise CommandError(refused.sentence, returncode=2) from None
        counts = plan.counts
        for what in ("models", "results"):
            new, changed, same = (
                counts[f"{how}_{what}"] for how in ("new", "changed", "unchanged")
            )
            self.stdout.write(f"{what}: {new} new, {changed} changed, {same} unchanged")
        if dry_run:
            self.stdout.write("Nothing was written.")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from None

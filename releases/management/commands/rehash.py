"""`manage.py rehash [--all]`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from releases.services import rehash_due
from releases.store import StoreError

A_DAY = 24 * 3600.0


class Command(BaseCommand):
    help = (
        "Read stored objects again and compare them with what was sealed. Exit code 0: all that "
        "were read are whole; 1: some are damaged, and no longer served; 2: the store is away."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--all", action="store_true", help="every object, not only those whose turn it is"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            # On a terminal only: a log has no use for a bar.
            with tqdm(unit="B", unit_scale=True, disable=None) as bar:
                done = rehash_due(
                    budget_seconds=A_DAY, everything=options["all"], progress=bar.update
                )
        except StoreError as error:
            raise CommandError(str(error), returncode=2) from None
        except KeyboardInterrupt:
            raise CommandError("Interrupted. What was read stays noted.", returncode=130) from None
        if done.damaged:
            raise CommandError(
                f"{done.damaged} of {done.checked} objects are damaged and no longer served. "
                "The operator's page lists their files.",
                returncode=1,
            )
        self.stdout.write(f"{done.checked} objects read; all are whole.")

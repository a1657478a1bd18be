"""`manage.py load_networks FILE...`: learn in which country networks are registered."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.delegated import DelegatedError
from accounts.services import load_networks


class Command(BaseCommand):
    help = (
        "Load files of the regional internet registries (delegated or delegated-extended), each "
        "in the place of the former one of its registry. Reviewers then see whether an application "
        "came from a network of the country that it declares. A file that is wrong or cut off "
        "changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["files"]:
            try:
                loaded = load_networks(path)
            except DelegatedError as error:
                raise CommandError(f"{path}: {error}") from None
            self.stdout.write(
                f"{loaded.registry} {loaded.serial}: {loaded.blocks_count:,} blocks of addresses."
            )

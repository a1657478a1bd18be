"""`manage.py create_model namespace/name --title … --board … --ladder …`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import Refused
from releases.management.lookups import find_board, find_ladder
from releases.names import check_model_name
from releases.services import create_model


class Command(BaseCommand):
    help = "Create a model, which a board decides on and a ladder leads."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("model", metavar="namespace/name")
        parser.add_argument("--title", required=True)
        parser.add_argument("--summary", default="")
        parser.add_argument("--board", required=True, help="the board's short name")
        parser.add_argument("--ladder", default="default", help="name, or name@version")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            namespace, name = check_model_name(options["model"])
            model = create_model(
                actor=None,
                namespace=namespace,
                name=name,
                title=options["title"],
                summary=options["summary"],
                board=find_board(options["board"]),
                ladder=find_ladder(options["ladder"]),
            )
        except (Refused, ValueError) as error:
            raise CommandError(str(error), returncode=2) from None
        self.stdout.write(f"Created {model} on the ladder {model.ladder}.")

"""Publish a version of an agreement from a file."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.errors import Refused
from licensing.services import publish_terms
from licensing.services.agreements import TEXT_LENGTH


class Command(BaseCommand):
    help = "Publish a version of an agreement from a Markdown file. It is in force at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the short name that stages use")
        parser.add_argument("--title", required=True)
        parser.add_argument("--file", required=True, type=Path, help="Markdown in UTF-8")
        parser.add_argument(
            "--duties",
            type=Path,
            help="JSON: a list of recurring duties, each {kind, number, performer, consequence}",
        )

    def handle(self, **options: Any) -> None:
        try:
            version = publish_terms(
                actor=None,
                slug=options["slug"],
                title=options["title"],
                text=_read(Path(options["file"])),
                duties=_duties(options["duties"]) if options["duties"] else (),
            )
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        self.stdout.write(
            f"{version.terms.slug} version {version.number} is in force, "
            f"SHA-256 {version.text_sha256}"
        )


def _duties(path: Path) -> Any:
    try:
        found = json.loads(_read(path))
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise CommandError(f"{path} is not a list in JSON.")
    return found


def _read(path: Path) -> str:
    # Four bytes at most for a character: what is longer cannot fit, and is not read.
    try:
        with path.open("rb") as file:
            data = file.read(4 * TEXT_LENGTH + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise CommandError(f"{path} is not UTF-8 text.") from None

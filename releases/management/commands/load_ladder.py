"""`manage.py load_ladder FILE`: load a reviewed ladder of stages."""

import stat
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import Refused
from releases.ladder import MOST_CHARACTERS
from releases.ladder_changes import Change, loosening
from releases.models import Ladder
from releases.selectors.ladders import changes_between, former_version
from releases.services import load_ladder
from releases.services.adoption import Adoption

WHAT_TO_DO = """\
What loosens a rule is decided by the board, under the rule as it stands: a release manager opens
the model's page, "Put the new version before the board". What only tightens can be had at once:
load it as a version of its own, and what loosens as the next."""


class Command(BaseCommand):
    help = "Load a ladder of stages from a YAML file. A version that is loaded never changes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="for example deploy/ladder.yaml")

    def handle(self, *args: Any, **options: Any) -> None:
        text = _read(options["file"])
        try:
            loaded = load_ladder(actor=None, source_text=text)
        except Refused as refused:
            raise CommandError(refused.sentence, returncode=2) from None
        ladder = loaded.ladder
        name = f"{ladder.name}@{ladder.version}"
        if loaded.is_new:
            self.stdout.write(f"Loaded the ladder {name} with {ladder.stages.count()} stages.")
        else:
            self.stdout.write(f"The ladder {name} is loaded already, with this very text.")
        former = former_version(ladder) if loaded.is_new else None
        if former is not None and former not in {each.former for each in loaded.adoptions}:
            self._tell_changes(former, changes_between(former, ladder))
        by_version: dict[int, list[Adoption]] = {}
        for adoption in loaded.adoptions:
            by_version.setdefault(adoption.former.version, []).append(adoption)
        for _version, adoptions in sorted(by_version.items()):
            self._tell_changes(adoptions[0].former, adoptions[0].changes)
            for adoption in adoptions:
                self.stdout.write(f"  {adoption.model}: {_outcome(adoption)}")
        if any(not each.adopted and not each.obstacle for each in loaded.adoptions):
            self.stdout.write(WHAT_TO_DO)

    def _tell_changes(self, former: Ladder, changes: list[Change]) -> None:
        self.stdout.write(f"Against version {former.version}:")
        for change in changes:
            self.stdout.write(f"  {change.line}")
        if not changes:
            self.stdout.write("  Nothing that a rule says changes.")


def _outcome(adoption: Adoption) -> str:
    if adoption.adopted:
        return "follows it from now on, as it loosens nothing."
    if adoption.obstacle:
        return f"stays on version {adoption.former.version}. {adoption.obstacle}"
    count = len(loosening(adoption.changes))
    things = "thing" if count == 1 else "things"
    return f"stays on version {adoption.former.version}, as {count} {things} would be loosened."


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

"""`manage.py inspect_evidence FILE [--json] [--digest HEX]`, without a database."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from releases.evidence import EvidenceProblem, Report, read_report
from releases.evidence.shown import as_json, as_lines


class Command(BaseCommand):
    help = (
        "Tell what an import of a log of Inspect (.eval, .json) or of results of "
        "lm-evaluation-harness (.json, .zip) would say. Exit code 0: it can be read, flags and "
        "all; 2: it is refused, and one sentence says why."
    )
    # No database, and nothing of the instance's settings.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="as docs/evidence.md describes it")
        parser.add_argument(
            "--digest", default="", metavar="HEX", help="of the release that it should be bound to"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = self._read(options["file"], options["digest"])
        if options["json"]:
            self.stdout.write(json.dumps(as_json(report), indent=2, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(as_lines(report)))

    def _read(self, path: Path, digest: str) -> Report:
        try:
            return read_report(path, release_digest=digest)
        except EvidenceProblem as problem:
            raise CommandError(problem.sentence, returncode=2) from None
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None

"""`manage.py ingest_release namespace/name VERSION SOURCE [--wait]`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from common.errors import Refused
from releases.management.lookups import find_model
from releases.models import Release
from releases.selectors import ingest_progress
from releases.services import continue_ingest, start_ingest, verify_release

A_DAY = 24 * 3600.0


class Command(BaseCommand):
    help = (
        "Read a directory, or s3://bucket/prefix, into the store as a release. Exit code 0: "
        "sealed, or handed to a worker; 1: refused while it was read; 2: refused before anything "
        "was read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("model", metavar="namespace/name")
        parser.add_argument("version", help="for example v1.0")
        parser.add_argument("source", help="a directory, or s3://bucket/prefix")
        parser.add_argument(
            "--wait",
            action="store_true",
            help="read and verify here, with a progress bar, instead of leaving it to a worker",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        model = find_model(options["model"])
        wait = options["wait"]
        try:
            release = start_ingest(
                actor=None,
                model=model,
                version=options["version"],
                directory=str(options["source"]),
                hand_over=not wait,
            )
        except Refused as refused:
            raise CommandError(refused.sentence, returncode=2) from None
        if wait:
            self._work(release)
        release.refresh_from_db()
        self._tell(release, waited=wait)

    def _work(self, release: Release) -> None:
        total = ingest_progress(release).total
        try:
            # On a terminal only: a log has no use for a bar.
            with tqdm(total=total, unit="B", unit_scale=True, disable=None) as bar:
                for work in (continue_ingest, verify_release):
                    work(
                        release_id=release.pk,
                        budget_seconds=A_DAY,
                        progress=bar.update,
                        hand_over=False,
                    )
        except KeyboardInterrupt:
            raise CommandError(
                f"Interrupted. A worker goes on with {release} within a minute or two.",
                returncode=130,
            ) from None

    def _tell(self, release: Release, *, waited: bool) -> None:
        if release.state == "refused":
            raise CommandError(f"{release} was refused. {release.refusal}", returncode=1)
        if release.state == "sealed":
            self.stdout.write(f"Sealed {release} with the digest {release.digest}.")
        elif waited:
            raise CommandError(f"Somebody else took over {release}; watch its page.", returncode=1)
        else:
            self.stdout.write(f"The ingest of {release} has begun; a worker reads it.")

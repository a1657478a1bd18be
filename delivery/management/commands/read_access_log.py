"""`manage.py read_access_log FILE`: how many bytes of each download nginx really sent."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from delivery.services import read_access_log


class Command(BaseCommand):
    help = (
        "Note from nginx's log (deploy/nginx.conf) how far each download got. It goes on where it "
        "stopped last, also after a rotation; reading twice changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the log that NGINX_ACCESS_LOG names")

    def handle(self, **options: Any) -> None:
        path = Path(options["file"]).absolute()
        try:
            read = read_access_log(path=path)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
        self.stdout.write(
            f"{read.lines} lines read, {read.noted} downloads noted, "
            f"{read.damaged} damaged lines left out."
        )

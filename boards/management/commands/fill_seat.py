"""Fill a vacant seat of a board that cannot decide about itself any more."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from boards.models import Board
from boards.services import fill_seat
from common.errors import Refused


class Command(BaseCommand):
    help = "Fill a vacant seat where so many are vacant that no motion could. All members are told."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("board", help="the board's short name")
        parser.add_argument("role", help="the role of a vacant seat")
        parser.add_argument("email", help="of the account of the person to be seated")
        parser.add_argument("--reason", required=True, help="told to every member")
        parser.add_argument("--independence", default="", help="on what their independence rests")
        parser.add_argument("--term-days", type=int, default=365)

    def handle(self, *args: Any, **options: Any) -> None:
        if "\x00" in options["board"] + options["email"]:
            raise CommandError("A name holds a character that cannot be kept.", returncode=2)
        board = Board.objects.filter(slug=options["board"]).first()
        if board is None:
            raise CommandError(f"There is no board {options['board']!r}.", returncode=2)
        person = User.objects.filter(email__iexact=options["email"]).first()
        if person is None:
            raise CommandError(
                f"There is no account with the address {options['email']!r}.", returncode=2
            )
        try:
            seat = fill_seat(
                actor=None,
                board=board,
                role=options["role"],
                person=person,
                reason=options["reason"],
                term=timedelta(days=max(0, min(options["term_days"], 100_000))),
                independence=options["independence"],
            )
        except Refused as refused:
            raise CommandError(refused.sentence, returncode=2) from refused
        self.stdout.write(f"Seated {person} as {seat.role} on {board.name}.")

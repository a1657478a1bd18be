"""Found a board with its seats."""

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify

from accounts.models import User
from boards.models import SeatRole
from boards.services import found_board
from common.errors import Refused


class Command(BaseCommand):
    help = "Found a board. Seats are given here once; later ones are a motion's business."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help='for example "Release board"')
        parser.add_argument("--slug", default="", help="short name in addresses; made of the name")
        parser.add_argument("--description", default="")
        parser.add_argument("--term-days", type=int, default=365, help="how long they sit")
        parser.add_argument(
            "--independence", default="", help="on what the independence of such seats rests"
        )
        parser.add_argument("--rule", help="JSON; how the board decides about itself")
        parser.add_argument(
            "--seat",
            action="append",
            default=[],
            metavar="ROLE:EMAIL",
            help=f"one per seat, ROLE:- for a vacant one; roles: {', '.join(SeatRole.values)}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            board = found_board(
                actor=None,
                name=options["name"],
                slug=options["slug"] or slugify(options["name"])[:60].strip("-"),
                description=options["description"],
                rule=_rule(options["rule"]),
                term=timedelta(days=max(0, min(options["term_days"], 100_000))),
                independence=options["independence"],
                seats=[_seat(text) for text in options["seat"]],
            )
        except Refused as refused:
            raise CommandError(refused.sentence, returncode=2) from refused
        self.stdout.write(f"Founded {board.name} ({board.slug}) with {board.seats.count()} seats.")


def _rule(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        rule = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CommandError(f"--rule is not JSON: {error}.", returncode=2) from None
    if not isinstance(rule, dict):
        raise CommandError("--rule must be an object.", returncode=2)
    return rule


def _seat(text: str) -> tuple[str, User | None]:
    role, colon, email = text.partition(":")
    if not colon or not email:
        raise CommandError(
            f"--seat {text!r} must look like chair:person@example.org, or chair:- if vacant.",
            returncode=2,
        )
    if email == "-":
        return role, None
    holder = User.objects.filter(email__iexact=email).first() if "\x00" not in email else None
    if holder is None:
        raise CommandError(f"There is no account with the address {email!r}.", returncode=2)
    return role, holder

"""`manage.py grant_right EMAIL RIGHT namespace/name`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import Refused
from releases.choices import Right
from releases.management.lookups import find_model, find_user
from releases.services import grant_right, withdraw_right


class Command(BaseCommand):
    help = "Give a member of staff a right on one model, or take it away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("right", help=", ".join(Right.values))
        parser.add_argument("model", metavar="namespace/name")
        parser.add_argument("--withdraw", action="store_true", help="take the right away")

    def handle(self, *args: Any, **options: Any) -> None:
        user, model = find_user(options["email"]), find_model(options["model"])
        change = withdraw_right if options["withdraw"] else grant_right
        try:
            changed = change(actor=None, user=user, right=options["right"], model=model)
        except Refused as refused:
            raise CommandError(refused.sentence, returncode=2) from None
        has = "no longer has" if options["withdraw"] else "has"
        already = "" if changed else " already"
        self.stdout.write(f"{user.email}{already} {has} {options['right']} on {model}.")

"""`manage.py erase_person EMAIL --reason WHY`: erase a person's data for good."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services import erase_person
from common.errors import Refused


class Command(BaseCommand):
    help = (
        "Remove what tells who a person is: name, address, tokens, sessions, messages and the "
        "key of their encrypted fields. Events, votes and acceptances stand, without a name. "
        "This cannot be undone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--reason", required=True, help="kept in the record; write no personal data into it"
        )
        parser.add_argument(
            "--yes", action="store_true", help="do not ask; scripts are never asked"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['email']}.", returncode=2)
        if not options["yes"] and sys.stdin.isatty():
            typed = input(f"Type {user.email} to erase this person for good: ")
            if typed != user.email:
                raise CommandError("Nothing was erased.", returncode=2)
        try:
            erase_person(actor=None, user=user, reason=options["reason"])
        except Refused as refused:
            raise CommandError(refused.sentence, returncode=2) from None
        self.stdout.write("The person is erased. Their events stand under a pseudonym.")

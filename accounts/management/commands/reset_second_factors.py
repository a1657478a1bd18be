"""`manage.py reset_second_factors EMAIL --reason "…"`: for whoever lost key, phone and codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services import reset_second_factors
from common.errors import Refused


class Command(BaseCommand):
    help = (
        "Remove a person's second factors, and end their sessions, tokens and devices. "
        "Make sure beforehand that it is they who ask."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--reason", required=True, help="kept in the record")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['email']}.", returncode=2)
        try:
            removed = reset_second_factors(actor=None, user=user, reason=options["reason"])
        except Refused as refused:
            raise CommandError(refused.sentence, returncode=2) from None
        self.stdout.write(f"Removed {removed}. The person was told; they sign in with a password.")

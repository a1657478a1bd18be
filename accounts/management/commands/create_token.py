"""`manage.py create_token EMAIL --rights weights`: a token from the command line, demo only."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from accounts.services import create_token
from common.errors import Refused


class Command(BaseCommand):
    help = (
        "Print a personal token of a demo account. Elsewhere people make their own in the portal."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--rights",
            default="weights",
            help="weights, api, review, ingest, or several: weights,api",
        )
        parser.add_argument("--name", default="", help="default: command line, and the time")
        parser.add_argument("--days", type=int, default=30)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "Tokens are made on the command line in the demo only. "
                "Sign in and make yours under Account, Tokens.",
                returncode=2,
            )
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['email']}.", returncode=2)
        if not 1 <= options["days"] <= 366:
            raise CommandError("--days must be between 1 and 366.", returncode=2)
        now = timezone.now()
        try:
            _, secret = create_token(
                actor=None,
                user=user,
                name=options["name"] or f"command line {now:%Y-%m-%d %H:%M:%S.%f}",
                rights=[right.strip() for right in options["rights"].split(",")],
                expires_at=now + timedelta(days=options["days"]),
            )
        except Refused as refused:
            raise CommandError(refused.sentence, returncode=2) from None
        # Only the secret goes to standard output, so that a script can take it as it is.
        self.stdout.write(secret)

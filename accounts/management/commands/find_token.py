"""`manage.py find_token -`: end the tokens that turned up where they should not be."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import PersonalToken
from accounts.selectors import any_token_for_secret
from accounts.services import revoke_leaked_token
from accounts.token_secret import secrets_in

# A found log or repository may be large; what is read at a time is not.
_CHUNK = 1024 * 1024
# A secret that the end of a chunk cuts in two is found with what follows.
_OVERLAP = 200


class Command(BaseCommand):
    help = (
        "Look for tokens of this portal in a text, revoke them, record it and tell their owners. "
        "With '-' the text comes from standard input: a leaked file, or one token typed so that "
        "no shell history keeps it. Ends with 1 where the text holds no token of this portal."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", help="the token, or - to read a text from standard input")
        parser.add_argument(
            "--dry-run", action="store_true", help="say whose they are and revoke nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        secrets = _from_input() if options["text"] == "-" else secrets_in(options["text"])
        known = [token for secret in secrets if (token := self._one(secret, options["dry_run"]))]
        if not known:
            raise CommandError("There is no token of this portal in it.", returncode=1)

    def _one(self, secret: str, dry_run: bool) -> PersonalToken | None:
        before = any_token_for_secret(secret)
        if before is None:
            self.stdout.write(f"{secret[:8]}…: has the form of a token, but is none of ours.")
            return None
        what = f"{secret[:8]}…: “{before.name}” of {before.user.email}"
        if before.revoked_at is not None:
            self.stdout.write(f"{what} was revoked on {before.revoked_at:%Y-%m-%d %H:%M} UTC.")
        elif dry_run:
            self.stdout.write(f"{what} is live and would be revoked.")
        else:
            revoke_leaked_token(actor=None, secret=secret)
            self.stdout.write(f"{what} is revoked now; its owner is told.")
        return before


def _from_input() -> list[str]:
    """Return the secrets in standard input, whatever its size and encoding."""
    found: dict[str, None] = {}
    rest = ""
    while chunk := sys.stdin.buffer.read(_CHUNK):
        text = rest + chunk.decode("ascii", errors="replace")
        found |= dict.fromkeys(secrets_in(text))
        rest = text[-_OVERLAP:]
    return list(found)

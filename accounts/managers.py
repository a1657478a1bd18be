"""How users are made: by e-mail, in lower-case domain, with a subject row for their pseudonym."""

from typing import Any

from django.contrib.auth.base_user import BaseUserManager


class UserManager(BaseUserManager[Any]):
    """Users are found by e-mail without regard to case."""

    def get_by_natural_key(self, email: str | None) -> Any:
        """Find the user who logs in with this address."""
        return self.get(email__iexact=email)

"""How users are made: one lower-case e-mail address, and a subject row for their pseudonym."""

from typing import Any

from django.contrib.auth.base_user import BaseUserManager
from django.db import transaction

from audit.services import register_subject


class UserManager(BaseUserManager[Any]):
    """Users are found by e-mail without regard to case."""

    def get_by_natural_key(self, email: str | None) -> Any:  # noqa: ANN401
        """Find the user who logs in with this address."""
        return self.get(email__iexact=email)

    @transaction.atomic
    def create_user(
        self,
        email: str,
        full_name: str,
        password: str | None = None,
        *,
        verified: bool = False,
        **extra: bool,
    ) -> Any:  # noqa: ANN401 - the model is not known yet where its manager is written
        """Make a user with what belongs to one: the address record and the audit subject."""
        # Imported late: allauth's models need the user model, which needs this manager.
        from allauth.account.models import EmailAddress

        user = self.model(email=email.strip().lower(), full_name=full_name, **extra)
        user.set_password(password)
        user.save(using=self._db)
        register_subject(pseudonym=user.pseudonym, label=full_name)
        EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
        return user

    def create_superuser(
        self, email: str, full_name: str, password: str | None = None, **extra: bool
    ) -> Any:  # noqa: ANN401
        """Make an operator (`manage.py createsuperuser`); their address counts as verified."""
        extra |= {"is_staff": True, "is_superuser": True}
        return self.create_user(email, full_name, password, verified=True, **extra)

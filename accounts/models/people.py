"""People."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.managers import UserManager
from accounts.search import Words


class User(AbstractBaseUser, PermissionsMixin):
    """A person. E-mail is the login; history knows only the pseudonym.

    `is_staff` marks the operator: health, jobs, the read-only admin. It opens no governed door,
    and neither does `is_superuser`.
    """

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    full_name = models.CharField(_("full name"), max_length=150)
    pseudonym = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    time_zone = models.CharField(
        _("time zone"),
        max_length=60,
        blank=True,
        help_text=_("By its name in the time zone database; empty for the portal's own"),
    )
    date_joined = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True, blank=True)
    credentials_ended_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("What was handed out in the person's name before is over"),
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        constraints = (
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_once"),
            models.CheckConstraint(
                name="accounts_user_erased_is_inactive",
                condition=models.Q(erased_at__isnull=True) | models.Q(is_active=False),
            ),
        )
        indexes = (GinIndex(Words("full_name", "email"), name="accounts_user_words"),)

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def set_password(self, raw_password: str | None) -> None:
        """Set the password; what was handed out under the former one is over."""
        super().set_password(raw_password)
        self.credentials_ended_at = timezone.now()

    def get_full_name(self) -> str:
        """Return the name that pages show."""
        return gettext("an erased person") if self.erased_at else self.full_name

"""People, organisations, what is known of them, their tokens and their notifications."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.managers import UserManager


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
    date_joined = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True, blank=True)

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

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def get_full_name(self) -> str:
        """Return the name that pages show."""
        return gettext("an erased person") if self.erased_at else self.full_name


class Organization(models.Model):
    """A company, university or lab that people act for."""

    name = models.CharField(_("legal name"), max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    domain = models.CharField(_("internet domain"), max_length=253, blank=True)
    country = models.CharField(_("country"), max_length=2, help_text=_("ISO 3166-1 code"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                name="accounts_organization_country_iso",
                condition=models.Q(country__regex=r"^[A-Z]{2}$"),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's place in an organisation. Ended, never deleted."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        CUSTODIAN = "custodian", _("Custodian")
        SIGNING_OFFICIAL = "signing_official", _("Signing official")
        MEMBER = "member", _("Member")

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.MEMBER)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "organization"],
                condition=models.Q(ended_at__isnull=True),
                name="accounts_membership_one_live",
            ),
            models.CheckConstraint(
                name="accounts_membership_role_known",
                condition=models.Q(role__in=["owner", "custodian", "signing_official", "member"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} at {self.organization}"


class Tier(models.IntegerChoices):
    """How well a person or an organisation is known. Tier 0 is a verified e-mail address."""

    REGISTERED = 0, _("Registered")
    IDENTIFIED = 1, _("Identified")
    VETTED = 2, _("Vetted")
    ENHANCED = 3, _("Enhanced")


class Clearance(models.Model):
    """The outcome of vetting one person or one organisation: a tier with an end.

    Earned once, used for every model. The highest live one counts.
    """

    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="clearances")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="clearances"
    )
    tier = models.PositiveSmallIntegerField(choices=Tier.choices)
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="accounts_clearance_one_subject",
                condition=models.Q(user__isnull=False, organization__isnull=True)
                | models.Q(user__isnull=True, organization__isnull=False),
            ),
            models.CheckConstraint(
                name="accounts_clearance_tier_known", condition=models.Q(tier__in=[1, 2, 3])
            ),
        )

    def __str__(self) -> str:
        return f"tier {self.tier} of {self.user or self.organization}"


class PersonalToken(models.Model):
    """A credential for scripts. Only its SHA-256 is stored; the secret is shown once."""

    class Right(models.TextChoices):
        WEIGHTS = "weights", _("Download weights")
        API = "api", _("Call hosted models")

    user = models.ForeignKey(User, models.PROTECT, related_name="tokens")
    name = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12, help_text=_("The first characters, to recognise it by"))
    rights = ArrayField(models.CharField(max_length=20, choices=Right.choices))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                name="accounts_personaltoken_rights_known",
                condition=models.Q(rights__contained_by=["weights", "api"])
                & models.Q(rights__len__gt=0),
            ),
            models.UniqueConstraint(
                fields=["user", "name"],
                condition=models.Q(revoked_at__isnull=True),
                name="accounts_personaltoken_name_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class Notification(models.Model):
    """A message owed to a person: a row first, then a mail, then perhaps a reader.

    `sent_at IS NULL` says that the mail is owed; `message_id` stays the same however often it
    is tried. `in_inbox` is False for what carries a secret link, whose body is blanked once sent.
    `given_up_at` ends the trying after about a week of failures.
    """

    recipient = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="notifications"
    )
    address = models.EmailField(max_length=254)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    url = models.CharField(max_length=300, blank=True)
    in_inbox = models.BooleanField(default=True)
    message_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    last_error = models.CharField(max_length=300, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="accounts_notification_sent_or_given_up",
                condition=models.Q(sent_at__isnull=True) | models.Q(given_up_at__isnull=True),
            ),
        )
        indexes = (
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="accounts_notification_owed",
            ),
            models.Index(
                fields=["recipient", "-id"],
                condition=models.Q(in_inbox=True),
                name="accounts_notification_inbox",
            ),
        )

    def __str__(self) -> str:
        return self.subject

"""Credentials for scripts."""

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# An IPv6 network in CIDR notation, at its longest.
NETWORK_LENGTH = 43


class PersonalToken(models.Model):
    """A credential for scripts: a personal token, or a device that its owner signed in.

    Of a personal token only the SHA-256 is stored; the secret is shown once. A device's secrets
    change every hour and stand apart (`DeviceSecret`); this row is what they open, so that
    rights, end, revocation and last use are the same for both.
    """

    class Kind(models.TextChoices):
        PERSONAL = "personal", _("Personal token")
        DEVICE = "device", _("Signed-in device")

    class Right(models.TextChoices):
        WEIGHTS = "weights", _("Download weights")
        API = "api", _("Call hosted models")
        REVIEW = "review", _("Review applications")
        INGEST = "ingest", _("Ingest releases")
        EVIDENCE = "evidence", _("Add evidence to releases")

    # What only staff can use.
    STAFF_RIGHTS = frozenset({"review", "ingest", "evidence"})

    user = models.ForeignKey(User, models.PROTECT, related_name="tokens")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSONAL)
    name = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, null=True, blank=True)
    hint = models.CharField(
        max_length=12, blank=True, help_text=_("The first characters, to recognise it by")
    )
    rights = ArrayField(models.CharField(max_length=20, choices=Right.choices))
    networks = ArrayField(
        models.CharField(max_length=NETWORK_LENGTH),
        default=list,
        blank=True,
        help_text=_("The only networks that it may be used from (CIDR); empty for all"),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.CharField(
        max_length=NETWORK_LENGTH,
        blank=True,
        help_text=_("The network, not the address (see accounts.networks.shortened)"),
    )
    refused_elsewhere_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When a use from a foreign network was last recorded")
    )
    expiry_noticed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When its owner was told that it is about to end")
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    second_factor_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("When its maker had last shown a second factor as it was made"),
    )

    # The device's secret that this token was found by, if its pair was never used before (see
    # accounts.selectors.token_for_secret). No column.
    unused_secret_id: int | None = None
    # Whether its owner has a second factor, where the token was found by its secret. No column.
    owner_has_second_factor: bool = False

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                name="accounts_personaltoken_rights_known",
                condition=models.Q(
                    rights__contained_by=["weights", "api", "review", "ingest", "evidence"]
                )
                & models.Q(rights__len__gt=0),
            ),
            models.CheckConstraint(
                name="accounts_personaltoken_digest_by_kind",
                condition=models.Q(kind="personal", digest__isnull=False)
                | models.Q(kind="device", digest__isnull=True),
            ),
            models.CheckConstraint(
                name="accounts_personaltoken_networks_few",
                condition=models.Q(networks__len__lte=20),
            ),
            # Two machines may well bear the same name; one's own tokens must be told apart.
            models.UniqueConstraint(
                fields=["user", "name"],
                condition=models.Q(revoked_at__isnull=True, kind="personal"),
                name="accounts_personaltoken_name_once",
            ),
        )
        indexes = (
            models.Index(
                fields=["expires_at"],
                condition=models.Q(
                    revoked_at__isnull=True, expiry_noticed_at__isnull=True, kind="personal"
                ),
                name="accounts_personaltoken_ending",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)" if self.hint else self.name

    @property
    def right_labels(self) -> "list[str | _StrPromise]":
        """Return the rights in words, in the order in which forms offer them."""
        return [right.label for right in self.Right if right in self.rights]

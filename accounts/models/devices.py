"""Devices that people sign in by a code: the OAuth 2.0 device grant (RFC 8628)."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.models.tokens import NETWORK_LENGTH, PersonalToken

CLIENT_ID_LENGTH = 80
AGENT_LENGTH = 200


class DeviceSignIn(models.Model):
    """A device that waits for somebody to say that it is theirs.

    Nobody's until then: anyone can ask for a code. Rows are forgotten a day after their end.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waits for an answer")
        APPROVED = "approved", _("Approved")
        DENIED = "denied", _("Denied")
        REDEEMED = "redeemed", _("Signed in")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    device_digest = models.CharField(max_length=64, unique=True)
    user_code = models.CharField(max_length=8)
    client_id = models.CharField(max_length=CLIENT_ID_LENGTH)
    client_name = models.CharField(max_length=80)
    asked_from = models.CharField(max_length=NETWORK_LENGTH, blank=True)
    asked_from_block = models.CharField(
        max_length=NETWORK_LENGTH,
        blank=True,
        help_text=_("The provider's (see accounts.networks.provider_block)"),
    )
    user_agent = models.CharField(max_length=AGENT_LENGTH, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    # Who entered the code last: only they are shown the question.
    seen_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="device_sign_ins"
    )
    rights = ArrayField(
        models.CharField(max_length=20, choices=PersonalToken.Right.choices),
        default=list,
        blank=True,
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    second_factor_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When whoever approved had last shown a second factor")
    )
    polled_at = models.DateTimeField(null=True, blank=True)
    interval = models.PositiveSmallIntegerField(help_text=_("Seconds between two questions"))

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="accounts_devicesignin_state_known",
                condition=models.Q(state__in=["pending", "approved", "denied", "redeemed"]),
            ),
            models.CheckConstraint(
                name="accounts_devicesignin_answered_by_somebody",
                condition=models.Q(state="pending", user__isnull=True, decided_at__isnull=True)
                | (
                    ~models.Q(state="pending")
                    & models.Q(user__isnull=False, decided_at__isnull=False)
                ),
            ),
            models.UniqueConstraint(
                fields=["user_code"],
                condition=models.Q(state="pending"),
                name="accounts_devicesignin_code_once",
            ),
        )
        indexes = (
            models.Index(fields=["expires_at"], name="accounts_devicesignin_end"),
            models.Index(fields=["asked_from", "expires_at"], name="accounts_devicesignin_from"),
            models.Index(
                fields=["asked_from_block", "expires_at"],
                condition=~models.Q(asked_from_block=""),
                name="accounts_devicesignin_block",
            ),
        )

    def __str__(self) -> str:
        return f"{self.client_name} ({self.state})"

    @property
    def shown_code(self) -> str:
        """Return the code as the device shows it."""
        return f"{self.user_code[:4]}-{self.user_code[4:]}"


class DeviceCodeGuess(models.Model):
    """Somebody entered a code that no device waits with; too many stop them for a while."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["user", "created_at"], name="accounts_devicecodeguess_by"),)

    def __str__(self) -> str:
        return f"{self.user_id} at {self.created_at}"


class Device(models.Model):
    """What a signed-in device said of itself. Rights, end and revocation are its token's."""

    token = models.OneToOneField(PersonalToken, models.PROTECT, related_name="device")
    client_id = models.CharField(max_length=CLIENT_ID_LENGTH)
    signed_in_from = models.CharField(max_length=NETWORK_LENGTH, blank=True)
    user_agent = models.CharField(max_length=AGENT_LENGTH, blank=True)

    def __str__(self) -> str:
        return f"{self.client_id} of token {self.token_id}"


class DeviceSecret(models.Model):
    """A secret of a signed-in device, by its SHA-256: short access tokens, and refresh tokens.

    They come in pairs, and a refresh token is exchanged for the next pair. Those that were
    exchanged or replaced are kept as long as the device is signed in: what they are shown again for
    tells a lost answer from a copy (accounts.services.device_tokens; RFC 9700, section 4.14).
    """

    class Kind(models.TextChoices):
        ACCESS = "access", _("Access token")
        REFRESH = "refresh", _("Refresh token")

    token = models.ForeignKey(PersonalToken, models.CASCADE, related_name="secrets")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    pair = models.PositiveIntegerField(
        default=0, help_text=_("How many exchanges it took to come to its pair")
    )
    used_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When a secret of its pair was used first")
    )
    exchanged_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When another pair was given in the place of its own")
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="accounts_devicesecret_kind_known",
                condition=models.Q(kind__in=["access", "refresh"]),
            ),
            models.CheckConstraint(
                name="accounts_devicesecret_only_refresh_is_exchanged",
                condition=models.Q(kind="refresh") | models.Q(exchanged_at__isnull=True),
            ),
            # One live refresh token a device: an exchange spends the old one for the new one.
            models.UniqueConstraint(
                fields=["token"],
                condition=models.Q(
                    kind="refresh", exchanged_at__isnull=True, replaced_at__isnull=True
                ),
                name="accounts_devicesecret_one_refresh",
            ),
        )
        indexes = (models.Index(fields=["expires_at"], name="accounts_devicesecret_end"),)

    def __str__(self) -> str:
        return f"{self.kind} of token {self.token_id}"

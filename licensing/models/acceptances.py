"""The evidence that somebody agreed to a text or declined it, and the receipt for it."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from audit.models import SigningKey
from licensing.models.terms import TermsVersion


class Capacity(models.TextChoices):
    """As what somebody answers."""

    SELF = "self", _("For myself")
    ORGANIZATION = "organization", _("As a user within my organisation")
    SIGNATORY = "signatory", _("On behalf of my organisation")


class Acceptance(models.Model):
    """The evidence that one person agreed to one text. Inserted only.

    `organization` is set when the acceptance counts for the person's use under that
    organisation's grant, or binds the organisation (`signatory`). The sealed fields are encrypted
    under the person's key (audit.personal). The hashes are repeated here so that the row alone
    says what was agreed to. `browser` is what the browser said, which nobody can check; all else
    is what the portal saw itself.
    """

    Capacity = Capacity

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    version = models.ForeignKey(TermsVersion, models.PROTECT, related_name="acceptances")
    user = models.ForeignKey(User, models.PROTECT, related_name="acceptances")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="acceptances"
    )
    capacity = models.CharField(max_length=12, choices=Capacity.choices)
    authority = models.TextField(blank=True, help_text=_("The statement of authority, as shown"))
    consent = models.TextField(help_text=_("The sentence and button label that were shown"))
    ticks = models.JSONField(default=list, help_text=_("The risky clauses that were ticked"))
    text_sha256 = models.CharField(max_length=64)
    html_sha256 = models.CharField(max_length=64)
    consent_sha256 = models.CharField(max_length=64, blank=True)
    diff_sha256 = models.CharField(
        max_length=64, blank=True, help_text=_("Of the comparison with the former text, if shown")
    )
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    covers = models.JSONField(default=list, help_text=_("Stages and release digests asked for"))
    locale = models.CharField(max_length=16, blank=True)
    displayed_at = models.DateTimeField(null=True)
    browser = models.JSONField(default=dict, help_text=_("As the browser said, unchecked"))
    host = models.CharField(max_length=255, blank=True)
    session_sha256 = models.CharField(max_length=64, blank=True)
    second_factor = models.JSONField(default=dict)
    sealed_name = models.BinaryField()
    sealed_address = models.BinaryField()
    sealed_agent = models.BinaryField()
    sealed_nonce = models.BinaryField(
        default=b"", help_text=_("Opens the commitment to the typed name on the receipt")
    )
    name_commitment = models.CharField(max_length=64, blank=True)
    request_id = models.CharField(max_length=32)
    accepted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["version", "user", "organization", "capacity"],
                nulls_distinct=False,
                name="licensing_acceptance_once",
            ),
            models.CheckConstraint(
                name="licensing_acceptance_capacity",
                condition=models.Q(capacity="self", organization__isnull=True)
                | models.Q(capacity__in=["organization", "signatory"], organization__isnull=False),
            ),
            models.CheckConstraint(
                name="licensing_acceptance_authority_stated",
                condition=models.Q(capacity="signatory") ^ models.Q(authority=""),
            ),
        )
        indexes = (
            models.Index(
                fields=["organization", "version"],
                condition=models.Q(capacity="signatory"),
                name="licensing_acceptance_signed",
            ),
        )

    def __str__(self) -> str:
        return f"Acceptance {self.pk} of {self.version}"


class Decline(models.Model):
    """That somebody read a text and declined it. Inserted only; they may accept it later."""

    version = models.ForeignKey(TermsVersion, models.PROTECT, related_name="declines")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    capacity = models.CharField(max_length=12, choices=Capacity.choices)
    text_sha256 = models.CharField(max_length=64)
    displayed_at = models.DateTimeField(null=True)
    request_id = models.CharField(max_length=32)
    declined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="licensing_decline_capacity",
                condition=models.Q(capacity="self", organization__isnull=True)
                | models.Q(capacity__in=["organization", "signatory"], organization__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"Decline {self.pk} of {self.version}"


class Receipt(models.Model):
    """The signed receipt for an acceptance: the file as it is handed out. Inserted only.

    An acceptance without one is owed one, as soon as the instance has a key.
    """

    acceptance = models.OneToOneField(Acceptance, models.PROTECT, related_name="receipt")
    file = models.TextField()
    digest = models.CharField(max_length=64)
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="licensing_receipt_digest_hex",
                condition=models.Q(digest__regex=r"^[0-9a-f]{64}$"),
            ),
        )

    def __str__(self) -> str:
        return f"Receipt for {self.acceptance}"

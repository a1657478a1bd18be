"""Terms and their acceptance."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User


class Terms(models.Model):
    """An agreement, known to stages by its slug. Its texts are its versions."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=160)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("slug",)
        verbose_name_plural = "terms"

    def __str__(self) -> str:
        return self.title


class TermsVersion(models.Model):
    """One published text. Inserted only: the highest number is the one in force."""

    terms = models.ForeignKey(Terms, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField(help_text=_("Markdown"))
    html = models.TextField()
    text_sha256 = models.CharField(max_length=64)
    html_sha256 = models.CharField(max_length=64)
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", help_text=_("Empty: by the operator")
    )
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("terms", "-number")
        constraints = (
            models.UniqueConstraint(
                fields=["terms", "number"], name="licensing_termsversion_number_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.terms}, version {self.number}"


class Acceptance(models.Model):
    """The evidence that one person agreed to one text. Inserted only.

    `organization` is set when the acceptance counts for the person's use under that
    organisation's grant. The sealed fields are encrypted under the person's key (audit.personal).
    The hashes are repeated here so that the row alone says what was agreed to.
    """

    class Capacity(models.TextChoices):
        SELF = "self", _("For myself")
        ORGANIZATION = "organization", _("As a user within my organisation")

    version = models.ForeignKey(TermsVersion, models.PROTECT, related_name="acceptances")
    user = models.ForeignKey(User, models.PROTECT, related_name="acceptances")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="acceptances"
    )
    capacity = models.CharField(max_length=12, choices=Capacity.choices)
    consent = models.TextField(help_text=_("The sentence and button label that were shown"))
    text_sha256 = models.CharField(max_length=64)
    html_sha256 = models.CharField(max_length=64)
    sealed_name = models.BinaryField()
    sealed_address = models.BinaryField()
    sealed_agent = models.BinaryField()
    request_id = models.CharField(max_length=32)
    accepted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["version", "user", "organization"],
                nulls_distinct=False,
                name="licensing_acceptance_once",
            ),
            models.CheckConstraint(
                name="licensing_acceptance_capacity",
                condition=models.Q(capacity="self", organization__isnull=True)
                | models.Q(capacity="organization", organization__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"Acceptance {self.pk} of {self.version}"

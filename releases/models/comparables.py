"""The register of other developers' models. Everything in it is inserted only, but for the row
that names a model: what is corrected is superseded by a row of its own and stays to be read.
"""

import uuid

from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from releases.choices import ReleaseLevel, Visibility
from releases.models.evidence import DIGEST


class Comparable(models.Model):
    """Another developer's model, by the name that it has now; `key` is both in small letters."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=600, unique=True)
    developer = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("key",)

    def __str__(self) -> str:
        return f"{self.name} by {self.developer}"

    def get_absolute_url(self) -> str:
        """Return the page that shows it."""
        return reverse("comparable_detail", args=[self.public_id])


class ComparableStatement(models.Model):
    """What somebody stated of a model; the one that nothing supersedes stands."""

    comparable = models.ForeignKey(Comparable, models.PROTECT, related_name="statements")
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="successor"
    )
    developer = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    level = models.CharField(max_length=20, choices=ReleaseLevel.choices)
    licence = models.CharField(max_length=200)
    licence_url = models.CharField(max_length=500, blank=True)
    links = models.JSONField(default=list)
    visibility = models.CharField(max_length=20, choices=Visibility.choices)
    visibility_note = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="releases_comparablestatement_level_known",
                condition=models.Q(level__in=ReleaseLevel.values),
            ),
            models.CheckConstraint(
                name="releases_comparablestatement_visibility_known",
                condition=models.Q(visibility__in=Visibility.values),
            ),
            # With one first and no two successors, exactly one stands.
            models.UniqueConstraint(
                name="releases_comparablestatement_one_first",
                fields=["comparable"],
                condition=models.Q(supersedes__isnull=True),
            ),
            models.CheckConstraint(
                name="releases_comparablestatement_correction_reasoned",
                condition=models.Q(supersedes__isnull=True) | ~models.Q(reason=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} by {self.developer}"


class ComparableResult(models.Model):
    """A result on a benchmark, with its source; a withdrawn one says that none stands any more.

    Of one model there is one chain of corrections per task, metric and source.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    comparable = models.ForeignKey(Comparable, models.PROTECT, related_name="results")
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="successor"
    )
    withdrawn = models.BooleanField(default=False)
    task = models.CharField(max_length=200)
    metric = models.CharField(max_length=200)
    value = models.DecimalField(max_digits=21, decimal_places=9)
    stderr = models.DecimalField(max_digits=21, decimal_places=9, null=True, blank=True)
    higher_is_better = models.BooleanField()
    source_url = models.CharField(max_length=500)
    measured_on = models.DateField()
    reason = models.TextField(blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("task", "metric", "-id")
        constraints = (
            models.UniqueConstraint(
                name="releases_comparableresult_one_first",
                fields=["comparable", "task", "metric", "source_url"],
                condition=models.Q(supersedes__isnull=True),
            ),
            models.CheckConstraint(
                name="releases_comparableresult_correction_reasoned",
                condition=models.Q(supersedes__isnull=True) | ~models.Q(reason=""),
            ),
            models.CheckConstraint(
                name="releases_comparableresult_withdrawal_supersedes",
                condition=models.Q(withdrawn=False) | models.Q(supersedes__isnull=False),
            ),
            models.CheckConstraint(
                name="releases_comparableresult_stderr_not_negative",
                condition=models.Q(stderr__isnull=True)
                | models.Q(stderr__gte=0, stderr__lt=10**12),
            ),
            # NaN is a number to the database, and above every other.
            models.CheckConstraint(
                name="releases_comparableresult_value_finite",
                condition=models.Q(value__lt=10**12) & models.Q(value__gt=-(10**12)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.comparable}: {self.metric} on {self.task}"


class ComparableVerification(models.Model):
    """That somebody who entered nothing of it checked a reference as it stood.

    `record` is that reference with this verification as canonical JSON, `digest` its SHA-256,
    which dossiers refer to; `content_digest` is over the reference alone.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    comparable = models.ForeignKey(Comparable, models.PROTECT, related_name="verifications")
    content_digest = models.CharField(max_length=64)
    record = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    note = models.TextField()
    verified_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    verified_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="releases_comparableverification_digests_hex",
                condition=models.Q(digest__regex=DIGEST, content_digest__regex=DIGEST),
            ),
            models.CheckConstraint(
                name="releases_comparableverification_says_how", condition=~models.Q(note="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.comparable}: verified {self.verified_at:%Y-%m-%d}"


class ComparableReminder(models.Model):
    """That whoever keeps the register was told that a verification is about to lapse."""

    verification = models.OneToOneField(
        ComparableVerification, models.PROTECT, related_name="reminder"
    )
    reminded_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.verification}: reminded"


class ComparableImport(models.Model):
    """That a file of references and results was read into the register, whole."""

    sha256 = models.CharField(max_length=64)
    imported_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="releases_comparableimport_sha256_hex",
                condition=models.Q(sha256__regex=DIGEST),
            ),
        )

    def __str__(self) -> str:
        return f"Import of {self.imported_at:%Y-%m-%d}"

"""Releases, their files, and how they came to their stages."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import SigningKey
from boards.models import Motion
from releases.choices import EntryCause, ReleaseState
from releases.models.catalog import Model, Stage


class FormatOverride(models.Model):
    """A release manager's leave to take pickles into one version, with a reason. Inserted only.

    It opens the way to the inspection, not past it: what imports something dangerous is refused.
    """

    model = models.ForeignKey(Model, models.PROTECT, related_name="format_overrides")
    version = models.CharField(max_length=64)
    formats = ArrayField(models.CharField(max_length=10), help_text=_("File name extensions"))
    reason = models.TextField()
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="releases_formatoverride_reason_given", condition=~models.Q(reason="")
            ),
            models.CheckConstraint(
                name="releases_formatoverride_formats_named", condition=~models.Q(formats=[])
            ),
        )

    def __str__(self) -> str:
        return f"{', '.join(self.formats)} in {self.model} {self.version}"


class Release(models.Model):
    """One version of a model: an immutable set of artifacts named by a digest.

    `digest` is the SHA-256 over the manifest (see releases.manifest), set by sealing, which
    also puts the release on the first stage. `staged_at` starts the soak.
    """

    model = models.ForeignKey(Model, models.PROTECT, related_name="releases")
    version = models.CharField(max_length=64)
    state = models.CharField(
        max_length=10, choices=ReleaseState.choices, default=ReleaseState.INGESTING
    )
    stage = models.ForeignKey(Stage, models.PROTECT, null=True, blank=True, related_name="releases")
    staged_at = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, null=True, blank=True, unique=True)
    source = models.CharField(
        max_length=1000,
        help_text=_("The directory or the s3://bucket/prefix that it was read from"),
    )
    refusal = models.TextField(blank=True)
    override = models.ForeignKey(
        FormatOverride, models.PROTECT, null=True, blank=True, related_name="releases"
    )
    findings = models.JSONField(
        default=list, help_text=_("What does not fit together: [{path, sentence}]")
    )
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    sealed_at = models.DateTimeField(null=True, blank=True)
    job_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When its background job last gave a sign of life")
    )
    job_token = models.UUIDField(
        null=True, blank=True, editable=False, help_text=_("Whoever holds it works on the release")
    )
    job_file = models.CharField(
        max_length=500, blank=True, help_text=_("A file that the job is reading")
    )
    job_bytes = models.PositiveBigIntegerField(
        default=0, help_text=_("Of the files that the job is reading and has not finished")
    )
    job_rate = models.PositiveBigIntegerField(default=0, help_text=_("Bytes a second"))
    job_note = models.CharField(
        max_length=300, blank=True, help_text=_("Why the job waits, where it does")
    )

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["model", "version"],
                condition=~models.Q(state="refused"),
                name="releases_release_version_once",
            ),
            models.CheckConstraint(
                name="releases_release_state_known",
                condition=models.Q(
                    state__in=["ingesting", "verifying", "sealed", "refused", "withdrawn"]
                ),
            ),
            models.CheckConstraint(
                name="releases_release_sealed_has_digest_and_stage",
                condition=~models.Q(state__in=["sealed", "withdrawn"])
                | models.Q(digest__isnull=False, stage__isnull=False, staged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="releases_release_digest_hex",
                condition=models.Q(digest__isnull=True) | models.Q(digest__regex=r"^[0-9a-f]{64}$"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.model} {self.version}"

    def get_absolute_url(self) -> str:
        """Return the public address, which is the release's name."""
        return f"{self.model.get_absolute_url()}{self.version}/"


class Artifact(models.Model):
    """One file of a release. `sha256` is empty until its bytes were read into the store.

    `verified_at` is when the stored bytes were last found to be what they should be, `checked_at`
    when somebody last began to look. Where `damage` is not empty, the file is not served.
    """

    release = models.ForeignKey(Release, models.PROTECT, related_name="artifacts")
    path = models.CharField(max_length=500)
    size = models.PositiveBigIntegerField()
    etag = models.CharField(
        max_length=200, blank=True, help_text=_("Of the object in the bucket it is read from")
    )
    sha256 = models.CharField(max_length=64, blank=True)
    format = models.CharField(max_length=20)
    facts = models.JSONField(default=dict)
    verified_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    damage = models.TextField(blank=True, help_text=_("What is wrong with the stored bytes"))

    class Meta:
        ordering = ("path",)
        constraints = (
            models.UniqueConstraint(fields=["release", "path"], name="releases_artifact_path_once"),
            models.CheckConstraint(
                name="releases_artifact_sha256_hex",
                condition=models.Q(sha256="") | models.Q(sha256__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="releases_artifact_verified_was_read",
                condition=models.Q(verified_at__isnull=True) | ~models.Q(sha256=""),
            ),
        )
        indexes = (
            models.Index(fields=["sha256"], name="releases_artifact_sha256"),
            models.Index(fields=["verified_at"], name="releases_artifact_verified_at"),
        )

    def __str__(self) -> str:
        return self.path


class PendingObject(models.Model):
    """An object that is about to be kept for a release and that no artifact names yet.

    The row is gone when one does. Where it stays, its worker is gone (`services.keeping`).
    """

    release = models.ForeignKey(Release, models.PROTECT, db_index=False, related_name="+")
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="releases_pendingobject_sha256_hex",
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"),
            ),
        )

    def __str__(self) -> str:
        return self.sha256


class ReleaseSignature(models.Model):
    """The instance's signature over a release's stored digests. Inserted only.

    `bundle` is a Sigstore bundle as `releases.signature` makes it.
    """

    release = models.OneToOneField(Release, models.PROTECT, related_name="signature")
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="+")
    bundle = models.TextField()
    signed_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Signature of {self.release}"


class StageEntry(models.Model):
    """A release's arrival at a stage: the history of stages. Inserted only."""

    Cause = EntryCause

    release = models.ForeignKey(Release, models.PROTECT, related_name="stage_entries")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    cause = models.CharField(max_length=12, choices=EntryCause.choices)
    motion = models.ForeignKey(Motion, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="releases_stageentry_cause_known",
                condition=models.Q(cause__in=["sealed", "transition", "demotion"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.release} at {self.stage}"

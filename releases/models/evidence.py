"""Evidence about a release, and the documents that a board reads. Every table is inserted only.

What ends a piece of evidence is a row of its own, so that nothing that was put before a board is
ever edited. A document alone can go, as long as nothing has used it.
"""

import uuid

from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from releases.choices import EVIDENCE_ENDS, Elicitation, EvidenceState, EvidenceType
from releases.models.releases import Release

DIGEST = r"^[0-9a-f]{64}$"


class Document(models.Model):
    """A file that somebody uploaded about a release; its bytes are in common.document_store.

    `media_type` was told from the bytes. `name` is what it was called, for whoever saves it.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, models.PROTECT, related_name="documents")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=60)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="releases_document_sha256_hex", condition=models.Q(sha256__regex=DIGEST)
            ),
            models.CheckConstraint(
                name="releases_document_has_bytes", condition=models.Q(size__gt=0)
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return where it is downloaded."""
        return reverse("document", args=[self.public_id])


class Evidence(models.Model):
    """One piece of evidence, bound to the digest of the release that it is about.

    `record` is all that was stated as canonical JSON, the file's SHA-256 among it, and `digest` is
    its SHA-256: what a dossier refers to. The other columns hold the same for pages and rules.
    `report` is what was read from an imported file but its `scores` and `flags`; `samples` were
    drawn from it by `seed`, which was made at random at the import. `details` is what only some
    types have.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, models.PROTECT, related_name="evidence")
    release_digest = models.CharField(max_length=64)
    type = models.CharField(max_length=20, choices=EvidenceType.choices)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    file = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    report = models.JSONField(default=dict)
    scores = models.JSONField(default=list)
    flags = models.JSONField(default=list)
    seed = models.BigIntegerField(null=True, blank=True)
    samples = models.JSONField(default=list)
    details = models.JSONField(default=dict)
    elicitation = models.CharField(max_length=20, choices=Elicitation.choices)
    run_by = models.CharField(max_length=200)
    independent = models.BooleanField()
    independence_basis = models.TextField(blank=True)
    ran_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    record = models.TextField()
    digest = models.CharField(max_length=64)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="releases_evidence_type_known",
                condition=models.Q(type__in=EvidenceType.values),
            ),
            models.CheckConstraint(
                name="releases_evidence_elicitation_known",
                condition=models.Q(elicitation__in=Elicitation.values),
            ),
            models.CheckConstraint(
                name="releases_evidence_digests_hex",
                condition=models.Q(digest__regex=DIGEST, release_digest__regex=DIGEST),
            ),
            models.CheckConstraint(
                name="releases_evidence_expires",
                condition=models.Q(expires_at__gt=models.F("ran_at")),
            ),
            models.CheckConstraint(
                name="releases_evidence_log_has_file_and_seed",
                condition=~models.Q(type="evaluation")
                | models.Q(file__isnull=False, seed__isnull=False),
            ),
            models.CheckConstraint(
                name="releases_evidence_independence_has_basis",
                condition=models.Q(independent=False) | ~models.Q(independence_basis=""),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the page that shows it."""
        return reverse("evidence_detail", args=[self.public_id])


class EvidenceEnd(models.Model):
    """How a piece of evidence ended: superseded by another, or withdrawn. It stays to be read."""

    evidence = models.OneToOneField(Evidence, models.PROTECT, related_name="end")
    state = models.CharField(
        max_length=12, choices=[(state.value, state.label) for state in EVIDENCE_ENDS]
    )
    superseded_by = models.ForeignKey(
        Evidence, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField()
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="releases_evidenceend_superseded_by_another",
                condition=models.Q(state=EvidenceState.WITHDRAWN, superseded_by__isnull=True)
                | (
                    models.Q(state=EvidenceState.SUPERSEDED, superseded_by__isnull=False)
                    & ~models.Q(superseded_by=models.F("evidence"))
                ),
            ),
            models.CheckConstraint(
                name="releases_evidenceend_reason_given", condition=~models.Q(reason="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.evidence}: {self.state}"


class EvidenceReminder(models.Model):
    """That the managers were told, so many days before it, that evidence is about to expire."""

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="reminders")
    days = models.PositiveSmallIntegerField()
    reminded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["evidence", "days"], name="releases_evidencereminder_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.evidence}: {self.days} days"

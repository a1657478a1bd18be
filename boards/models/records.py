"""What is kept of a decision: the signed record, and what is written beside it."""

from django.db import models

from accounts.models import User
from audit.models import SigningKey
from boards.models.motions import Motion


class DecisionRecord(models.Model):
    """What was decided and how, signed with the instance's key. Inserted only.

    A later version tells of the same decision what has happened since: that it was carried out
    or cancelled, what the chair wrote about it. `file` is the DSSE envelope as it is downloaded;
    `digest` is its SHA-256.
    """

    motion = models.ForeignKey(Motion, models.PROTECT, related_name="records")
    version = models.PositiveIntegerField()
    file = models.TextField()
    digest = models.CharField(max_length=64)
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-version",)
        constraints = (
            models.UniqueConstraint(
                fields=["motion", "version"], name="boards_decisionrecord_version_once"
            ),
            models.CheckConstraint(
                name="boards_decisionrecord_digest_hex",
                condition=models.Q(digest__regex=r"^[0-9a-f]{64}$"),
            ),
        )

    def __str__(self) -> str:
        return f"Record {self.version} of {self.motion}"


class IssueSummary(models.Model):
    """What was controverted and how it was resolved, in the chair's words. Inserted only."""

    motion = models.ForeignKey(Motion, models.PROTECT, related_name="issue_summaries")
    text = models.TextField()
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="boards_issuesummary_text_given", condition=~models.Q(text="")
            ),
        )

    def __str__(self) -> str:
        return f"Controverted issues of {self.motion}"


class PublicSummary(models.Model):
    """A text about a decision, meant for the public. Inserted only; shown once it is released.

    What is redacted is not in it; `[redacted: why]` stands where it was.
    """

    motion = models.ForeignKey(Motion, models.PROTECT, related_name="public_summaries")
    version = models.PositiveIntegerField()
    text = models.TextField()
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-version",)
        constraints = (
            models.UniqueConstraint(
                fields=["motion", "version"], name="boards_publicsummary_version_once"
            ),
            models.CheckConstraint(
                name="boards_publicsummary_text_given", condition=~models.Q(text="")
            ),
        )

    def __str__(self) -> str:
        return f"Public summary {self.version} of {self.motion}"


class SummaryRelease(models.Model):
    """The chair's leave to publish one version. Inserted only; a motion's newest counts."""

    summary = models.OneToOneField(PublicSummary, models.PROTECT, related_name="release")
    released_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"Release of {self.summary}"

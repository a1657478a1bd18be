"""Files that applicants attach. Sealed as their personal answers are."""

import uuid

from django.db import models

from licensing.models.applications import Application

SHA256 = r"^[0-9a-f]{64}$"


class Attachment(models.Model):
    """A file that somebody attached to an application, in answer to one question.

    The bytes in common.document_store are encrypted under the applicant's key, and `sha256` is
    that of the encrypted bytes, which name them there; `sealed` holds the file's name and its own
    SHA-256. Once the key is gone nobody reads either. Inserted, and deleted while no submission
    has it.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="attachments")
    question = models.CharField(max_length=60)
    media_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    sealed = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="licensing_attachment_sha256_hex", condition=models.Q(sha256__regex=SHA256)
            ),
            models.CheckConstraint(
                name="licensing_attachment_has_bytes", condition=models.Q(size__gt=0)
            ),
        )
        indexes = (models.Index(fields=["created_at"], name="licensing_attachment_to_sweep"),)

    def __str__(self) -> str:
        return f"Attachment {self.public_id}"

"""Events, the subjects (people) whose pseudonyms they hold, and the instance's signing keys."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Subject(models.Model):
    """A person as history knows them: a pseudonym, a key, a label.

    The one row that stands between a pseudonym and a name. Deleting it makes every personal
    field that was encrypted under its key unreadable, and leaves every event as it was.
    """

    pseudonym = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wrapped_key = models.BinaryField()
    sealed_label = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.pseudonym)


class SigningKey(models.Model):
    """The public half of a key that this instance signed with. Inserted only.

    The private half stands in the settings. After a rotation the former keys stay here, so that
    what they signed can be verified for ever.
    """

    fingerprint = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of the key's DER, in hex"
    )
    public_pem = models.TextField()
    first_used_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="audit_signingkey_fingerprint_hex",
                condition=models.Q(fingerprint__regex=r"^[0-9a-f]{64}$"),
            ),
        )

    def __str__(self) -> str:
        return self.fingerprint


class Event(models.Model):
    """Something that happened. Inserted in the transaction of the change it tells of.

    `refs` names every object whose page shows the event ("releases.release:12"), the target
    first. There is no hash chain on this path, which would serialise all writers: a background
    job can seal ranges of ids into a Merkle tree later, as rows here never change.
    """

    action = models.CharField(max_length=80)
    actor = models.UUIDField(null=True, help_text="Pseudonym; empty when the portal itself acted.")
    target = models.CharField(max_length=120)
    refs = ArrayField(models.CharField(max_length=120))
    data = models.JSONField(default=dict)
    request_id = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="audit_event_action_dotted",
                condition=models.Q(action__regex=r"^[a-z_]+(\.[a-z_]+)+$"),
            ),
        )
        indexes = (
            GinIndex(fields=["refs"], name="audit_event_refs"),
            models.Index(fields=["actor", "-id"], name="audit_event_actor"),
            models.Index(fields=["action", "-id"], name="audit_event_action"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.target}"

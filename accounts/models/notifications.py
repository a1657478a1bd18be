"""Messages that are owed to people."""

import uuid

from django.db import models
from django.utils import timezone

from accounts.models.people import User


class Notification(models.Model):
    """A message owed to a person: a row first, then a mail, then perhaps a reader.

    `sent_at IS NULL` says that the mail is owed; `message_id` stays the same however often it
    is tried. `in_inbox` is False for what carries a secret link, whose body is blanked once sent.
    `given_up_at` ends the trying after about a week of failures.
    """

    recipient = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="notifications"
    )
    address = models.EmailField(max_length=254)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    url = models.CharField(max_length=300, blank=True)
    in_inbox = models.BooleanField(default=True)
    message_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    last_error = models.CharField(max_length=300, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="accounts_notification_sent_or_given_up",
                condition=models.Q(sent_at__isnull=True) | models.Q(given_up_at__isnull=True),
            ),
        )
        indexes = (
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="accounts_notification_owed",
            ),
            models.Index(
                fields=["recipient", "-id"],
                condition=models.Q(in_inbox=True),
                name="accounts_notification_inbox",
            ),
        )

    def __str__(self) -> str:
        return self.subject

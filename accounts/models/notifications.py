"""Messages that are owed to people, and how each person wants to get them."""

import uuid

from django.db import models
from django.utils import timezone

from accounts.models.people import User
from accounts.notices import OPTIONAL_GROUPS, Delivery, Group


class Notification(models.Model):
    """A message owed to a person: a row first, then a mail, then perhaps a reader.

    `sent_at IS NULL` says that the mail is owed; `message_id` stays the same however often it
    is tried. `in_inbox` is False for what carries a secret link, whose body is blanked once sent,
    and for a daily summary. `given_up_at` ends the trying after about a week of failures. Of those
    with another `delivery` than at once no mail is owed: they stand in the inbox, and those of
    every day wait for a `digest`, unless they are read before.
    """

    recipient = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="notifications"
    )
    address = models.EmailField(max_length=254)
    kind = models.CharField(max_length=60)
    group = models.CharField(max_length=20, choices=Group.choices, default=Group.DECISIONS)
    # The model or release that it is about, by its name.
    about = models.CharField(max_length=200, blank=True)
    delivery = models.CharField(max_length=10, choices=Delivery.choices, default=Delivery.AT_ONCE)
    digest = models.ForeignKey(
        "accounts.Digest", models.PROTECT, null=True, blank=True, related_name="notifications"
    )
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
            models.CheckConstraint(
                name="accounts_notification_group_known",
                condition=models.Q(group__in=Group.values),
            ),
            models.CheckConstraint(
                name="accounts_notification_delivery_known",
                condition=models.Q(delivery__in=Delivery.values),
            ),
            models.CheckConstraint(
                name="accounts_notification_mailed_at_once_only",
                condition=models.Q(delivery=Delivery.AT_ONCE) | models.Q(sent_at__isnull=True),
            ),
            models.CheckConstraint(
                name="accounts_notification_digest_of_daily",
                condition=models.Q(digest__isnull=True) | models.Q(delivery=Delivery.DAILY),
            ),
        )
        indexes = (
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(
                    sent_at__isnull=True, given_up_at__isnull=True, delivery=Delivery.AT_ONCE
                ),
                name="accounts_notification_due",
            ),
            models.Index(
                fields=["recipient", "created_at"],
                condition=models.Q(
                    delivery=Delivery.DAILY, digest__isnull=True, read_at__isnull=True
                ),
                name="accounts_notification_daily",
            ),
            models.Index(
                fields=["recipient", "-id"],
                condition=models.Q(in_inbox=True, read_at__isnull=True),
                name="accounts_notification_unread",
            ),
            models.Index(
                fields=["recipient", "-id"],
                condition=models.Q(in_inbox=True),
                name="accounts_notification_inbox",
            ),
        )

    def __str__(self) -> str:
        return self.subject

    @property
    def carries_secret(self) -> bool:
        """Whether its text holds a link that is for the reader of the mail alone."""
        return not self.in_inbox and self.group != Group.DIGEST


class NotificationPreference(models.Model):
    """How one person wants the messages of one group; without a row, by e-mail at once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notification_preferences")
    group = models.CharField(
        max_length=20, choices=[(group.value, group.label) for group in OPTIONAL_GROUPS]
    )
    delivery = models.CharField(max_length=10, choices=Delivery.choices)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint("user", "group", name="accounts_preference_once"),
            models.CheckConstraint(
                name="accounts_preference_group_optional",
                condition=models.Q(group__in=[group.value for group in OPTIONAL_GROUPS]),
            ),
            models.CheckConstraint(
                name="accounts_preference_delivery_known",
                condition=models.Q(delivery__in=Delivery.values),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_group_display()}, {self.get_delivery_display()}"


class Digest(models.Model):
    """The summary of one person's day, one at most, and the mail in which it is owed.

    `day` is the person's own day on whose morning it was due.
    """

    recipient = models.ForeignKey(User, models.PROTECT, related_name="digests")
    day = models.DateField()
    mail = models.OneToOneField(Notification, models.PROTECT, related_name="summary")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint("recipient", "day", name="accounts_digest_once_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.recipient}, {self.day}"

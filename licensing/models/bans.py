"""Bans of people and organisations, and what those concerned say against them."""

import uuid

from django.db import models

from accounts.models import Organization, User
from boards.models import Board, Motion


class Ban(models.Model):
    """Keeps one person, or one organisation, from every model of this portal.

    Inserted only, but for the lift, which the database allows once and by an approved motion of
    `board`. Ended by nothing else. A ban is of access: seats and staff rights are not touched.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="bans")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="bans"
    )
    board = models.ForeignKey(Board, models.PROTECT, related_name="+")
    reason = models.TextField()
    placed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(auto_now_add=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(Motion, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="licensing_ban_one_holder",
                condition=models.Q(person__isnull=False, organization__isnull=True)
                | models.Q(person__isnull=True, organization__isnull=False),
            ),
            models.CheckConstraint(
                name="licensing_ban_reason_given", condition=~models.Q(reason="")
            ),
            models.CheckConstraint(
                name="licensing_ban_lifted_by_motion",
                condition=models.Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(lifted_at__isnull=True),
                name="licensing_ban_one_in_force_per_person",
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(lifted_at__isnull=True),
                name="licensing_ban_one_in_force_per_organization",
            ),
        )

    def __str__(self) -> str:
        return f"Ban of {self.person or self.organization}"


class Objection(models.Model):
    """What somebody concerned says against a ban, once. Inserted only."""

    ban = models.ForeignKey(Ban, models.PROTECT, related_name="objections")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["ban", "author"], name="licensing_objection_once_each"),
            models.CheckConstraint(
                name="licensing_objection_text_given", condition=~models.Q(text="")
            ),
        )

    def __str__(self) -> str:
        return f"Objection {self.pk} to {self.ban}"

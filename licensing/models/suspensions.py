"""Suspensions of a selection of grants, and the grants that are left out of one."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Organization, User
from boards.models import Board, Motion
from licensing.models.grants import Grant
from licensing.questions.kinds import Track
from licensing.selection import HolderKind, Origin
from releases.choices import AccessMode
from releases.models import Model


class Suspension(models.Model):
    """Stops every grant that meets its criteria, those that come later too.

    An empty criterion selects everything; those that are given must all be met. No grant is
    changed: the verdict looks at these rows. Inserted only, but for the lift, which the database
    allows once and by an approved motion of `board`, and for what was told to whom: grants are told
    in the order of their ids, up to `told_to`; `ended_told_to` is the same for the lift.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    board = models.ForeignKey(Board, models.PROTECT, related_name="+")
    model = models.ForeignKey(
        Model, models.PROTECT, null=True, blank=True, related_name="suspensions"
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="suspensions"
    )
    access_modes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    all_other_countries = models.BooleanField(default=False)
    unknown_country = models.BooleanField(default=False)
    holder_kind = models.CharField(max_length=12, choices=HolderKind.choices, blank=True)
    origin = models.CharField(max_length=12, choices=Origin.choices, blank=True)
    track = models.CharField(max_length=10, choices=Track.choices, blank=True)
    reason = models.TextField()
    placed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(auto_now_add=True)
    review_at = models.DateTimeField()
    review_told_at = models.DateTimeField(null=True, blank=True)
    told_to = models.BigIntegerField(default=0)
    ended_told_to = models.BigIntegerField(default=0)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(Motion, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="licensing_suspension_reason_given", condition=~models.Q(reason="")
            ),
            models.CheckConstraint(
                name="licensing_suspension_selects_something",
                condition=models.Q(model__isnull=False)
                | models.Q(organization__isnull=False)
                | models.Q(access_modes__len__gt=0)
                | models.Q(countries__len__gt=0)
                | models.Q(unknown_country=True)
                | ~models.Q(holder_kind="")
                | ~models.Q(origin="")
                | ~models.Q(track=""),
            ),
            models.CheckConstraint(
                name="licensing_suspension_access_modes_known",
                condition=models.Q(
                    access_modes__contained_by=[
                        mode for mode in AccessMode.values if mode != AccessMode.NONE
                    ]
                ),
            ),
            models.CheckConstraint(
                name="licensing_suspension_all_but_some",
                condition=models.Q(all_other_countries=False) | models.Q(countries__len__gt=0),
            ),
            models.CheckConstraint(
                name="licensing_suspension_holder_kind_known",
                condition=models.Q(holder_kind__in=["", *HolderKind.values]),
            ),
            models.CheckConstraint(
                name="licensing_suspension_origin_known",
                condition=models.Q(origin__in=["", *Origin.values]),
            ),
            models.CheckConstraint(
                name="licensing_suspension_track_known",
                condition=models.Q(track__in=["", *Track.values]),
            ),
            models.CheckConstraint(
                name="licensing_suspension_lifted_by_motion",
                condition=models.Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
        )
        indexes = (
            models.Index(
                fields=["model"],
                condition=models.Q(lifted_at__isnull=True),
                name="licensing_suspension_in_force",
            ),
        )

    def __str__(self) -> str:
        return f"Suspension of a selection, {self.public_id}"


class LeftOut(models.Model):
    """A grant that a suspension leaves alone, and why. Inserted only.

    Either on the list that the suspension was placed with, or let go later by a second person.
    """

    suspension = models.ForeignKey(Suspension, models.PROTECT, related_name="left_out")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="left_out_of")
    reason = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    from_the_start = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["grant", "suspension"], name="licensing_leftout_once_each"
            ),
            models.CheckConstraint(
                name="licensing_leftout_reason_given", condition=~models.Q(reason="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.grant} left out of {self.suspension}"

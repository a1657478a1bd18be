"""What stands in the way of a move, and who set it aside: blockers, overrides of requirements."""

import uuid

from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from boards.choices import SeatRole
from releases.models.moves import Transition
from releases.models.releases import Release


class Blocker(models.Model):
    """Something on a release that forbids forward moves until it is closed.

    Staff open one with a reason, or an upper room does, which says as `cause` what kind of thing
    it is and as `url` where that can be read. It is closed by another person than who opened it.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, models.PROTECT, related_name="blockers")
    title = models.CharField(max_length=200)
    reason = models.TextField()
    cause = models.SlugField(max_length=40, default="staff")
    url = models.CharField(max_length=300, blank=True)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="releases_blocker_reason_given", condition=~models.Q(reason="")
            ),
            models.CheckConstraint(
                name="releases_blocker_staff_has_opener",
                condition=~models.Q(cause="staff") | models.Q(opened_by__isnull=False),
            ),
            models.CheckConstraint(
                name="releases_blocker_closed_with_reason",
                condition=models.Q(
                    closed_at__isnull=True, closed_by__isnull=True, closing_reason=""
                )
                | (
                    models.Q(closed_at__isnull=False, closed_by__isnull=False)
                    & ~models.Q(closing_reason="")
                ),
            ),
            models.CheckConstraint(
                name="releases_blocker_closed_by_another",
                condition=models.Q(opened_by__isnull=True)
                | models.Q(closed_by__isnull=True)
                | ~models.Q(opened_by=models.F("closed_by")),
            ),
        )
        indexes = (
            models.Index(
                fields=["release"],
                condition=models.Q(closed_at__isnull=True),
                name="releases_blocker_open",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return its page."""
        return reverse("blocker_detail", args=[self.public_id])

    @property
    def state(self) -> str:
        """`open` or `closed`."""
        return "closed" if self.closed_at else "open"


class RequirementOverride(models.Model):
    """That the holder of a seat set a requirement of one move aside. Inserted only.

    It counts for the dossier whose digest it names, and for no other. `found` is the state of the
    requirement at that time and `sentence` what was said of it.
    """

    transition = models.ForeignKey(Transition, models.PROTECT, related_name="overrides")
    dossier_digest = models.CharField(max_length=64)
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    found = models.CharField(max_length=12)
    sentence = models.TextField()
    role = models.CharField(max_length=20, choices=SeatRole.choices)
    reason = models.TextField()
    overridden_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    overridden_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="releases_requirementoverride_reason_given", condition=~models.Q(reason="")
            ),
            models.CheckConstraint(
                name="releases_requirementoverride_of_what_blocked",
                condition=models.Q(found__in=["unsatisfied", "error"]),
            ),
            models.CheckConstraint(
                name="releases_requirementoverride_role_known",
                condition=models.Q(role__in=SeatRole.values),
            ),
            models.UniqueConstraint(
                fields=["transition", "key", "dossier_digest", "role"],
                name="releases_requirementoverride_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.transition}: {self.key}"

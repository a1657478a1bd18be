"""How many organisations a release admits at a stage, where that is not what the ladder says."""

from django.db import models

from accounts.models import User
from boards.models import Motion
from releases.models.catalog import Stage
from releases.models.releases import Release


class CohortCap(models.Model):
    """A cap of one release at one stage; the newest counts. Inserted only.

    Raised by a motion of the board, lowered by one authorised person.
    """

    release = models.ForeignKey(Release, models.PROTECT, related_name="cohort_caps")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    cap = models.PositiveIntegerField()
    motion = models.ForeignKey(Motion, models.PROTECT, null=True, blank=True, related_name="+")
    lowered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="releases_cohortcap_some_place", condition=models.Q(cap__gte=1)
            ),
            models.CheckConstraint(
                name="releases_cohortcap_by_motion_or_person",
                condition=models.Q(motion__isnull=False, lowered_by__isnull=True)
                | models.Q(motion__isnull=True, lowered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="releases_cohortcap_reason_given", condition=~models.Q(reason="")
            ),
        )
        indexes = (
            models.Index(fields=["release", "stage", "-id"], name="releases_cohortcap_newest"),
        )

    def __str__(self) -> str:
        return f"At most {self.cap} for {self.release} at {self.stage}"

"""What is watched after a decision: its conditions, and when a release is to be judged again."""

from django.db import models
from django.utils import timezone

from boards.models import Motion
from releases.choices import ReviewStep
from releases.models.catalog import Stage
from releases.models.moves import Hold
from releases.models.releases import Release


class ConditionFired(models.Model):
    """That an invalidation condition of a decision came true, which it does once. Inserted only.

    `number` is its place among the conditions of the motion's dossier, from 0. `hold` is what was
    placed for it, or was in force already.
    """

    motion = models.ForeignKey(Motion, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    release = models.ForeignKey(Release, models.PROTECT, related_name="conditions_fired")
    sentence = models.TextField()
    what = models.TextField(help_text="What made it come true")
    hold = models.ForeignKey(Hold, models.PROTECT, related_name="+")
    fired_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["motion", "number"], name="releases_conditionfired_once"
            ),
            models.CheckConstraint(
                name="releases_conditionfired_says_what", condition=~models.Q(what="")
            ),
        )

    def __str__(self) -> str:
        return self.sentence


class StageReview(models.Model):
    """That the board judged a release again and let it stay at its stage. Inserted only."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="stage_reviews")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    motion = models.OneToOneField(Motion, models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.release} at {self.stage}, judged again"


class ReviewCall(models.Model):
    """That managers and board were told when a release is to be judged again. Inserted only."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="review_calls")
    step = models.CharField(max_length=8, choices=ReviewStep.choices)
    due_at = models.DateTimeField()
    hold = models.ForeignKey(Hold, models.PROTECT, null=True, blank=True, related_name="+")
    called_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="releases_reviewcall_step_known",
                condition=models.Q(step__in=ReviewStep.values),
            ),
            models.CheckConstraint(
                name="releases_reviewcall_overdue_holds",
                condition=~models.Q(step="overdue") | models.Q(hold__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["release", "step", "due_at"], name="releases_reviewcall_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.release}: {self.step}"

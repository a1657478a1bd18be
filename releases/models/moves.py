"""How releases move and are stopped: transitions and holds."""

import uuid

from django.db import models

from accounts.models import User
from boards.models import Motion
from releases.choices import HoldCause, HoldKind, HoldState, TransitionState
from releases.models.catalog import Model, Stage
from releases.models.releases import Release


class Transition(models.Model):
    """A release's move to another stage: its motion, its cool-off, its effect."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="transitions")
    from_stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    to_stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    motion = models.OneToOneField(Motion, models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=TransitionState.choices, default=TransitionState.PROPOSED
    )
    created_at = models.DateTimeField(auto_now_add=True)
    effective_after = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    waiting_for = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="releases_transition_state_known",
                condition=models.Q(
                    state__in=[
                        "proposed",
                        "approved",
                        "effective",
                        "rejected",
                        "lapsed",
                        "withdrawn",
                        "cancelled",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="releases_transition_approved_has_times",
                condition=~models.Q(state="approved")
                | models.Q(effective_after__isnull=False, expires_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["release"],
                condition=models.Q(state__in=["proposed", "approved"]),
                name="releases_transition_one_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.release}: {self.from_stage} to {self.to_stage}"


class Hold(models.Model):
    """The emergency brake on a release or on a whole model. Never ends by itself."""

    Kind = HoldKind
    State = HoldState

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey(Model, models.PROTECT, related_name="holds")
    release = models.ForeignKey(
        Release, models.PROTECT, null=True, blank=True, related_name="holds"
    )
    kind = models.CharField(max_length=12, choices=HoldKind.choices)
    state = models.CharField(max_length=12, choices=HoldState.choices, default=HoldState.PLACED)
    reason = models.TextField()
    cause = models.CharField(max_length=12, choices=HoldCause.choices, default=HoldCause.PERSON)
    # Nobody where the portal itself placed it; `cause` says why.
    placed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    placed_at = models.DateTimeField(auto_now_add=True)
    review_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(Motion, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="releases_hold_kind_known",
                condition=models.Q(kind__in=["admissions", "all"]),
            ),
            models.CheckConstraint(
                name="releases_hold_state_known",
                condition=models.Q(state__in=["placed", "review_due", "lifted"]),
            ),
            models.CheckConstraint(
                name="releases_hold_lifted_by_motion",
                condition=~models.Q(state="lifted")
                | models.Q(lifted_by__isnull=False, lifted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="releases_hold_placed_by_person_or_portal",
                condition=models.Q(cause="person", placed_by__isnull=False)
                | models.Q(
                    cause__in=["condition", "re_review", "full_review"], placed_by__isnull=True
                ),
            ),
            models.CheckConstraint(
                name="releases_hold_portal_stops_admissions_only",
                condition=models.Q(cause="person") | models.Q(kind="admissions"),
            ),
            models.CheckConstraint(
                name="releases_hold_reason_given", condition=~models.Q(reason="")
            ),
        )
        indexes = (
            models.Index(
                fields=["model"],
                condition=~models.Q(state="lifted"),
                name="releases_hold_in_force",
            ),
        )

    def __str__(self) -> str:
        return f"Hold on {self.release or self.model}"

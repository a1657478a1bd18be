"""Motions and the dossiers that were put before a board. Nothing here knows what one is about."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

from accounts.models import User
from boards.choices import MotionState, ReviewResult
from boards.models.seats import Board
from boards.rules import Rule, combine

if TYPE_CHECKING:
    from boards.models.overrides import ExecutiveOverride

# What a vote ends in; an override stands beside one of these.
RESULTS = (MotionState.APPROVED, MotionState.REJECTED, MotionState.LAPSED)


class Motion(models.Model):
    """Anything a board decides.

    `kind`, `subject_ref` and `params` are the business of the room that proposed it, which
    reads decided motions of its kinds and marks them applied. `subject_label` and `subject_url`
    are what that room wants shown. `dossier` is the text put before the board; `dossier_digest`
    is over kind, subject, params and dossier, and votes bind to it. `rule` and the ballots are
    the snapshot taken when voting opened; until then `rule` is the rule that will apply.
    `round` counts how often voting opened: only the ballots of the present round count.
    `record_owed`: the signed record of its decision is missing, or is older than what it tells of.
    `tightened_rule` binds beside `rule`: the stricter of both in every part is counted by.
    `by_board_rule`: `rule` was the board's own, so that a stricter one of the board binds it too.

    `emergency` is set on the fast track: the full rule, its time for voting, and the time until
    the full review is due, in seconds; `rule` is then the fast one. Once approved,
    `full_review_due_at` says what is owed, and `full_review_result` how that ended. A motion of
    such a review names the emergency motion in `reviews`.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    board = models.ForeignKey(Board, models.PROTECT, related_name="motions")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    subject_ref = models.CharField(max_length=120)
    subject_label = models.CharField(max_length=200)
    subject_url = models.CharField(max_length=300)
    params = models.JSONField(default=dict)
    dossier = models.JSONField(default=dict)
    dossier_digest = models.CharField(max_length=64)
    rule = models.JSONField()
    tightened_rule = models.JSONField(null=True, blank=True)
    by_board_rule = models.BooleanField(default=False)
    emergency = models.JSONField(null=True, blank=True)
    voting_seconds = models.PositiveIntegerField()
    proposer = models.ForeignKey(User, models.PROTECT, related_name="motions")
    state = models.CharField(max_length=12, choices=MotionState.choices, default=MotionState.DRAFT)
    round = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    voting_opened_at = models.DateTimeField(null=True, blank=True)
    voting_closes_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    tally = models.JSONField(null=True, blank=True)
    closing_reason = models.TextField(blank=True)
    override_until = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    record_owed = models.BooleanField(default=False)
    full_review_due_at = models.DateTimeField(null=True, blank=True)
    full_review_ended_at = models.DateTimeField(null=True, blank=True)
    full_review_result = models.CharField(max_length=10, choices=ReviewResult.choices, blank=True)
    reviews = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="full_reviews"
    )

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="boards_motion_state_known",
                condition=models.Q(
                    state__in=[
                        "draft",
                        "in_review",
                        "voting",
                        "approved",
                        "rejected",
                        "lapsed",
                        "withdrawn",
                        "cancelled",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="boards_motion_voting_has_deadline",
                condition=~models.Q(state="voting") | models.Q(voting_closes_at__isnull=False),
            ),
            models.CheckConstraint(
                name="boards_motion_decided_has_time",
                condition=models.Q(state__in=["draft", "in_review", "voting"])
                | models.Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="boards_motion_digest_hex",
                condition=models.Q(dossier_digest__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="boards_motion_review_result_known",
                condition=models.Q(full_review_result__in=["", "confirmed", "refused"]),
            ),
            models.CheckConstraint(
                name="boards_motion_review_ended_with_result",
                condition=models.Q(full_review_result="", full_review_ended_at__isnull=True)
                | (
                    ~models.Q(full_review_result="")
                    & models.Q(full_review_ended_at__isnull=False, full_review_due_at__isnull=False)
                ),
            ),
            models.UniqueConstraint(
                fields=["kind", "subject_ref"],
                condition=models.Q(state__in=["draft", "in_review", "voting"]),
                name="boards_motion_one_open_per_subject",
            ),
        )
        indexes = (
            models.Index(
                fields=["kind"],
                condition=models.Q(applied_at__isnull=True, decided_at__isnull=False),
                name="boards_motion_to_apply",
            ),
            models.Index(fields=["subject_ref", "-id"], name="boards_motion_subject"),
            models.Index(
                fields=["id"],
                condition=models.Q(record_owed=True),
                name="boards_motion_record_owed",
            ),
            models.Index(
                fields=["full_review_due_at"],
                condition=models.Q(
                    full_review_due_at__isnull=False, full_review_ended_at__isnull=True
                ),
                name="boards_motion_review_owed",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def binding_rule(self) -> Rule:
        """The rule that is counted by: as it stood, or stricter where it was tightened since."""
        return combine([self.rule, *([self.tightened_rule] if self.tightened_rule else [])])

    @property
    def override(self) -> "ExecutiveOverride | None":
        """The executive's override of the result, if there is one."""
        return getattr(self, "executive_override", None)

    @property
    def outcome(self) -> MotionState:
        """What the motion counts as: its state, or what an override made of the board's result."""
        state = MotionState(self.state)
        if state in RESULTS and self.override is not None:
            return MotionState(self.override.outcome)
        return state

    @property
    def outcome_at(self) -> datetime | None:
        """When what it counts as was decided."""
        if self.state in RESULTS and self.override is not None:
            return self.override.created_at
        return self.decided_at


class Dossier(models.Model):
    """A dossier as it was put before the board, inserted only.

    The motion carries the newest; the earlier ones are what stale votes were bound to.
    """

    motion = models.ForeignKey(Motion, models.PROTECT, related_name="dossiers")
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"Dossier {self.digest[:12]} of {self.motion}"

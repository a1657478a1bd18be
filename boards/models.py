"""Committees and what they decide. Nothing here knows what a motion is about."""

import copy
import uuid
from typing import Any

from django.db import models

from accounts.models import User
from audit.models import SigningKey
from boards.choices import (
    DEFAULT_RULE,
    OPEN_STATES,
    VOTING_SECONDS,
    MotionState,
    SeatRole,
    VoteChoice,
)

__all__ = [
    "OPEN_STATES",
    "Ballot",
    "Board",
    "DecisionRecord",
    "Dossier",
    "IssueSummary",
    "Motion",
    "MotionState",
    "PublicSummary",
    "Seat",
    "SeatRole",
    "SummaryRelease",
    "Vote",
    "VoteChoice",
]


def default_rule() -> dict[str, Any]:
    """Return the rule of a board that was founded with none of its own."""
    return copy.deepcopy(DEFAULT_RULE)


class Board(models.Model):
    """A committee.

    `rule` and `voting_seconds` are for motions about the board itself and for those whose room
    has no rule of its own for them.
    """

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    description = models.TextField(blank=True)
    rule = models.JSONField(default=default_rule)
    voting_seconds = models.PositiveIntegerField(default=VOTING_SECONDS)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


_ROLES = ["chair", "safety", "security", "legal", "independent"]


class Seat(models.Model):
    """A place on a board; vacant when it has no holder."""

    board = models.ForeignKey(Board, models.PROTECT, related_name="seats")
    role = models.CharField(max_length=20, choices=SeatRole.choices)
    holder = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="seats")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="boards_seat_role_known", condition=models.Q(role__in=_ROLES)
            ),
            models.UniqueConstraint(fields=["board", "holder"], name="boards_seat_one_per_person"),
        )

    def __str__(self) -> str:
        return f"{self.get_role_display()} seat of {self.board}"


class Motion(models.Model):
    """Anything a board decides.

    `kind`, `subject_ref` and `params` are the business of the room that proposed it, which
    reads decided motions of its kinds and marks them applied. `subject_label` and `subject_url`
    are what that room wants shown. `dossier` is the text put before the board; `dossier_digest`
    is over kind, subject, params and dossier, and votes bind to it. `rule` and the ballots are
    the snapshot taken when voting opened; until then `rule` is the rule that will apply.
    `round` counts how often voting opened: only the ballots of the present round count.
    `record_owed`: the signed record of its decision is missing, or is older than what it tells of.
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
    applied_at = models.DateTimeField(null=True, blank=True)
    record_owed = models.BooleanField(default=False)

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
        )

    def __str__(self) -> str:
        return self.title


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


class Ballot(models.Model):
    """One seat in the snapshot taken when voting opened.

    `excluded` says why its holder has no vote (the proposer, a manager of the model); such a
    seat leaves the base of the quorum as a recused one does. A vacant seat stays in the base.
    Once taken, the snapshot changes in one way only, which the database enforces: a seat that
    had a vote may become excluded.
    """

    motion = models.ForeignKey(Motion, models.PROTECT, related_name="ballots")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="ballots")
    role = models.CharField(max_length=20, choices=SeatRole.choices)
    holder = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="ballots")
    round = models.PositiveIntegerField(default=1)
    excluded = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="boards_ballot_role_known", condition=models.Q(role__in=_ROLES)
            ),
            models.UniqueConstraint(
                fields=["motion", "seat", "round"], name="boards_ballot_seat_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_role_display()} on {self.motion}"


class Vote(models.Model):
    """A vote, inserted only. The newest of a ballot counts, if its digest is the motion's own.

    Sealed until close: its event holds `commitment`, the SHA-256 over nonce, choice and reason,
    which is opened at close.
    """

    Choice = VoteChoice

    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="votes")
    voter = models.ForeignKey(User, models.PROTECT, related_name="votes")
    choice = models.CharField(max_length=10, choices=VoteChoice.choices)
    reason = models.TextField()
    dossier_digest = models.CharField(max_length=64)
    nonce = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="boards_vote_choice_known",
                condition=models.Q(choice__in=["approve", "reject", "abstain", "recuse"]),
            ),
            models.CheckConstraint(name="boards_vote_reason_given", condition=~models.Q(reason="")),
        )

    def __str__(self) -> str:
        return f"Vote {self.pk} on {self.ballot}"


class DecisionRecord(models.Model):
    """What was decided and how, signed with the instance's key. Inserted only.

    A later version tells of the same decision what has happened since: that it was carried out
    or cancelled, what the chair wrote about it. `file` is the DSSE envelope as it is downloaded;
    `digest` is its SHA-256.
    """

    motion = models.ForeignKey(Motion, models.PROTECT, related_name="records")
    version = models.PositiveIntegerField()
    file = models.TextField()
    digest = models.CharField(max_length=64)
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-version",)
        constraints = (
            models.UniqueConstraint(
                fields=["motion", "version"], name="boards_decisionrecord_version_once"
            ),
            models.CheckConstraint(
                name="boards_decisionrecord_digest_hex",
                condition=models.Q(digest__regex=r"^[0-9a-f]{64}$"),
            ),
        )

    def __str__(self) -> str:
        return f"Record {self.version} of {self.motion}"


class IssueSummary(models.Model):
    """What was controverted and how it was resolved, in the chair's words. Inserted only."""

    motion = models.ForeignKey(Motion, models.PROTECT, related_name="issue_summaries")
    text = models.TextField()
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="boards_issuesummary_text_given", condition=~models.Q(text="")
            ),
        )

    def __str__(self) -> str:
        return f"Controverted issues of {self.motion}"


class PublicSummary(models.Model):
    """A text about a decision, meant for the public. Inserted only; shown once it is released.

    What is redacted is not in it; `[redacted: why]` stands where it was.
    """

    motion = models.ForeignKey(Motion, models.PROTECT, related_name="public_summaries")
    version = models.PositiveIntegerField()
    text = models.TextField()
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-version",)
        constraints = (
            models.UniqueConstraint(
                fields=["motion", "version"], name="boards_publicsummary_version_once"
            ),
            models.CheckConstraint(
                name="boards_publicsummary_text_given", condition=~models.Q(text="")
            ),
        )

    def __str__(self) -> str:
        return f"Public summary {self.version} of {self.motion}"


class SummaryRelease(models.Model):
    """The chair's leave to publish one version. Inserted only; a motion's newest counts."""

    summary = models.OneToOneField(PublicSummary, models.PROTECT, related_name="release")
    released_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"Release of {self.summary}"

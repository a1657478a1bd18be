"""What reviewers keep beside an application: proposals, appeals, checks, notes, who looked."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from licensing.models.applications import Application
from releases.models import Model


class ReviewRule(models.Model):
    """How the applications for one model are reviewed. A model without a row has the defaults."""

    model = models.OneToOneField(Model, models.PROTECT, related_name="review_rule")
    service_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("Working days to an answer; empty: as the portal")
    )
    second_reviewer = models.BooleanField(
        default=False, help_text=_("Every approval takes a second reviewer")
    )
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="licensing_reviewrule_days",
                condition=models.Q(service_days__isnull=True)
                | models.Q(service_days__gte=1, service_days__lte=260),
            ),
        )

    def __str__(self) -> str:
        return f"Review of applications for {self.model}"


class Proposal(models.Model):
    """What a first reviewer would grant, for a second one to confirm or to send back.

    `terms` is everything that `approve_application` is told; the second changes nothing of it.
    """

    class Outcome(models.TextChoices):
        PENDING = "pending", _("Waits for a second reviewer")
        CONFIRMED = "confirmed", _("Confirmed")
        SENT_BACK = "sent_back", _("Sent back")
        TAKEN_BACK = "taken_back", _("Taken back")
        VOID = "void", _("Void: the application ended")

    application = models.ForeignKey(Application, models.PROTECT, related_name="proposals")
    terms = models.JSONField()
    grounds = models.TextField()
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.PENDING)
    reason = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="licensing_proposal_outcome_known",
                condition=models.Q(
                    outcome__in=["pending", "confirmed", "sent_back", "taken_back", "void"]
                ),
            ),
            models.CheckConstraint(
                name="licensing_proposal_answered",
                condition=models.Q(
                    outcome="pending", answered_by__isnull=True, answered_at__isnull=True
                )
                | (~models.Q(outcome="pending") & models.Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="licensing_proposal_second_is_another",
                condition=~models.Q(outcome__in=["confirmed", "sent_back"])
                | (
                    models.Q(answered_by__isnull=False)
                    & ~models.Q(answered_by=models.F("proposed_by"))
                ),
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(outcome="pending"),
                name="licensing_proposal_one_pending",
            ),
        )

    def __str__(self) -> str:
        return f"Proposal on {self.application}: {self.outcome}"


class Appeal(models.Model):
    """An applicant's one objection to a decline, for a reviewer who did not decide before."""

    class Outcome(models.TextChoices):
        PENDING = "pending", _("Not decided")
        UPHELD = "upheld", _("The decline stands")
        OVERTURNED = "overturned", _("The decline was overturned")
        VOID = "void", _("Withdrawn")

    application = models.OneToOneField(Application, models.PROTECT, related_name="appeal")
    ground = models.TextField()
    # What was appealed against: by whom, why, and whether a board had said so.
    declined_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    declined_why = models.TextField()
    by_board = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.PENDING)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="licensing_appeal_outcome_known",
                condition=models.Q(outcome__in=["pending", "upheld", "overturned", "void"]),
            ),
            models.CheckConstraint(
                name="licensing_appeal_decided_with_reason",
                condition=~models.Q(outcome__in=["upheld", "overturned"])
                | (
                    models.Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~models.Q(reason="")
                ),
            ),
            models.CheckConstraint(
                name="licensing_appeal_decided_by_another",
                condition=models.Q(decided_by__isnull=True)
                | models.Q(declined_by__isnull=True)
                | ~models.Q(decided_by=models.F("declined_by")),
            ),
        )

    def __str__(self) -> str:
        return f"Appeal of {self.application}: {self.outcome}"


class Tick(models.Model):
    """A reviewer ticked, or took the tick from, one item of the checklist. Inserted only.

    It counts for the submission that it was made on; the newest row of an item says how it is.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="ticks")
    submission = models.PositiveIntegerField(help_text=_("The number of the submission"))
    checklist = models.CharField(max_length=40, help_text=_("Which list, with its version"))
    item = models.CharField(max_length=40)
    done = models.BooleanField()
    ticked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ticked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.item} of {self.application}: {self.done}"


class Note(models.Model):
    """What a reviewer wrote for the other reviewers, sealed under the applicant's key.

    Never shown to the applicant. Inserted only.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="notes")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    sealed_text = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"Note on {self.application}"


class Look(models.Model):
    """Somebody read an application on one day. Inserted only."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="looks")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    day = models.DateField()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["application", "person", "day"], name="licensing_look_once_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} at {self.application} on {self.day}"


class CannedText(models.Model):
    """A text to begin a message from; it is not sent as it stands. Retired, never deleted."""

    class Kind(models.TextChoices):
        RETURN = "return", _("For questions")
        DECLINE = "decline", _("For declining")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kinds = ArrayField(models.CharField(max_length=10, choices=Kind.choices))
    title = models.CharField(max_length=100)
    text = models.TextField()
    made_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("title", "id")
        constraints = (
            models.CheckConstraint(
                name="licensing_cannedtext_kinds_known",
                condition=models.Q(kinds__contained_by=["return", "decline"])
                & models.Q(kinds__len__gt=0),
            ),
            models.UniqueConstraint(
                fields=["title"],
                condition=models.Q(retired_at__isnull=True),
                name="licensing_cannedtext_title_once",
            ),
        )

    def __str__(self) -> str:
        return self.title

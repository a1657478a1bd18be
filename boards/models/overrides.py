"""What stands beside a board's result: the executive's override. And what was reminded of."""

from django.db import models

from accounts.models import User
from audit.models import SigningKey
from boards.choices import ReminderKind, SeatRole
from boards.models.motions import Motion
from boards.models.seats import ROLES, Seat


class ExecutiveOverride(models.Model):
    """An executive's decision against the board's result, inserted only.

    The motion keeps its state and its tally; `Motion.outcome` is what it counts as. `envelope` is
    the DSSE envelope over the statement, signed with the instance's key.
    """

    motion = models.OneToOneField(Motion, models.PROTECT, related_name="executive_override")
    board_result = models.CharField(max_length=12)
    outcome = models.CharField(max_length=12)
    reason = models.TextField()
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=SeatRole.choices)
    actor = models.ForeignKey(User, models.PROTECT, related_name="+")
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="+")
    envelope = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="boards_override_role_known", condition=models.Q(role__in=ROLES)
            ),
            models.CheckConstraint(
                name="boards_override_of_a_result",
                condition=models.Q(board_result__in=["approved", "rejected", "lapsed"]),
            ),
            models.CheckConstraint(
                name="boards_override_decides_otherwise",
                condition=models.Q(outcome__in=["approved", "rejected"])
                & ~models.Q(outcome=models.F("board_result")),
            ),
            models.CheckConstraint(
                name="boards_override_reason_given", condition=~models.Q(reason="")
            ),
        )

    def __str__(self) -> str:
        return f"Override of {self.motion}"


class Reminder(models.Model):
    """Something that was said once and is not said again.

    `about` names the object as events do; `due_at` is the end that it reminds of, so that a new
    deadline or a longer term reminds anew.
    """

    about = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=ReminderKind.choices)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="boards_reminder_kind_known",
                condition=models.Q(
                    kind__in=[
                        "vote_half",
                        "vote_day",
                        "no_quorum",
                        "term_month",
                        "term_week",
                        "term_over",
                        "review_week",
                        "review_day",
                        "review_over",
                        "idle_month",
                        "idle_week",
                    ]
                ),
            ),
            models.UniqueConstraint(
                fields=["about", "kind", "due_at"], name="boards_reminder_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.about}"

"""Who may vote on a motion, and the votes."""

from datetime import datetime

from django.db import models

from accounts.models import User
from boards.choices import SeatRole, VoteChoice
from boards.models.motions import Motion
from boards.models.seats import ROLES, Seat


class Ballot(models.Model):
    """One seat in the snapshot taken when voting opened.

    `excluded` says why its holder has no vote (the proposer, a manager of the model); such a
    seat leaves the base of the quorum as a recused one does. A vacant seat stays in the base.
    `independent` is of the holder, as `Seat.independent` was then.
    Once taken, the snapshot changes in one way only, which the database enforces: a seat that
    had a vote may become excluded.
    """

    motion = models.ForeignKey(Motion, models.PROTECT, related_name="ballots")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="ballots")
    role = models.CharField(max_length=20, choices=SeatRole.choices)
    holder = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="ballots")
    independent = models.BooleanField(default=False)
    round = models.PositiveIntegerField(default=1)
    excluded = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="boards_ballot_role_known", condition=models.Q(role__in=ROLES)
            ),
            models.UniqueConstraint(
                fields=["motion", "seat", "round"], name="boards_ballot_seat_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_role_display()} on {self.motion}"

    def member_at(self, now: datetime) -> User | None:
        """Return who may cast it at that moment: its holder, while they still hold the seat."""
        holder = self.holder
        if holder is None or not holder.is_active or self.seat.holder_id != holder.pk:
            return None
        return holder if self.seat.is_in_term(now) else None


class Vote(models.Model):
    """A vote, inserted only. The newest of a ballot counts, if its digest is the motion's own.

    Sealed until close: its event holds `commitment`, the SHA-256 over nonce, choice, reason and
    conflict, which is opened at close. A recusal declares its `conflict`; those from before it was
    kept say it in their reason.
    """

    Choice = VoteChoice

    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="votes")
    voter = models.ForeignKey(User, models.PROTECT, related_name="votes")
    choice = models.CharField(max_length=10, choices=VoteChoice.choices)
    reason = models.TextField()
    conflict = models.TextField(blank=True, default="")
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
            models.CheckConstraint(
                name="boards_vote_recusal_declares",
                condition=models.Q(choice="recuse") & ~models.Q(conflict="")
                | ~models.Q(choice="recuse") & models.Q(conflict=""),
            ),
        )

    def __str__(self) -> str:
        return f"Vote {self.pk} on {self.ballot}"

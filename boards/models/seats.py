"""Committees and their seats."""

import copy
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from boards.choices import DEFAULT_RULE, VOTING_SECONDS, SeatRole

ROLES = ["chair", "safety", "security", "legal", "independent"]


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


def in_office(prefix: str = "") -> models.Q:
    """Match seats whose holder can act: in their term, and with an account that is active.

    `prefix` is the path to the seat, such as `seat__`.
    """
    in_term = models.Q(**{f"{prefix}term_ends_at__isnull": True}) | models.Q(
        **{f"{prefix}term_ends_at__gt": Now()}
    )
    return in_term & models.Q(**{f"{prefix}holder__is_active": True})


class SeatQuerySet(models.QuerySet["Seat"]):
    """Seats; one whose term has ended, or whose holder's account is closed, is held by nobody."""

    def held_by(self, user: User | Combinable) -> "SeatQuerySet":
        """Return the seats that the person holds now."""
        return self.filter(in_office(), holder=user)


class Seat(models.Model):
    """A place on a board; vacant without a holder, after the holder's term, or after their account.

    The end of a term needs no job: `held_by` and `member_at` read the clock. `independent` is of
    the holder: no financial, operational or management dependence, `independence_basis` says on
    what that rests. Rows from before terms were kept have none.
    """

    board = models.ForeignKey(Board, models.PROTECT, related_name="seats")
    role = models.CharField(max_length=20, choices=SeatRole.choices)
    holder = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="seats")
    held_since = models.DateTimeField(default=timezone.now)
    term_ends_at = models.DateTimeField(null=True, blank=True)
    independent = models.BooleanField(default=False)
    independence_basis = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="boards_seat_role_known", condition=models.Q(role__in=ROLES)
            ),
            models.CheckConstraint(
                name="boards_seat_independent_is_independent",
                condition=~models.Q(role="independent")
                | models.Q(holder__isnull=True)
                | models.Q(independent=True),
            ),
            models.CheckConstraint(
                name="boards_seat_independence_has_basis",
                condition=models.Q(independent=False) | ~models.Q(independence_basis=""),
            ),
            models.UniqueConstraint(fields=["board", "holder"], name="boards_seat_one_per_person"),
        )

    def __str__(self) -> str:
        return f"{self.get_role_display()} seat of {self.board}"

    def is_in_term(self, now: datetime) -> bool:
        """Tell whether the term has not ended."""
        return self.term_ends_at is None or now < self.term_ends_at

    def member_at(self, now: datetime) -> User | None:
        """Return who sits here at that moment."""
        holder = self.holder
        return holder if holder is not None and holder.is_active and self.is_in_term(now) else None

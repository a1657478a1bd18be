"""Reading motions. Nothing here hands out a choice before voting has closed."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from accounts.models import User
from boards.choices import ReviewResult
from boards.models import (
    OPEN_STATES,
    Ballot,
    Dossier,
    Motion,
    MotionState,
    Seat,
    Vote,
    in_office,
)


def motion_by_public_id(public_id: UUID) -> Motion | None:
    """Find a motion with its board and proposer."""
    return Motion.objects.select_related("board", "proposer").filter(public_id=public_id).first()


def motions_visible_to(user: User) -> QuerySet[Motion]:
    """Return the motions whose pages the person may open: of their boards, votes and proposals."""
    return Motion.objects.filter(
        Q(proposer=user)
        | Exists(Seat.objects.held_by(user).filter(board=OuterRef("board")))
        | Exists(Ballot.objects.filter(motion=OuterRef("pk"), holder=user))
    )


def with_turnout(motions: QuerySet[Motion]) -> QuerySet[Motion]:
    """Annotate how many seats could vote (`may_vote`) and how many have (`have_voted`)."""
    given = Q(ballots__round=F("round"), ballots__excluded="", ballots__holder__isnull=False)
    cast = given & Q(ballots__votes__dossier_digest=F("dossier_digest"))
    held = Q(ballots__seat__holder=F("ballots__holder")) & in_office("ballots__seat__")
    live = cast | given & held
    return motions.annotate(
        may_vote=Count("ballots", filter=live, distinct=True),
        have_voted=Count("ballots", filter=cast, distinct=True),
    )


def open_motions_for(user: User, now: datetime) -> QuerySet[Motion]:
    """Return the motions that wait for this person's vote, the nearest deadline first."""
    voted = Vote.objects.filter(
        ballot__motion=OuterRef("pk"),
        ballot__round=OuterRef("round"),
        ballot__holder=user,
        dossier_digest=OuterRef("dossier_digest"),
    )
    return (
        Motion.objects.filter(
            ~Exists(voted),
            state=MotionState.VOTING,
            voting_closes_at__gt=now,
            ballots__round=F("round"),
            ballots__holder=user,
            ballots__excluded="",
            ballots__seat__in=Seat.objects.held_by(user),
        )
        .select_related("board")
        .order_by("voting_closes_at")
    )


def decided_unapplied(kind: str) -> QuerySet[Motion]:
    """Return the motions of a kind that ended and whose room has not yet done with them.

    What the board did not approve waits for as long as it may be overridden: `override_until`.
    `Motion.outcome` says what each counts as.
    """
    waiting = Q(
        state__in=[MotionState.REJECTED, MotionState.LAPSED],
        override_until__gt=Now(),
        executive_override__isnull=True,
    )
    return (
        Motion.objects.filter(kind=kind, decided_at__isnull=False, applied_at__isnull=True)
        .exclude(state__in=OPEN_STATES)
        .exclude(waiting)
        .select_related("executive_override")
        .order_by("id")
    )


def due_motions(now: datetime) -> QuerySet[Motion]:
    """Return the motions whose deadline has passed."""
    return Motion.objects.filter(state=MotionState.VOTING, voting_closes_at__lte=now).order_by(
        "voting_closes_at"
    )


def idle_motions(since: datetime) -> QuerySet[Motion]:
    """Return the motions in review whose dossier stands as it is since then or longer."""
    waiting = Motion.objects.filter(state=MotionState.IN_REVIEW)
    idle = waiting.annotate(put_at=Max("dossiers__created_at")).filter(put_at__lte=since)
    return idle.select_related("board", "proposer").order_by("id")


def dossier_put_at(motion: Motion) -> datetime:
    """Return when its dossier was put before the board as it is now."""
    return motion.dossiers.latest("id").created_at


def dossiers_of(motion: Motion) -> list[Dossier]:
    """Return every dossier that was put before the board, the newest first."""
    return list(motion.dossiers.select_related("submitted_by").order_by("-id"))


def reviews_owed() -> QuerySet[Motion]:
    """Return the emergency decisions whose full review has not ended, the nearest due first."""
    owed = Motion.objects.filter(
        full_review_due_at__isnull=False, full_review_ended_at__isnull=True
    )
    return owed.select_related("board", "proposer").order_by("full_review_due_at")


def unconfirmed() -> QuerySet[Motion]:
    """Return the emergency decisions that no full review has confirmed, whether due or not."""
    owing = Motion.objects.filter(full_review_due_at__isnull=False)
    return owing.exclude(full_review_result=ReviewResult.CONFIRMED).order_by("id")


def overdue_reviews() -> QuerySet[Motion]:
    """Return the emergency decisions that do not stand any more.

    Their full review was not done in time, or it refused to confirm them. The room that owns the
    kind stops what the decision opened, until a review confirms it.
    """
    return unconfirmed().filter(
        Q(full_review_result=ReviewResult.REFUSED)
        | Q(full_review_ended_at__isnull=True, full_review_due_at__lte=Now())
    )

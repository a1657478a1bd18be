"""Reading boards and motions. Nothing here hands out a choice before voting has closed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from boards.models import (
    OPEN_STATES,
    Ballot,
    Board,
    Dossier,
    Motion,
    MotionState,
    Seat,
    SeatRole,
    Vote,
    VoteChoice,
)
from boards.tally import SeatState, Tally, parse_rule, tally


def person_name(user: User | None) -> str:
    """Return the name that pages show, also of someone who was erased."""
    if user is None:
        return ""
    return _("an erased person") if user.erased_at else str(user)


def boards_of(user: User) -> QuerySet[Board]:
    """Return the boards that the person sits on or has put a motion before, with their seats."""
    seats = Prefetch("seats", Seat.objects.select_related("holder"))
    return Board.objects.filter(
        Exists(Seat.objects.filter(board=OuterRef("pk"), holder=user))
        | Exists(Motion.objects.filter(board=OuterRef("pk"), proposer=user))
    ).prefetch_related(seats)


def boards_with_counts(user: User) -> QuerySet[Board]:
    """Return the same, each with how many motions it has before it (`open_count`)."""
    open_motions = Q(motions__state__in=OPEN_STATES)
    return boards_of(user).annotate(open_count=Count("motions", filter=open_motions))


def seats_of(user: User) -> QuerySet[Seat]:
    """Return the seats that the person holds."""
    return Seat.objects.filter(holder=user).select_related("board")


def holds_seat(user: User, board_id: int) -> bool:
    """Tell whether the person sits on the board."""
    return Seat.objects.filter(board_id=board_id, holder=user).exists()


def holds_chair(user: User, board_id: int) -> bool:
    """Tell whether the person holds the board's chair."""
    return Seat.objects.filter(board_id=board_id, holder=user, role=SeatRole.CHAIR).exists()


def motion_by_public_id(public_id: UUID) -> Motion | None:
    """Find a motion with its board and proposer."""
    return Motion.objects.select_related("board", "proposer").filter(public_id=public_id).first()


def motions_visible_to(user: User) -> QuerySet[Motion]:
    """Return the motions whose pages the person may open: of their boards, votes and proposals."""
    return Motion.objects.filter(
        Q(proposer=user)
        | Exists(Seat.objects.filter(board=OuterRef("board"), holder=user))
        | Exists(Ballot.objects.filter(motion=OuterRef("pk"), holder=user))
    )


def with_turnout(motions: QuerySet[Motion]) -> QuerySet[Motion]:
    """Annotate how many seats could vote (`may_vote`) and how many have (`have_voted`)."""
    live = Q(ballots__round=F("round"), ballots__excluded="", ballots__holder__isnull=False)
    cast = live & Q(ballots__votes__dossier_digest=F("dossier_digest"))
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
        )
        .select_related("board")
        .order_by("voting_closes_at")
    )


def decided_unapplied(kind: str) -> QuerySet[Motion]:
    """Return the motions of a kind that ended and whose room has not yet done with them."""
    return (
        Motion.objects.filter(kind=kind, decided_at__isnull=False, applied_at__isnull=True)
        .exclude(state__in=OPEN_STATES)
        .order_by("id")
    )


def due_motions(now: datetime) -> QuerySet[Motion]:
    """Return the motions whose deadline has passed."""
    return Motion.objects.filter(state=MotionState.VOTING, voting_closes_at__lte=now).order_by(
        "voting_closes_at"
    )


def dossiers_of(motion: Motion) -> list[Dossier]:
    """Return every dossier that was put before the board, the newest first."""
    return list(motion.dossiers.select_related("submitted_by").order_by("-id"))


@dataclass(frozen=True)
class Standing:
    """Where the present round of a motion stands: its ballots, and the votes that count.

    For the services and for what concerns one's own ballot; pages show `votes_for_display`.
    """

    ballots: list[Ballot]
    votes: dict[int, Vote] = field(repr=False)

    def ballot_of(self, user: User) -> Ballot | None:
        """Return the person's ballot, also where it is excluded."""
        return next((each for each in self.ballots if each.holder_id == user.pk), None)

    def has_voted(self, ballot: Ballot) -> bool:
        """Tell whether a vote that counts was cast on the ballot."""
        return ballot.pk in self.votes

    @property
    def awaited(self) -> list[Ballot]:
        """The ballots that somebody could still cast."""
        return [
            each
            for each in self.ballots
            if each.holder_id and not each.excluded and each.pk not in self.votes
        ]

    def seats(self) -> list[SeatState]:
        """Return the seats as the tally takes them."""
        return [
            SeatState(each.seat_id, each.role, each.holder_id is None, bool(each.excluded))
            for each in self.ballots
        ]

    def count(self, motion: Motion) -> Tally:
        """Count the votes under the motion's rule. Reveals the result: only at close."""
        choices = {
            each.seat_id: self.votes[each.pk].choice
            for each in self.ballots
            if each.pk in self.votes
        }
        return tally(parse_rule(motion.rule), self.seats(), choices)


def standing(motion: Motion) -> Standing:
    """Read the present round. Before close the choices stay in the database."""
    ballots = list(
        Ballot.objects.filter(motion=motion, round=motion.round).select_related("holder", "seat")
    )
    votes = Vote.objects.filter(
        ballot__motion=motion,
        ballot__round=motion.round,
        dossier_digest=motion.dossier_digest,
    )
    return Standing(ballots, _newest(votes.defer("choice", "reason", "nonce")))


def opened_standing(motion: Motion) -> Standing:
    """Read the present round with its choices: for closing, and for a motion that is decided."""
    sealed = standing(motion)
    votes = Vote.objects.in_bulk([vote.pk for vote in sealed.votes.values()])
    return Standing(sealed.ballots, {vote.ballot_id: vote for vote in votes.values()})


def _newest(votes: QuerySet[Vote]) -> dict[int, Vote]:
    newest = votes.order_by("ballot_id", "-id").distinct("ballot_id")
    return {vote.ballot_id: vote for vote in newest}


@dataclass(frozen=True)
class SeatLine:
    """One seat as pages show it."""

    seat: str
    person: str
    state: str
    reason: str = ""
    when: datetime | None = None
    role: str = ""


_SHOWN = {VoteChoice.RECUSE: "recused"}


def is_opened(motion: Motion) -> bool:
    """Tell whether its votes were counted. What ended otherwise leaves them sealed for good."""
    return motion.tally is not None


def votes_for_display(motion: Motion) -> list[SeatLine]:
    """Return every seat of the present round: who has voted, and once it is closed, how."""
    if is_opened(motion):
        found = opened_standing(motion)
        return [_opened_line(ballot, found.votes.get(ballot.pk)) for ballot in found.ballots]
    found = standing(motion)
    stale = set() if motion.state == MotionState.VOTING else _voted_before(found.ballots)
    stale -= set(found.votes)
    return [
        _sealed_line(ballot, found.votes.get(ballot.pk), stale=ballot.pk in stale)
        for ballot in found.ballots
    ]


def earlier_rounds(motion: Motion) -> list[list[SeatLine]]:
    """Return the seats of the rounds that a changed dossier ended; their votes are stale."""
    ballots = list(
        Ballot.objects.filter(motion=motion, round__lt=motion.round)
        .select_related("holder", "seat")
        .order_by("-round", "id")
    )
    voted = _voted_before(ballots)
    rounds: dict[int, list[SeatLine]] = {}
    for ballot in ballots:
        line = _sealed_line(ballot, None, stale=ballot.pk in voted)
        rounds.setdefault(ballot.round, []).append(line)
    return list(rounds.values())


def _voted_before(ballots: Iterable[Ballot]) -> set[int]:
    cast = Vote.objects.filter(ballot__in=list(ballots)).values_list("ballot_id", flat=True)
    return set(cast.distinct())


def _opened_line(ballot: Ballot, vote: Vote | None) -> SeatLine:
    if vote is None or ballot.excluded:
        return _sealed_line(ballot, None, stale=False)
    return SeatLine(
        seat=ballot.get_role_display(),
        person=person_name(ballot.holder),
        state=_SHOWN.get(VoteChoice(vote.choice), vote.choice),
        reason=vote.reason,
        when=vote.created_at,
    )


def _sealed_line(ballot: Ballot, vote: Vote | None, *, stale: bool) -> SeatLine:
    state, reason = "not_voted", ""
    if ballot.holder_id is None:
        state, reason = "vacant", _("Nobody holds this seat.")
    elif ballot.excluded:
        state, reason = "no_vote", ballot.excluded
    elif stale:
        state = "stale"
    elif vote is not None:
        state = "vote_sealed"
    return SeatLine(
        seat=ballot.get_role_display(),
        person=person_name(ballot.holder),
        state=state,
        reason=reason,
        when=vote.created_at if vote else None,
    )

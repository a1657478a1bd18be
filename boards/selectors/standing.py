"""Where a vote stands. Nothing here hands out a choice before voting has closed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from boards.models import Ballot, Motion, MotionState, Vote, VoteChoice
from boards.selectors.seats import person_name
from boards.tally import SeatState, Tally, tally


@dataclass(frozen=True)
class Standing:
    """Where the present round of a motion stands: its ballots, and the votes that count.

    A vote that was cast in office counts. A seat that its holder left since, or whose term or
    account ended, without a vote is vacant, and stays in the base; `now` is None where voting is
    over.

    For the services and for what concerns one's own ballot; pages show `votes_for_display`.
    """

    ballots: list[Ballot]
    votes: dict[int, Vote] = field(repr=False)
    now: datetime | None = None

    def ballot_of(self, user: User) -> Ballot | None:
        """Return the person's ballot, also where it is excluded."""
        return next((each for each in self.ballots if each.holder_id == user.pk), None)

    def has_voted(self, ballot: Ballot) -> bool:
        """Tell whether a vote that counts was cast on the ballot."""
        return ballot.pk in self.votes

    def is_held(self, ballot: Ballot) -> bool:
        """Tell whether somebody holds the seat and could cast its vote."""
        if self.now is None:
            return ballot.holder_id is not None
        return ballot.member_at(self.now) is not None

    @property
    def awaited(self) -> list[Ballot]:
        """The ballots that somebody could still cast."""
        return [
            each
            for each in self.ballots
            if self.is_held(each) and not each.excluded and each.pk not in self.votes
        ]

    def seats(self) -> list[SeatState]:
        """Return the seats as the tally takes them."""
        return [
            SeatState(
                each.seat_id,
                each.role,
                vacant=not self.is_held(each) and each.pk not in self.votes,
                excluded=bool(each.excluded),
            )
            for each in self.ballots
        ]

    def lacking(self, motion: Motion) -> tuple[str, ...]:
        """Say what the quorum lacks; who voted is known before close, and not how.

        A sealed vote is taken for one that takes part, though it may be a recusal.
        """
        cast = {
            each.seat_id: VoteChoice.ABSTAIN.value
            for each in self.ballots
            if each.pk in self.votes and not each.excluded
        }
        found = tally(motion.binding_rule, self.seats(), cast)
        return found.reasons if found.outcome in ("no_quorum", "error") else ()

    def count(self, motion: Motion) -> Tally:
        """Count the votes under the motion's rule. Reveals the result: only at close."""
        choices = {
            each.seat_id: self.votes[each.pk].choice
            for each in self.ballots
            if each.pk in self.votes
        }
        return tally(motion.binding_rule, self.seats(), choices)


def standing(motion: Motion) -> Standing:
    """Read the present round as it is now. Before close the choices stay in the database."""
    return _read(motion, _votes(motion).defer("choice", "reason", "conflict", "nonce"))


def opened_standing(motion: Motion) -> Standing:
    """Read the present round with its choices: for closing, and for a motion that is decided."""
    return _read(motion, _votes(motion))


def standing_for_display(motion: Motion) -> Standing:
    """Read what a page may show of the present round: the choices once they were counted."""
    return opened_standing(motion) if is_opened(motion) else standing(motion)


def _votes(motion: Motion) -> QuerySet[Vote]:
    return Vote.objects.filter(
        ballot__motion=motion,
        ballot__round=motion.round,
        dossier_digest=motion.dossier_digest,
    )


def _read(motion: Motion, votes: QuerySet[Vote]) -> Standing:
    ballots = list(
        Ballot.objects.filter(motion=motion, round=motion.round).select_related("holder", "seat")
    )
    now = timezone.now() if motion.state == MotionState.VOTING else None
    return Standing(ballots, _newest(votes), now)


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
    conflict: str = ""
    when: datetime | None = None
    role: str = ""


_SHOWN = {VoteChoice.RECUSE: "recused"}


def is_opened(motion: Motion) -> bool:
    """Tell whether its votes were counted. What ended otherwise leaves them sealed for good."""
    return motion.tally is not None


def votes_for_display(motion: Motion, found: Standing | None = None) -> list[SeatLine]:
    """Return every seat of the present round: who has voted, and once it is closed, how.

    `found` is its `standing_for_display`, where a page has read that already.
    """
    found = found or standing_for_display(motion)
    if is_opened(motion):
        return [_opened_line(ballot, found.votes.get(ballot.pk)) for ballot in found.ballots]
    stale = set() if motion.state == MotionState.VOTING else _voted_before(found.ballots)
    stale -= set(found.votes)
    return [
        _sealed_line(
            ballot,
            found.votes.get(ballot.pk),
            stale=ballot.pk in stale,
            held=found.is_held(ballot),
        )
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
        conflict=vote.conflict,
        when=vote.created_at,
    )


def _sealed_line(ballot: Ballot, vote: Vote | None, *, stale: bool, held: bool = True) -> SeatLine:
    state, reason = "not_voted", ""
    if ballot.holder_id is None:
        state, reason = "vacant", _("Nobody holds this seat.")
    elif ballot.excluded:
        state, reason = "no_vote", ballot.excluded
    elif stale:
        state = "stale"
    elif vote is not None:
        state = "vote_sealed"
    elif not held:
        state, reason = "vacant", _("Whoever held this seat when voting opened does not any more.")
    return SeatLine(
        seat=ballot.get_role_display(),
        person=person_name(ballot.holder),
        state=state,
        reason=reason,
        when=vote.created_at if vote else None,
    )

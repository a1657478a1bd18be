"""Voting: opening with a snapshot, sealed votes, and the close that opens them."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from boards import notifications, permissions, selectors
from boards.actions import Action
from boards.kinds import conflicts_of
from boards.models import Ballot, Motion, MotionState, Vote, VoteChoice
from boards.sealing import Opening, commitment, new_nonce
from boards.selectors import Standing
from boards.services.guards import (
    OVERRIDE_TIME,
    REASON_LENGTH,
    clean_line,
    clean_paragraphs,
    clean_reason,
    live_actor,
    locked,
    review_due_at,
)
from boards.services.records import owe_record
from boards.states import MOTION
from boards.tally import Tally, obstacles, rule_data
from common.errors import Refused


@transaction.atomic
def open_voting(
    *, actor: User | None, motion: Motion, excluded: Mapping[int, str] | None = None
) -> Motion:
    """Take the snapshot of the seats and start the clock.

    `excluded` maps the ids of people who have no vote to why; the proposer has none in any case.
    Whether the subject is ready is the calling room's check. Raises Refused where even a
    unanimous vote could not carry the motion, so that nobody votes in vain.
    """
    current = locked(motion)
    if current.state != MotionState.IN_REVIEW:
        raise Refused(
            _("Voting opens on a motion in review; this one is %(state)s.")
            % {"state": permissions.state_words(current)}
        )
    now = timezone.now()
    why = {current.proposer_id: _("Proposed the motion."), **(excluded or {})}
    current.round += 1
    ballots = [
        Ballot(
            motion=current,
            seat=seat,
            role=seat.role,
            holder=(member := seat.member_at(now)),
            independent=member is not None and seat.independent,
            round=current.round,
            excluded=why.get(member.pk, "")[:200] if member else "",
        )
        for seat in current.board.seats.select_related("holder")
    ]
    if blocked := obstacles(current.binding_rule, Standing(ballots, {}).seats()):
        raise Refused(
            _("Voting cannot open, because no vote could carry this motion. %(why)s")
            % {"why": " ".join(blocked)}
        )
    MOTION.move(current, MotionState.VOTING)
    current.voting_opened_at = now
    current.voting_closes_at = now + timedelta(seconds=current.voting_seconds)
    current.save(update_fields=["state", "round", "voting_opened_at", "voting_closes_at"])
    Ballot.objects.bulk_create(ballots)
    record(
        actor=actor,
        action=Action.VOTING_OPENED,
        target=current,
        also=(current.board,),
        data={
            "round": current.round,
            "dossier_digest": current.dossier_digest,
            "rule": rule_data(current.binding_rule),
            "closes_at": current.voting_closes_at.isoformat(),
            "seats": [_seat_data(ballot) for ballot in ballots],
        },
    )
    notifications.voting_opened(current, ballots)
    return current


def _seat_data(ballot: Ballot) -> dict[str, Any]:
    return {
        "seat": ballot.seat_id,
        "role": ballot.role,
        "holder": str(ballot.holder.pseudonym) if ballot.holder else None,
        "excluded": ballot.excluded,
    }


@transaction.atomic
def exclude_voter(*, actor: User | None, subject_ref: str, user: User, why: str) -> int:
    """Take the vote of someone who came into conflict while voting was under way.

    A vote they have cast does not count. Returns on how many motions that changed something.
    """
    why = clean_line(why, what=_("The reason"), limit=200)
    about = Q(subject_ref=subject_ref) | Q(reviews__subject_ref=subject_ref)
    voting = Motion.objects.filter(about, state=MotionState.VOTING)
    changed = 0
    for motion in voting.order_by("pk"):
        changed += _exclude(actor, locked(motion), user, why)
    return changed


def _exclude(actor: User | None, current: Motion, user: User, why: str) -> int:
    if current.state != MotionState.VOTING:
        return 0
    ballot = selectors.standing(current).ballot_of(user)
    if ballot is None or ballot.excluded:
        return 0
    ballot.excluded = why
    ballot.save(update_fields=["excluded"])
    record(
        actor=actor,
        action=Action.VOTER_EXCLUDED,
        target=current,
        data={**_seat_data(ballot), "round": current.round, "reason": why},
    )
    notifications.voter_excluded(current, ballot)
    return 1


@transaction.atomic
def cast_vote(
    *,
    actor: User | None,
    motion: Motion,
    choice: str,
    reason: str,
    dossier_digest: str,
    conflict: str = "",
) -> Vote:
    """Cast or change one's vote, sealed, on the dossier that one has read.

    A recusal declares its conflict; whoever has one to declare takes no other part.
    """
    voter = live_actor(actor)
    current = locked(motion)
    _guard_dossier(current, dossier_digest)
    standing = selectors.standing(current)
    ballot = standing.ballot_of(voter)
    why = permissions.why_no_vote(voter, current, standing, timezone.now())
    if why or ballot is None:
        raise Refused(why)
    if conflict_found := conflicts_of(current).get(voter.pk):
        raise Refused(_("Your seat has no vote on this motion: %(why)s") % {"why": conflict_found})
    if choice not in VoteChoice.values:
        raise Refused(_("Choose one of: approve, reject, abstain, recuse."))
    reason = clean_reason(reason)
    conflict = _clean_conflict(choice, conflict)
    nonce = new_nonce()
    sealed = commitment(Opening(nonce, choice, reason, current.dossier_digest, conflict))
    vote = Vote.objects.create(
        ballot=ballot,
        voter=voter,
        choice=choice,
        reason=reason,
        conflict=conflict,
        dossier_digest=current.dossier_digest,
        nonce=nonce,
        commitment=sealed,
    )
    record(
        actor=voter,
        action=Action.VOTE_CAST,
        target=current,
        data={"seat": ballot.seat_id, "round": current.round, "commitment": sealed},
    )
    return vote


def _clean_conflict(choice: str, conflict: str) -> str:
    if choice == VoteChoice.RECUSE:
        if not conflict.strip():
            raise Refused(_("Declare the conflict of interest for which you recuse yourself."))
        return clean_paragraphs(conflict, what=_("The conflict"), limit=REASON_LENGTH)
    if conflict.strip():
        raise Refused(_("Whoever declares a conflict of interest can only recuse themselves."))
    return ""


def _guard_dossier(current: Motion, dossier_digest: str) -> None:
    if dossier_digest == current.dossier_digest:
        return
    then = (
        _("Read the new one, then vote on it.")
        if current.state == MotionState.VOTING
        else _("You can vote on the new one when voting opens again.")
    )
    raise Refused(
        _("The dossier changed after you opened this page, so no vote was recorded.") + " " + then
    )


@transaction.atomic
def close_voting(*, actor: User | None, motion: Motion) -> Motion:
    """Count the votes and open them. The chair may once all have voted, the portal when time is up.

    Without a quorum, or with nobody left to decide, the motion lapses: silence approves nothing.
    """
    current = locked(motion)
    _guard_close(actor, current, selectors.standing(current))
    _exclude_conflicted(current)
    standing = selectors.opened_standing(current)
    result = standing.count(current)
    states = {"approved": MotionState.APPROVED, "rejected": MotionState.REJECTED}
    MOTION.move(current, states.get(result.outcome, MotionState.LAPSED))
    current.decided_at = timezone.now()
    current.tally = {**asdict(result), "reasons": list(result.reasons)}
    current.closing_reason = " ".join(result.reasons)
    if current.binding_rule.executive:
        current.override_until = current.decided_at + OVERRIDE_TIME
    if current.emergency and current.state == MotionState.APPROVED:
        current.full_review_due_at = review_due_at(current, current.decided_at)
    owe_record(current)
    current.save(
        update_fields=[
            "state",
            "decided_at",
            "tally",
            "closing_reason",
            "override_until",
            "full_review_due_at",
            "record_owed",
        ]
    )
    _record_close(actor, current, standing, result)
    notifications.motion_decided(current, standing.ballots, result.reasons)
    return current


def _guard_close(actor: User | None, current: Motion, standing: Standing) -> None:
    now = timezone.now()
    if actor is not None:
        if why := permissions.why_no_close(live_actor(actor), current, standing, now):
            raise Refused(why)
    elif current.state != MotionState.VOTING:
        raise Refused(_("There is no vote to close."))
    elif current.voting_closes_at is None or now < current.voting_closes_at:
        raise Refused(_("The time for voting is not over yet."))


def _exclude_conflicted(current: Motion) -> None:
    """Take the votes of those who are in conflict by now, also where no sweep has seen it yet."""
    why = conflicts_of(current)
    for ballot in selectors.standing(current).ballots:
        if ballot.holder is not None and ballot.holder_id in why:
            _exclude(None, current, ballot.holder, why[ballot.holder_id][:200])


def _record_close(actor: User | None, current: Motion, standing: Standing, result: Tally) -> None:
    actions = {
        MotionState.APPROVED: Action.MOTION_APPROVED,
        MotionState.REJECTED: Action.MOTION_REJECTED,
    }
    openings = [
        {
            "seat": ballot.seat_id,
            "role": ballot.role,
            "choice": vote.choice,
            "reason": vote.reason,
            "conflict": vote.conflict,
            "nonce": vote.nonce,
            "dossier_digest": vote.dossier_digest,
            "commitment": vote.commitment,
        }
        for ballot in standing.ballots
        if not ballot.excluded and (vote := standing.votes.get(ballot.pk))
    ]
    record(
        actor=actor,
        action=actions.get(MotionState(current.state), Action.MOTION_UNDECIDED),
        target=current,
        also=(current.board,),
        data={
            "reason": " ".join(result.reasons),
            "round": current.round,
            "rule": rule_data(current.binding_rule),
            "tally": current.tally,
            "openings": openings,
        },
    )

"""Who may open a board's pages and act on its motions. A superuser is nobody here.

Each act has a function that says why not, empty where it may be done: pages ask before they
offer, and services ask again under the lock.
"""

from datetime import datetime
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from boards import selectors
from boards.choices import ReviewResult
from boards.kinds import conflicts_of, is_opened_here
from boards.models import RESULTS, Board, Motion, MotionState, Seat, SeatRole, VoteChoice
from boards.selectors import Standing


def can_see_board(user: User, board: Board) -> bool:
    """Seat holders see their board, and so does whoever put a motion before it."""
    return user.is_active and selectors.boards_of(user).filter(pk=board.pk).exists()


def can_see_motion(user: User, motion: Motion) -> bool:
    """Seat holders see the motions of their board, a proposer their own."""
    return user.is_active and selectors.motions_visible_to(user).filter(pk=motion.pk).exists()


def get_board_or_404(user: User, slug: str) -> Board:
    """Load a board for its page; 404 for whoever may not know of it."""
    board = selectors.boards_of(user).filter(slug=slug).first() if user.is_active else None
    if board is None:
        raise Http404
    return board


def get_motion_or_404(user: User, public_id: UUID) -> Motion:
    """Load a motion for its page; 404 for whoever may not know of it."""
    visible = selectors.motions_visible_to(user) if user.is_active else Motion.objects.none()
    motion = (
        visible.select_related(
            "board",
            "proposer",
            "executive_override__actor",
            "executive_override__key",
            "reviews",
        )
        .filter(public_id=public_id)
        .first()
    )
    if motion is None:
        raise Http404
    return motion


def state_words(motion: Motion) -> str:
    """Return what the motion counts as, as it stands within a sentence."""
    words = str(motion.outcome.label).lower()
    if motion.outcome == motion.state:
        return words
    return _("%(state)s by an override") % {"state": words}


def _is_over(motion: Motion, now: datetime) -> bool:
    return motion.voting_closes_at is not None and now >= motion.voting_closes_at


def why_no_vote(user: User, motion: Motion, standing: Standing, now: datetime) -> str:
    """A vote needs a seat of the snapshot that is not excluded, until the deadline."""
    if motion.state != MotionState.VOTING:
        return _("Voting is not open on this motion; it is %(state)s.") % {
            "state": state_words(motion)
        }
    if _is_over(motion, now):
        return _("The time for voting is over; no vote was recorded.")
    ballot = standing.ballot_of(user)
    if ballot is None:
        return _("You held no seat on the board when voting opened, so you have no vote.")
    if ballot.excluded:
        return _("Your seat has no vote on this motion: %(why)s") % {"why": ballot.excluded}
    if not standing.is_held(ballot):
        return _("You do not hold this seat any more, so you can cast no vote.")
    return ""


def why_no_close(user: User, motion: Motion, standing: Standing, now: datetime) -> str:
    """The chair closes once every seat that could vote has; chairing needs no vote of one's own."""
    if motion.state != MotionState.VOTING:
        return _("There is no vote to close: the motion is %(state)s.") % {
            "state": state_words(motion)
        }
    chairs = [ballot.seat for ballot in standing.ballots if ballot.role == SeatRole.CHAIR]
    if not any(seat.holder_id == user.pk and seat.is_in_term(now) for seat in chairs):
        return _("Only the chair may close the vote; it closes by itself when its time is over.")
    if standing.awaited and not _is_over(motion, now):
        return _("The vote can be closed once every seat has voted. Still awaited: %(roles)s.") % {
            "roles": ", ".join(str(each.get_role_display()).lower() for each in standing.awaited)
        }
    return ""


def why_no_revision(user: User, motion: Motion, now: datetime) -> str:
    """The proposer changes the dossier until voting ends; what is being counted stays as it is."""
    if motion.proposer_id != user.pk:
        return _("Only the proposer may change the dossier.")
    return _why_too_late(motion, now)


def why_no_withdrawal(user: User, motion: Motion, now: datetime) -> str:
    """The proposer withdraws until voting ends: a finished vote is not theirs to take back."""
    if motion.proposer_id != user.pk:
        return _("Only the proposer may withdraw a motion.")
    return _why_too_late(motion, now)


def _why_too_late(motion: Motion, now: datetime) -> str:
    if motion.state == MotionState.VOTING and _is_over(motion, now):
        return _("The time for voting is over and the votes are being counted.")
    if motion.state not in (MotionState.DRAFT, MotionState.IN_REVIEW, MotionState.VOTING):
        return _("It is too late for that: the motion is %(state)s.") % {
            "state": state_words(motion)
        }
    return ""


def why_no_cancellation(user: User, motion: Motion) -> str:
    """Any one seat holder, while the decision has not taken effect: tightening takes one."""
    if motion.applied_at is not None:
        return _("The decision has taken effect already, so it cannot be cancelled.")
    if motion.outcome != MotionState.APPROVED:
        return _("Only an approved motion can be cancelled; this one is %(state)s.") % {
            "state": state_words(motion)
        }
    if not selectors.holds_seat(user, motion.board_id):
        return _("Only someone with a seat on the board may cancel its decision.")
    return ""


def is_chair(user: User, board: Board) -> bool:
    """Tell whether the person holds the chair now."""
    return user.is_active and selectors.holds_chair(user, board.pk)


def _why_undecided(motion: Motion) -> str:
    if selectors.is_opened(motion):
        return ""
    return _("The board has not decided on this motion: it is %(state)s.") % {
        "state": state_words(motion)
    }


def why_no_issue_summary(user: User, motion: Motion) -> str:
    """The chair, once the votes are opened."""
    if why := _why_undecided(motion):
        return why
    if not is_chair(user, motion.board):
        return _("Only the chair of the board writes about the controverted issues.")
    return ""


def why_no_public_draft(user: User, motion: Motion) -> str:
    """The proposer or the chair, once the votes are opened."""
    if why := _why_undecided(motion):
        return why
    if motion.proposer_id != user.pk and not is_chair(user, motion.board):
        return _("Only the proposer and the chair of the board draft the public summary.")
    return ""


def why_no_public_release(user: User, motion: Motion) -> str:
    """The chair, once the votes are opened: what goes out is the board's word."""
    if why := _why_undecided(motion):
        return why
    if not is_chair(user, motion.board):
        return _("Only the chair of the board releases the public summary.")
    return ""


def override_outcomes(motion: Motion) -> list[MotionState]:
    """Return what an executive could decide instead of the board's result."""
    both = (MotionState.APPROVED, MotionState.REJECTED)
    return [outcome for outcome in both if outcome != motion.state]


def why_no_override(user: User, motion: Motion, standing: Standing, now: datetime) -> str:
    """A holder of a seat that the rule names, on a result that has not taken effect.

    Whoever has no vote on the motion, or recused themselves, decides nothing about it here
    either. `standing` has the choices of a decided motion.
    """
    if not motion.binding_rule.executive:
        return _("The rule of this motion lets nobody override the board's result.")
    if motion.state not in RESULTS or motion.tally is None:
        return _("There is no result of the board to override: the motion is %(state)s.") % {
            "state": state_words(motion)
        }
    if motion.override is not None:
        return _("The board's result was overridden already; that is done once.")
    if motion.applied_at is not None:
        return _("The result has taken effect already, so it cannot be overridden.")
    if motion.state != MotionState.APPROVED and not _may_wait(motion, now):
        return _("The time in which the result could be overridden is over.")
    seat = selectors.seat_with_role(user, motion.board_id, motion.binding_rule.executive)
    if not user.is_active or seat is None:
        return _("Only the holder of a seat that the rule names may override the result.")
    return why_no_part(user, motion, standing)


def _may_wait(motion: Motion, now: datetime) -> bool:
    return motion.override_until is not None and now < motion.override_until


def why_no_part(user: User, motion: Motion, standing: Standing) -> str:
    """Say why whoever overrides something may not do so here: in conflict, or recused.

    `standing` has the choices of the votes.
    """
    ballot = standing.ballot_of(user)
    excluded = motion.proposer_id == user.pk or (ballot is not None and ballot.excluded)
    if excluded or user.pk in conflicts_of(motion):
        return _("You have no vote on this motion, so you can override nothing of it.")
    vote = standing.votes.get(ballot.pk) if ballot is not None else None
    if vote is not None and vote.choice == VoteChoice.RECUSE:
        return _("You recused yourself from this motion, so you can override nothing of it.")
    return ""


def why_no_full_review(user: User, motion: Motion) -> str:
    """A seat holder, or whoever proposed the emergency, while its review is owed or was refused."""
    if motion.full_review_due_at is None or motion.outcome != MotionState.APPROVED:
        return _("No full review is owed on this motion.")
    if motion.full_review_result == ReviewResult.CONFIRMED:
        return _("The full review was done, and it confirmed the decision.")
    if motion.proposer_id != user.pk and not selectors.holds_seat(user, motion.board_id):
        return _("Only someone with a seat on the board, or the proposer, may ask for the review.")
    return ""


def why_no_opening(user: User, motion: Motion) -> str:
    """While it is in review: its proposer or the chair, unless its kind asks for more than that."""
    if not is_opened_here(motion.kind):
        return _("Voting on this motion opens from the page of what it is about.")
    if motion.state != MotionState.IN_REVIEW:
        return _("Voting opens on a motion in review; this one is %(state)s.") % {
            "state": state_words(motion)
        }
    chairs = selectors.seat_with_role(user, motion.board_id, [SeatRole.CHAIR])
    if motion.proposer_id != user.pk and chairs is None:
        return _("The vote is opened by the proposer or by the chair of the board.")
    return ""


def why_no_seat_motion(user: User, board: Board) -> str:
    """Seat holders propose who sits on their board."""
    if not user.is_active or not selectors.holds_seat(user, board.pk):
        return _("Only someone with a seat on the board may propose who sits on it.")
    return ""


def why_no_rule_change(user: User, board: Board) -> str:
    """Seat holders tighten their board's own rule, and ask the board to loosen it."""
    if not user.is_active or not selectors.holds_seat(user, board.pk):
        return _("Only someone with a seat on the board may change the rule by which it decides.")
    return ""


def why_no_resignation(user: User, seat: Seat, now: datetime) -> str:
    """One's own seat, while one holds it."""
    if seat.holder_id != user.pk or not seat.is_in_term(now):
        return _("You do not hold this seat, so you cannot resign from it.")
    return ""

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
from boards.models import Board, Motion, MotionState, SeatRole
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
    motion = visible.select_related("board", "proposer").filter(public_id=public_id).first()
    if motion is None:
        raise Http404
    return motion


def state_words(motion: Motion) -> str:
    """Return the motion's state as it stands within a sentence."""
    return str(motion.get_state_display()).lower()


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
    return ""


def why_no_close(user: User, motion: Motion, standing: Standing, now: datetime) -> str:
    """The chair closes once every seat that could vote has; chairing needs no vote of one's own."""
    if motion.state != MotionState.VOTING:
        return _("There is no vote to close: the motion is %(state)s.") % {
            "state": state_words(motion)
        }
    ballot = standing.ballot_of(user)
    if ballot is None or ballot.role != SeatRole.CHAIR:
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
    if motion.state != MotionState.APPROVED:
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

"""Who may open a board's pages and act on its motions. A superuser is nobody here."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from accounts.models import User
from boards import selectors
from boards.models import Board, Motion, MotionState, SeatRole
from boards.selectors import Standing

Person = User | AnonymousUser


def _is_live(user: Person) -> bool:
    return bool(user.is_authenticated and user.is_active)


def can_see_board(user: Person, board: Board) -> bool:
    """Seat holders see their board, and so does whoever put a motion before it."""
    if not _is_live(user) or not isinstance(user, User):
        return False
    return selectors.boards_of(user).filter(pk=board.pk).exists()


def can_see_motion(user: Person, motion: Motion) -> bool:
    """Seat holders see the motions of their board, a proposer their own."""
    if not _is_live(user) or not isinstance(user, User):
        return False
    return selectors.motions_visible_to(user).filter(pk=motion.pk).exists()


def can_vote(user: Person, motion: Motion, standing: Standing, now: datetime) -> bool:
    """A seat of the snapshot that is not excluded, until the deadline."""
    if not _is_live(user) or not isinstance(user, User):
        return False
    ballot = standing.ballot_of(user)
    return bool(
        ballot
        and not ballot.excluded
        and motion.state == MotionState.VOTING
        and motion.voting_closes_at
        and now < motion.voting_closes_at
    )


def is_chair(user: Person, standing: Standing) -> bool:
    """The chair of the snapshot; chairing is not voting, so an excluded chair still closes."""
    if not _is_live(user) or not isinstance(user, User):
        return False
    ballot = standing.ballot_of(user)
    return ballot is not None and ballot.role == SeatRole.CHAIR


def can_close(user: Person, motion: Motion, standing: Standing) -> bool:
    """The chair, once every seat that could vote has voted or recused."""
    return motion.state == MotionState.VOTING and is_chair(user, standing) and not standing.awaited


def can_withdraw(user: Person, motion: Motion, now: datetime) -> bool:
    """The proposer, until voting ends: a board's finished vote is not theirs to take back."""
    if not _is_live(user) or motion.proposer_id != user.pk:
        return False
    if motion.state == MotionState.VOTING:
        return motion.voting_closes_at is not None and now < motion.voting_closes_at
    return motion.state in (MotionState.DRAFT, MotionState.IN_REVIEW)


def can_cancel(user: Person, motion: Motion) -> bool:
    """Any one seat holder, while the decision has not taken effect: tightening takes one."""
    return (
        isinstance(user, User)
        and _is_live(user)
        and motion.state == MotionState.APPROVED
        and motion.applied_at is None
        and selectors.holds_seat(user, motion.board_id)
    )


def get_board_or_404(user: Person, slug: str) -> Board:
    """Load a board for its page; 404 for whoever may not know of it."""
    board = selectors.board_by_slug(slug)
    if board is None or not can_see_board(user, board):
        raise Http404
    return board


def get_motion_or_404(user: Person, public_id: UUID) -> Motion:
    """Load a motion for its page; 404 for whoever may not know of it."""
    motion = selectors.motion_by_public_id(public_id)
    if motion is None or not can_see_motion(user, motion):
        raise Http404
    return motion

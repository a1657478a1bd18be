"""Boards, motions and votes for tests, made by the services that make them in life."""

import itertools
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from boards import services
from boards.models import Board, Motion, SeatRole, Vote
from tests.factories import make_user

_numbers = itertools.count(1)

RULE: dict[str, Any] = {
    "quorum": {"more_than": "1/2"},
    "required_present": ["independent"],
    "approval": {"more_than": "1/2"},
    "veto": [],
}
ROLES = (SeatRole.CHAIR, SeatRole.SAFETY, SeatRole.INDEPENDENT)


def make_board(*seats: tuple[str, User | None]) -> Board:
    """Make a board; by default a chair, a safety and an independent seat, each held."""
    return services.found_board(
        actor=None,
        name=f"Board {(number := next(_numbers))}",
        slug=f"board-{number}",
        description="Decides on releases.",
        seats=seats or [(role, make_user()) for role in ROLES],
    )


def make_motion(board: Board | None = None, **changes: Any) -> Motion:
    """Make a motion in review."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "actor": changes.pop("proposer", None) or make_user(),
        "board": board or make_board(),
        "kind": "transition",
        "title": "Move to Trusted API",
        "subject_ref": f"releases.release:{number}",
        "subject_label": f"demo/heron v{number}",
        "subject_url": f"/models/demo/heron/v{number}/",
        "params": {"to_stage": "trusted-api"},
        "dossier": {"rationale": "It was tested.", "safety_margin": "Wide."},
        "rule": RULE,
        "voting_seconds": 3600,
    }
    return services.propose_motion(**{**given, **changes})


def make_vote_open(board: Board | None = None, **changes: Any) -> Motion:
    """Make a motion with its vote open."""
    excluded = changes.pop("excluded", None)
    motion = make_motion(board, **changes)
    return services.open_voting(actor=motion.proposer, motion=motion, excluded=excluded)


def holder(of: Motion | Board, role: str) -> User:
    """Return who holds the (first) seat of a role."""
    board = of if isinstance(of, Board) else of.board
    seat = board.seats.select_related("holder").filter(role=role).first()
    assert seat is not None
    assert seat.holder is not None
    return seat.holder


def cast(motion: Motion, voter: User, choice: str = "approve", **changes: Any) -> Vote:
    """Cast a vote on the dossier as it is now."""
    motion.refresh_from_db()
    given = {
        "reason": f"I {choice}.",
        "conflict": "I advise the proposer." if choice == "recuse" else "",
        "dossier_digest": motion.dossier_digest,
        **changes,
    }
    return services.cast_vote(actor=voter, motion=motion, choice=choice, **given)


def tally_of(motion: Motion) -> dict[str, Any]:
    """Return the counts of a closed vote."""
    assert motion.tally is not None
    return dict(motion.tally)


def run_out(motion: Motion) -> Motion:
    """Let the time for voting pass."""
    past = timezone.now() - timedelta(seconds=1)
    Motion.objects.filter(pk=motion.pk).update(voting_closes_at=past)
    motion.refresh_from_db()
    return motion


def decide(motion: Motion, *choices: str) -> Motion:
    """Cast these choices seat by seat and close at the deadline."""
    seats = motion.board.seats.select_related("holder").order_by("id")
    for seat, choice in zip(seats, choices, strict=False):
        if seat.holder and choice:
            cast(motion, seat.holder, choice)
    return services.close_voting(actor=None, motion=run_out(motion))

"""Reading boards and who sits on them. A seat whose holder is not in office is vacant here."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from boards.models import OPEN_STATES, Board, Motion, Seat, SeatRole
from boards.tally import SeatState


def person_name(user: User | None) -> str:
    """Return the name that pages show, also of someone who was erased."""
    if user is None:
        return ""
    return _("an erased person") if user.erased_at else str(user)


def boards_of(user: User) -> QuerySet[Board]:
    """Return the boards that the person sits on or has put a motion before, with their seats."""
    seats = Prefetch("seats", Seat.objects.select_related("holder"))
    return Board.objects.filter(
        Exists(Seat.objects.held_by(user).filter(board=OuterRef("pk")))
        | Exists(Motion.objects.filter(board=OuterRef("pk"), proposer=user))
    ).prefetch_related(seats)


def boards_with_counts(user: User) -> QuerySet[Board]:
    """Return the same, each with how many motions it has before it (`open_count`)."""
    open_motions = Q(motions__state__in=OPEN_STATES)
    return boards_of(user).annotate(open_count=Count("motions", filter=open_motions))


def seats_of(user: User) -> QuerySet[Seat]:
    """Return the seats that the person holds now."""
    return Seat.objects.held_by(user).select_related("board")


def holds_seat(user: User, board_id: int) -> bool:
    """Tell whether the person sits on the board."""
    return Seat.objects.held_by(user).filter(board_id=board_id).exists()


def seat_held(user: User, board_id: int) -> Seat | None:
    """Return the seat that the person holds on the board."""
    return Seat.objects.held_by(user).filter(board_id=board_id).first()


def holds_chair(user: User, board_id: int) -> bool:
    """Tell whether the person holds the board's chair."""
    return seat_with_role(user, board_id, [SeatRole.CHAIR]) is not None


def seat_with_role(user: User, board_id: int, roles: Iterable[str]) -> Seat | None:
    """Return the seat of one of the roles that the person holds on the board."""
    seats = Seat.objects.held_by(user).filter(board_id=board_id, role__in=list(roles))
    return seats.select_related("board").first()


def members_of(board_id: int) -> QuerySet[User]:
    """Return who sits on the board now."""
    return User.objects.filter(Exists(Seat.objects.held_by(OuterRef("pk")).filter(board=board_id)))


def chairs_of(board_id: int) -> QuerySet[User]:
    """Return who chairs the board now: one person, or nobody."""
    chaired = Seat.objects.held_by(OuterRef("pk")).filter(board=board_id, role=SeatRole.CHAIR)
    return User.objects.filter(Exists(chaired))


def seat_states(seats: Iterable[Seat], now: datetime) -> list[SeatState]:
    """Return the seats as the tally takes them, before any motion excludes somebody."""
    return [SeatState(each.pk, each.role, each.member_at(now) is None) for each in seats]


def terms_ending(before: datetime) -> QuerySet[Seat]:
    """Return the held seats whose term ends, or ended, before that moment."""
    held = Seat.objects.filter(holder__isnull=False, term_ends_at__lte=before)
    return held.select_related("board", "holder")

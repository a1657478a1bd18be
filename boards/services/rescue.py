"""A board that cannot decide about itself any more: the operator fills a vacant seat."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from boards import notifications, selectors
from boards.actions import Action
from boards.choices import TERM, SeatAction
from boards.models import Board, Seat
from boards.rules import parse_rule
from boards.services.guards import clean_paragraphs, clean_reason
from boards.services.seats import SeatChange, appoint, check_change, first_term_ends
from boards.tally import obstacles_to_own
from common.errors import Refused


@transaction.atomic
def fill_seat(
    *,
    actor: User | None,
    board: Board,
    role: str,
    person: User,
    reason: str,
    term: timedelta = TERM,
    independence: str = "",
) -> Seat:
    """Seat somebody without a motion, where no motion about the board's seats could be carried.

    For a vacant seat only, as at the founding, at the command line. Every member is told.
    Raises Refused where the board can decide by itself.
    """
    board = Board.objects.select_for_update(no_key=True).get(pk=board.pk)
    now = timezone.now()
    seats = list(board.seats.select_related("holder"))
    if not obstacles_to_own(parse_rule(board.rule), selectors.seat_states(seats, now)):
        raise Refused(
            _("The board can decide about its seats. A member proposes the appointment there.")
        )
    seat = next((s for s in seats if s.role == role and s.member_at(now) is None), None)
    if seat is None:
        raise Refused(_("The board has no vacant %(role)s seat.") % {"role": role})
    independent = bool(independence.strip())
    change = SeatChange(
        action=SeatAction.APPOINT,
        role=role,
        person=person,
        seat=seat,
        term_ends_at=first_term_ends(now, term),
        independent=independent,
        basis=clean_paragraphs(independence, what=_("The basis of independence"), limit=2000)
        if independent
        else "",
    )
    check_change(board, change, now)
    reason = clean_reason(reason)
    appoint(board, seat, change, now)
    record(
        actor=actor,
        action=Action.SEAT_FILLED_WITHOUT_MOTION,
        target=board,
        data={
            "seat": seat.pk,
            "role": role,
            "person": str(person.pseudonym),
            "independent": independent,
            "basis": change.basis,
            "term_ends_at": change.term_ends_at.isoformat() if change.term_ends_at else None,
            "reason": reason,
        },
    )
    notifications.seat_filled_without_motion(seat, selectors.members_of(board.pk), reason)
    return seat

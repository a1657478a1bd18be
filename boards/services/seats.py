"""Who sits on a board after its founding: by a motion, and out of one's own seat at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import is_email_verified
from audit.selectors import ref
from audit.services import record
from boards import notifications, permissions, selectors
from boards.actions import Action
from boards.choices import LONGEST_TERM, MOST_SEATS, SEAT_KIND, SeatAction
from boards.models import Board, Motion, MotionState, Seat, SeatRole
from boards.services.guards import clean_paragraphs, clean_reason, live_actor, locked
from boards.services.motions import mark_applied, propose_motion
from common.errors import Refused


@dataclass(frozen=True)
class SeatChange:
    """What a motion about a seat would do. `person` is the nominee, or who would be removed."""

    action: SeatAction
    role: str
    person: User
    seat: Seat | None = None
    term_ends_at: datetime | None = None
    independent: bool = False
    basis: str = ""


@transaction.atomic
def propose_seat_change(
    *, actor: User | None, board: Board, change: SeatChange, dossier: dict[str, Any]
) -> Motion:
    """Put an appointment, an extension, an added seat or a removal before the board itself.

    It is decided by the board's own rule; the proposer and the person whom it is about have no
    vote on it.
    """
    proposer = live_actor(actor)
    if why := permissions.why_no_seat_motion(proposer, board):
        raise Refused(why)
    if change.independent:
        basis = clean_paragraphs(change.basis, what=_("The basis of independence"), limit=2000)
    else:
        basis = ""
    check_change(board, change, timezone.now())
    if change.action == SeatAction.VACATE and change.person.pk == proposer.pk:
        raise Refused(_("Nobody has to decide on that: resign from your seat on the board's page."))
    role = str(SeatRole(change.role).label).lower()
    titles = {
        SeatAction.APPOINT: _("Appoint somebody to the %(role)s seat"),
        SeatAction.EXTEND: _("Extend the term of the %(role)s seat"),
        SeatAction.ADD: _("Add a seat: %(role)s"),
        SeatAction.VACATE: _("Remove the holder of the %(role)s seat"),
    }
    return propose_motion(
        actor=proposer,
        board=board,
        kind=SEAT_KIND,
        title=titles[change.action] % {"role": role},
        subject_ref=ref(change.seat or board),
        subject_label=board.name,
        subject_url=reverse("board_detail", args=[board.slug]),
        params={
            "action": change.action.value,
            "seat": change.seat.pk if change.seat else None,
            "role": change.role,
            "person": str(change.person.pseudonym),
            "independent": change.independent,
            "basis": basis,
            "term_ends_at": change.term_ends_at.isoformat() if change.term_ends_at else None,
        },
        dossier=dossier,
    )


def check_change(board: Board, change: SeatChange, now: datetime) -> None:
    """Refuse what cannot be done to the seats as they are now."""
    person, seat = change.person, change.seat
    if change.role not in SeatRole.values:
        raise Refused(_("%(role)s is not a role of a seat.") % {"role": change.role})
    if (seat is None) != (change.action == SeatAction.ADD):
        raise Refused(_("Name the seat that this is about."))
    if change.action == SeatAction.ADD:
        _check_added(board, change)
    if change.action in (SeatAction.APPOINT, SeatAction.ADD):
        _check_nominee(board, change)
    if seat is not None:
        if seat.board_id != board.pk or seat.role != change.role:
            raise Refused(_("This is not a seat of the board."))
        if change.action == SeatAction.APPOINT and seat.member_at(now) is not None:
            raise Refused(_("The seat is not vacant, so nobody can be appointed to it."))
        if change.action != SeatAction.APPOINT and seat.holder_id != person.pk:
            raise Refused(_("They do not hold this seat."))
    if change.action != SeatAction.VACATE:
        _check_office(change, now)


def _check_added(board: Board, change: SeatChange) -> None:
    roles = list(board.seats.values_list("role", flat=True))
    if len(roles) >= MOST_SEATS:
        raise Refused(_("A board has 1 to %(limit)d seats.") % {"limit": MOST_SEATS})
    if change.role == SeatRole.CHAIR and SeatRole.CHAIR in roles:
        raise Refused(_("A board has one chair at most."))


def _check_nominee(board: Board, change: SeatChange) -> None:
    if selectors.holds_seat(change.person, board.pk):
        raise Refused(_("A person holds one seat of a board at most."))
    if change.role == SeatRole.INDEPENDENT and not change.independent:
        raise Refused(
            _(
                "An independent seat is for somebody without financial, operational or management "
                "dependence. Declare that, and on what it rests."
            )
        )


def _check_office(change: SeatChange, now: datetime) -> None:
    if not change.person.is_active:
        raise Refused(_("Only people with an active account can be seated."))
    if change.action != SeatAction.EXTEND and not is_email_verified(change.person):
        # Anybody can make an account in the name of somebody who is about to be seated.
        raise Refused(
            _(
                "They have not confirmed their e-mail address. Ask them to open the link in the "
                "message that they were sent; then they can be seated."
            )
        )
    ends, former = change.term_ends_at, change.seat.term_ends_at if change.seat else None
    if ends is None or not now < ends <= now + LONGEST_TERM:
        raise Refused(
            _("A term ends in the future, and within %(days)d days.") % {"days": LONGEST_TERM.days}
        )
    if change.action == SeatAction.EXTEND and former is not None and ends <= former:
        raise Refused(_("An extended term ends later than it does now."))


def read_change(motion: Motion) -> SeatChange | None:
    """Return what a motion of this kind would do, in two queries; None where someone is gone."""
    params = motion.params
    person = User.objects.filter(pseudonym=UUID(params["person"])).first()
    seat = (
        Seat.objects.select_related("board", "holder").filter(pk=params["seat"]).first()
        if params["seat"]
        else None
    )
    if person is None:
        return None
    ends = params["term_ends_at"]
    return SeatChange(
        action=SeatAction(params["action"]),
        role=params["role"],
        person=person,
        seat=seat,
        term_ends_at=datetime.fromisoformat(ends) if ends else None,
        independent=params["independent"],
        basis=params["basis"],
    )


def describe_change(motion: Motion) -> list[tuple[str, str]]:
    """Say for the motion's page what it would do."""
    change = read_change(motion)
    if change is None:
        return []
    facts = [
        (_("It would"), str(change.action.label).lower()),
        (_("Seat"), str(SeatRole(change.role).label)),
        (_("Person"), selectors.person_name(change.person)),
    ]
    if change.term_ends_at:
        day = formats.date_format(timezone.localtime(change.term_ends_at), "j M Y")
        facts.append((_("End of the term"), day))
    if change.independent:
        facts.append((_("Independent, because"), change.basis))
    return facts


@transaction.atomic
def apply_seat_change(motion: Motion) -> bool:
    """Do what an approved motion about a seat asks for; say whether that changed a seat.

    What became impossible since it was proposed changes nothing, and its event says why.
    """
    board = Board.objects.select_for_update(no_key=True).get(pk=motion.board_id)
    current = locked(motion)
    if current.applied_at is not None or current.decided_at is None:
        return False
    mark_applied(motion=current)
    if current.outcome != MotionState.APPROVED:
        return False
    change = read_change(current)
    now = timezone.now()
    try:
        if change is None:
            raise Refused(_("The person has no account any more."))
        check_change(board, change, now)
    except Refused as refused:
        record(
            actor=None,
            action=Action.SEAT_UNCHANGED,
            target=board,
            also=(current,),
            data={"reason": refused.sentence, "motion": str(current.public_id)},
        )
        notifications.own_motion_unchanged(current, refused.sentence)
        return False
    _carry_out(board, current, change, now)
    return True


def _carry_out(board: Board, motion: Motion, change: SeatChange, now: datetime) -> None:
    seat = change.seat or Seat(board=board, role=change.role)
    if change.action in (SeatAction.APPOINT, SeatAction.ADD):
        appoint(board, seat, change, now)
    elif change.action == SeatAction.VACATE:
        _clear(seat)
    else:
        seat.term_ends_at = change.term_ends_at
        seat.save()
    actions = {
        SeatAction.APPOINT: Action.SEAT_FILLED,
        SeatAction.EXTEND: Action.TERM_EXTENDED,
        SeatAction.ADD: Action.SEAT_ADDED,
        SeatAction.VACATE: Action.SEAT_VACATED,
    }
    record(
        actor=None,
        action=actions[change.action],
        target=board,
        also=(motion,),
        data={**_seat_data(seat, change.person), "motion": str(motion.public_id)},
    )
    people = [*selectors.members_of(board.pk), change.person, motion.proposer]
    notifications.seat_changed(motion, people)


def appoint(board: Board, seat: Seat, change: SeatChange, now: datetime) -> None:
    """Seat the person; for the services that decided so, under the board's lock."""
    # A seat of the person's own whose term has ended still bears their name.
    former = Seat.objects.filter(board=board, holder=change.person).exclude(pk=seat.pk).first()
    _clear(former)
    seat.holder, seat.held_since, seat.term_ends_at = change.person, now, change.term_ends_at
    seat.independent, seat.independence_basis = change.independent, change.basis
    seat.save()


def _clear(seat: Seat | None) -> None:
    if seat is None:
        return
    seat.holder, seat.term_ends_at = None, None
    seat.independent, seat.independence_basis = False, ""
    seat.save()


def _seat_data(seat: Seat, person: User) -> dict[str, Any]:
    return {
        "seat": seat.pk,
        "role": seat.role,
        "person": str(person.pseudonym),
        "independent": seat.independent,
        "basis": seat.independence_basis,
        "term_ends_at": seat.term_ends_at.isoformat() if seat.term_ends_at else None,
    }


@transaction.atomic
def resign_seat(*, actor: User | None, seat: Seat, reason: str) -> Seat:
    """Leave one's own seat at once. Votes that were cast in office stay."""
    holder = live_actor(actor)
    board = Board.objects.select_for_update(no_key=True).get(pk=seat.board_id)
    current = Seat.objects.select_related("board", "holder").get(pk=seat.pk)
    if why := permissions.why_no_resignation(holder, current, timezone.now()):
        raise Refused(why)
    reason = clean_reason(reason)
    _clear(current)
    record(
        actor=holder,
        action=Action.SEAT_RESIGNED,
        target=board,
        data={"seat": current.pk, "role": current.role, "reason": reason},
    )
    notifications.seat_resigned(current, holder, selectors.members_of(board.pk), reason)
    return current


def first_term_ends(now: datetime, term: timedelta) -> datetime:
    """Return when the terms of a board that is founded now end. Raises Refused."""
    if not timedelta(0) < term <= LONGEST_TERM:
        raise Refused(_("A term lasts from a day to %(days)d days.") % {"days": LONGEST_TERM.days})
    return now + term

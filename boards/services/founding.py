"""Founding a board. Later seats are a motion's business, not this."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from boards.actions import Action
from boards.choices import MOST_SEATS, TERM, VOTING_SECONDS
from boards.models import Board, Seat, SeatRole, default_rule
from boards.services.guards import check_rule, clean_json, clean_line, clean_paragraphs
from boards.services.seats import first_term_ends
from common.errors import Refused


@transaction.atomic
def found_board(
    *,
    actor: User | None,
    name: str,
    slug: str,
    description: str = "",
    rule: dict[str, Any] | None = None,
    voting_seconds: int = VOTING_SECONDS,
    seats: Sequence[tuple[str, User | None]],
    term: timedelta = TERM,
    independence: str = "",
) -> Board:
    """Make a board with its seats. Later ones are filled by motions.

    `rule` is the board's own, for motions about itself; `voting_seconds` the time for them.
    `term` is how long the first holders sit; `independence` says on what it rests that the
    holders of independent seats are. A seat without a holder is vacant. Raises Refused for a slug
    that is taken, a role that is unknown, a person seated twice or a second chair.
    """
    name = clean_line(name, what=_("The name"), limit=120)
    if description:
        description = clean_paragraphs(description, what=_("The description"), limit=2000)
    if slug != slugify(slug) or not 1 <= len(slug) <= 60:
        raise Refused(_("The short name takes lower-case letters, digits and hyphens only."))
    rule = default_rule() if rule is None else clean_json(rule, what=_("The rule"))
    check_rule(rule, voting_seconds)
    _check_seats(seats)
    ends = first_term_ends(timezone.now(), term)
    basis = clean_paragraphs(
        independence
        or _("Stated when the board was founded: no dependence of any of these kinds."),
        what=_("The basis of independence"),
        limit=2000,
    )
    try:
        with transaction.atomic():
            board = Board.objects.create(
                name=name,
                slug=slug,
                description=description,
                rule=rule,
                voting_seconds=voting_seconds,
            )
    except IntegrityError as error:
        raise Refused(
            _("There is a board named %(slug)s already; boards are founded once.") % {"slug": slug}
        ) from error
    Seat.objects.bulk_create(_seat(board, role, holder, ends, basis) for role, holder in seats)
    record(
        actor=actor,
        action=Action.BOARD_FOUNDED,
        target=board,
        data={
            "rule": rule,
            "voting_seconds": voting_seconds,
            "term_ends_at": ends.isoformat(),
            "independence": basis,
            "seats": [
                {"role": role, "holder": str(holder.pseudonym) if holder else None}
                for role, holder in seats
            ],
        },
    )
    return board


def _seat(board: Board, role: str, holder: User | None, ends: datetime, basis: str) -> Seat:
    if holder is None:
        return Seat(board=board, role=role)
    independent = role == SeatRole.INDEPENDENT
    return Seat(
        board=board,
        role=role,
        holder=holder,
        term_ends_at=ends,
        independent=independent,
        independence_basis=basis if independent else "",
    )


def _check_seats(seats: Sequence[tuple[str, User | None]]) -> None:
    if not 1 <= len(seats) <= MOST_SEATS:
        raise Refused(_("A board has 1 to %(limit)d seats.") % {"limit": MOST_SEATS})
    roles = [role for role, _holder in seats]
    for role in roles:
        if role not in SeatRole.values:
            raise Refused(
                _("%(role)s is not a role of a seat. Use one of: %(known)s.")
                % {"role": role, "known": ", ".join(SeatRole.values)}
            )
    if roles.count(SeatRole.CHAIR) > 1:
        raise Refused(_("A board has one chair at most."))
    holders = [holder for _role, holder in seats if holder is not None]
    if len({holder.pk for holder in holders}) != len(holders):
        raise Refused(_("A person holds one seat of a board at most."))
    if not all(holder.is_active for holder in holders):
        raise Refused(_("Only people with an active account can be seated."))

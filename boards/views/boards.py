"""The boards that concern me, and one board with its seats and motions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import signed_in
from boards import selectors
from boards.kinds import rules_in_use
from boards.models import OPEN_STATES, Board, Motion, MotionState, Seat
from boards.permissions import get_board_or_404
from boards.tally import Rule, describe_rule, obstacles, obstacles_to_own, parse_rule

PAGE_LENGTH = 20


@login_required
@require_safe
def board_list(request: HttpRequest) -> HttpResponse:
    """What waits for my vote, and the boards I sit on or have put a motion before."""
    user = signed_in(request)
    context = {
        "awaited": selectors.open_motions_for(user, timezone.now())[:PAGE_LENGTH],
        "cards": [_card(board) for board in selectors.boards_with_counts(user)],
    }
    return render(request, "boards/board_list.html", context)


def _card(board: Board) -> dict[str, Any]:
    seats = list(board.seats.all())
    now = timezone.now()
    vacant = sum(seat.member_at(now) is None for seat in seats)
    parts = [ngettext("%d seat", "%d seats", len(seats)) % len(seats)]
    if vacant:
        parts.append(ngettext("%d vacant", "%d vacant", vacant) % vacant)
    open_count = board.open_count  # type: ignore[attr-defined]  # annotated by the selector
    parts.append(ngettext("%d open motion", "%d open motions", open_count) % open_count)
    return {
        "title": board.name,
        "url": reverse("board_detail", args=[board.slug]),
        "text": board.description,
        "meta": ", ".join(parts),
    }


@login_required
@require_safe
def board_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One board: who sits on it, what it has before it, what it decided."""
    user = signed_in(request)
    board = get_board_or_404(user, slug)
    now = timezone.now()
    seats = list(board.seats.all())
    motions = (
        selectors.motions_visible_to(user)
        .filter(board=board)
        .select_related("proposer", "executive_override")
    )
    ended = motions.exclude(state__in=OPEN_STATES).order_by("-id")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        ended = ended.filter(id__lt=int(before))
    page = list(ended[: PAGE_LENGTH + 1])
    more = len(page) > PAGE_LENGTH
    open_motions = list(selectors.with_turnout(motions.filter(state__in=OPEN_STATES)))
    context = {
        "board": board,
        "seats": [_seat(seat, user, now) for seat in seats],
        "member": any(seat.member_at(now) == user for seat in seats),
        "impossible": _impossible(board, seats, open_motions, now),
        "rule": describe_rule(board.rule),
        "reviews": selectors.reviews_owed().filter(board=board),
        "now": now,
        "open_motions": open_motions,
        "ended_motions": page[:PAGE_LENGTH],
        "next_url": f"?before={page[PAGE_LENGTH - 1].pk}" if more else "",
        "previous_url": reverse("board_detail", args=[slug]) if before else "",
        "voting": MotionState.VOTING,
    }
    return render(request, "boards/board_detail.html", context)


def _seat(seat: Seat, user: User, now: datetime) -> dict[str, Any]:
    member = seat.member_at(now)
    ended = seat.holder is not None and member is None
    return {
        "id": seat.pk,
        "role": seat.get_role_display(),
        "person": selectors.person_name(member) if member else _("Vacant"),
        "vacant": member is None,
        "former": selectors.person_name(seat.holder) if ended else "",
        "mine": member is not None and member.pk == user.pk,
        "since": seat.held_since,
        "ends": seat.term_ends_at,
        "independent": seat.independent and not ended,
        "basis": seat.independence_basis,
    }


def _impossible(
    board: Board, seats: list[Seat], motions: list[Motion], now: datetime
) -> list[dict[str, Any]]:
    """Say what not even a unanimous vote of those seated could carry, reason by reason."""
    states = selectors.seat_states(seats, now)
    rules: list[tuple[str, Rule | Mapping[str, Any]]] = [
        *rules_in_use(board),
        *((motion.title, motion.binding_rule) for motion in motions),
    ]
    found: dict[tuple[str, ...], list[str]] = {}
    if reasons := obstacles_to_own(parse_rule(board.rule), states):
        found.setdefault(reasons, []).append(_("Motions about the board itself"))
    for label, rule in rules:
        parsed = rule if isinstance(rule, Rule) else parse_rule(rule)
        if reasons := obstacles(parsed, states):
            found.setdefault(reasons, []).append(label)
    return [{"reasons": reasons, "labels": labels} for reasons, labels in found.items()]

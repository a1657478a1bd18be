"""The boards that concern me, and one board with its seats and motions."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.permissions import signed_in
from boards import selectors
from boards.models import OPEN_STATES, Board, MotionState, Seat
from boards.permissions import get_board_or_404

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
    vacant = sum(seat.holder_id is None for seat in seats)
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
    motions = selectors.motions_visible_to(user).filter(board=board).select_related("proposer")
    ended = motions.exclude(state__in=OPEN_STATES).order_by("-id")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        ended = ended.filter(id__lt=int(before))
    page = list(ended[: PAGE_LENGTH + 1])
    more = len(page) > PAGE_LENGTH
    context = {
        "board": board,
        "seats": [_seat(seat) for seat in board.seats.all()],
        "open_motions": selectors.with_turnout(motions.filter(state__in=OPEN_STATES)),
        "ended_motions": page[:PAGE_LENGTH],
        "next_url": f"?before={page[PAGE_LENGTH - 1].pk}" if more else "",
        "previous_url": reverse("board_detail", args=[slug]) if before else "",
        "voting": MotionState.VOTING,
    }
    return render(request, "boards/board_detail.html", context)


def _seat(seat: Seat) -> dict[str, Any]:
    vacant = seat.holder is None
    return {
        "role": seat.get_role_display(),
        "person": _("Vacant") if vacant else selectors.person_name(seat.holder),
        "vacant": vacant,
        "since": seat.created_at,
    }

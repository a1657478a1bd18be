"""Proposing who sits on a board, and leaving one's own seat."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import signed_in
from boards import permissions, selectors, services
from boards.choices import SeatAction
from boards.forms import ReasonedForm, SeatForm
from boards.models import Board, Seat
from boards.permissions import get_board_or_404
from boards.rules import describe_rule, role_word
from common.errors import Refused


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def seat_propose(request: HttpRequest, slug: str) -> HttpResponse:
    """Put an appointment, an extension, an added seat or a removal before the board."""
    user = signed_in(request)
    board = get_board_or_404(user, slug)
    if why := permissions.why_no_seat_motion(user, board):
        return refusal(request, board, why)
    now = timezone.now()
    seats = list(board.seats.all())
    choices = [(str(seat.pk), _label(seat, seat.member_at(now))) for seat in seats]
    asked = {key: request.GET.get(key, "") for key in ("action", "seat")}
    form = SeatForm(request.POST or None, seats=choices, initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            motion = services.propose_seat_change(
                actor=user,
                board=board,
                change=_change(form, seats),
                dossier={"rationale": form.cleaned_data["rationale"]},
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(
                request,
                _("The motion is before the board. Open the vote once the board has read it."),
            )
            return redirect("motion_detail", motion.public_id)
    context = {
        "board": board,
        "form": form,
        "rule": describe_rule(board.rule),
        "cancel_url": reverse("board_detail", args=[slug]),
    }
    return render(request, "boards/seat_propose.html", context)


def _label(seat: Seat, member: User | None) -> str:
    person = selectors.person_name(member) if member else _("vacant")
    return f"{seat.get_role_display()}: {person}"


def _change(form: SeatForm, seats: list[Seat]) -> services.SeatChange:
    """Return what the form asks for. Raises Refused for a person who is not known."""
    given = form.cleaned_data
    action = SeatAction(given["action"])
    seat = next((each for each in seats if str(each.pk) == given["seat"]), None)
    if action == SeatAction.ADD:
        seat = None
    if action in (SeatAction.APPOINT, SeatAction.ADD):
        person = User.objects.filter(email__iexact=given["email"], is_active=True).first()
    else:
        person = seat.holder if seat else None
    if person is None:
        raise Refused(
            _("There is no active account with this address.")
            if action in (SeatAction.APPOINT, SeatAction.ADD)
            else _("Nobody holds this seat.")
        )
    vacates = action == SeatAction.VACATE
    seats_somebody = action in (SeatAction.APPOINT, SeatAction.ADD)
    return services.SeatChange(
        action=action,
        role=seat.role if seat else given["role"],
        person=person,
        seat=seat,
        term_ends_at=None if vacates else form.term_ends_at(),
        independent=seats_somebody and given["independent"],
        basis=given["basis"],
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def seat_resign(request: HttpRequest, slug: str, seat_id: int) -> HttpResponse:
    """Leave one's own seat at once."""
    user = signed_in(request)
    board = get_board_or_404(user, slug)
    seat = next((each for each in board.seats.all() if each.pk == seat_id), None)
    if seat is None:
        raise Http404
    if why := permissions.why_no_resignation(user, seat, timezone.now()):
        return refusal(request, board, why)
    word = _("resign")
    form = ReasonedForm(request.POST or None, word=word)
    if request.method == "POST" and form.is_valid():
        try:
            services.resign_seat(actor=user, seat=seat, reason=form.cleaned_data["reason"])
        except Refused as refused:
            return refusal(request, board, refused.sentence)
        messages.success(request, _("You left the board. Its members were told."))
        return redirect("board_list")
    confirm: dict[str, Any] = {
        "title": _("Resign from the %(role)s seat") % {"role": role_word(seat.role)},
        "lede": board.name,
        "effects": [
            _("The seat is vacant at once, and stays in the base of every quorum."),
            _("Votes that you have cast stay; votes that are still awaited from you are lost."),
        ],
        "affected": [_("Every member of the board is told, with your reason.")],
        "warning": _("Only a motion of the board can seat you again."),
        "word": word,
        "submit": _("Resign"),
        "cancel_url": reverse("board_detail", args=[slug]),
    }
    context = {"board": board, "form": form, "confirm": confirm}
    return render(request, "boards/seat_resign.html", context)


def refusal(request: HttpRequest, board: Board, sentence: str) -> HttpResponse:
    """Say why an act on a board is not possible, with the way back."""
    context = {
        "reason": sentence,
        "next_url": reverse("board_detail", args=[board.slug]),
        "next_label": _("Back to the board"),
    }
    return render(request, "409.html", context, status=409)

"""Changing the rule by which a board decides about itself."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import signed_in
from audit.selectors import timeline
from boards import permissions, selectors, services
from boards.actions import Action
from boards.forms.rule import FastTrackForm, OwnRuleForm, rule_of
from boards.models import Board
from boards.permissions import get_board_or_404
from boards.rules import describe_rule, parse_rule
from boards.tally import obstacles_to_own
from boards.views.seats import refusal
from common.errors import Refused

HISTORY = (Action.OWN_RULE_CHANGED.value, Action.OWN_RULE_TIGHTENED.value)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def board_rule(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what another rule would change; then let it count, or put it before the board."""
    user = signed_in(request)
    board = get_board_or_404(user, slug)
    if why := permissions.why_no_rule_change(user, board):
        return refusal(request, board, why)
    rule, data = parse_rule(board.rule), request.POST if request.method == "POST" else None
    form = OwnRuleForm(data, rule=rule, voting_seconds=board.voting_seconds)
    fast = FastTrackForm(
        data if data is None or "has_fast_track" in data else None, track=rule.emergency
    )
    shown: dict[str, Any] = {}
    status = 200
    if data is not None and form.is_valid() and (not fast.is_bound or fast.is_valid()):
        try:
            shown = _preview(user, board, form, fast)
            acts = data.get("act") in ("propose", "tighten") and data.get("seen") == shown["seen"]
            if acts and (done := _act(request, user, board, form, shown)):
                return done
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
    context = {
        "board": board,
        "form": form,
        "fast": fast,
        "forms": [form, fast],
        "rule": describe_rule(rule),
        "history": [
            {"entry": each, "former": describe_rule(each.data["from"]["rule"])}
            for each in timeline(board, only=HISTORY)
        ],
        "cancel_url": reverse("board_detail", args=[slug]),
        **shown,
    }
    return render(request, "boards/board_rule.html", context, status=status)


def _preview(user: User, board: Board, form: OwnRuleForm, fast: FastTrackForm) -> dict[str, Any]:
    """Say what the rule would change. `seen` is over both rules: acting takes having seen that."""
    rule, seconds = rule_of(form, fast), form.cleaned_data["voting_period"]
    changes = services.changes_to(board, rule, seconds)
    former, new = (
        services.rule_digest(board.rule, board.voting_seconds),
        services.rule_digest(rule, seconds),
    )
    seats = selectors.seat_states(board.seats.select_related("holder"), timezone.now())
    parsed = parse_rule(rule)
    return {
        "wanted": rule,
        "seconds": seconds,
        "changes": changes,
        "seen": f"{former}:{new}",
        "loosens": any(change.effect == "loosens" for change in changes),
        "for_oneself": services.why_for_oneself(user, board, parsed),
        "vacancies": obstacles_to_own(parsed, seats),
        "previewed": True,
    }


def _act(
    request: HttpRequest, user: User, board: Board, form: OwnRuleForm, shown: dict[str, Any]
) -> HttpResponse | None:
    """Do what was asked for. Raises Refused."""
    why = form.cleaned_data["why"]
    if not why:
        form.add_error("why", _("Say why; it is told to the board and kept."))
        return None
    wanted, seconds = shown["wanted"], shown["seconds"]
    if request.POST["act"] == "tighten":
        services.tighten_board_rule(
            actor=user, board=board, rule=wanted, voting_seconds=seconds, reason=why
        )
        messages.success(
            request,
            _("The rule counts from now on, also for votes under way. The board was told."),
        )
        return redirect("board_detail", board.slug)
    motion = services.propose_rule_change(
        actor=user,
        board=board,
        rule=wanted,
        voting_seconds=seconds,
        dossier={"rationale": why},
    )
    messages.success(
        request, _("The motion is before the board. Open the vote once the board has read it.")
    )
    return redirect("motion_detail", motion.public_id)

"""Closing a vote, withdrawing a motion, cancelling a decision: each on a page of its own."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import signed_in
from accounts.reauthentication import ask_again, proven_again
from boards import permissions, selectors, services
from boards.forms import ReasonedForm, TypedForm
from boards.models import Motion
from boards.permissions import get_motion_or_404
from common.errors import Refused


def refusal_page(request: HttpRequest, motion: Motion, sentence: str) -> HttpResponse:
    """Say why an act is not possible, with the way back to the motion."""
    context = {
        "reason": sentence,
        "next_url": reverse("motion_detail", args=[motion.public_id]),
        "next_label": _("Back to the motion"),
    }
    return render(request, "409.html", context, status=409)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def motion_close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The chair closes the vote once every seat has voted."""
    user = signed_in(request)
    motion = get_motion_or_404(user, public_id)
    standing = selectors.standing(motion)
    if why := permissions.why_no_close(user, motion, standing, timezone.now()):
        return refusal_page(request, motion, why)
    # A vote that is closed cannot be opened again, so the chair proves to be at the keyboard.
    return proven_again(_close)(request, motion)


def _close(request: HttpRequest, motion: Motion) -> HttpResponse:
    word = _("close")
    form = TypedForm(request.POST or None, word=word)
    if request.method == "POST" and form.is_valid():
        try:
            motion = services.close_voting(actor=signed_in(request), motion=motion)
        except Refused as refused:
            return refusal_page(request, motion, refused.sentence)
        messages.success(
            request,
            _("Voting is closed: the motion is %(state)s. All seats and the proposer were told.")
            % {"state": permissions.state_words(motion)},
        )
        return redirect("motion_detail", motion.public_id)
    confirm = {
        "title": _("Close the vote"),
        "lede": motion.title,
        "effects": [
            _("The votes are opened, counted under the rule, and shown with their reasons."),
            _("If the rule is met, the decision takes effect after its cool-off."),
        ],
        "affected": [_("Every seat of the board and the proposer are told the result.")],
        "warning": _("No vote can be changed afterwards, and voting cannot be opened again."),
        "word": word,
        "submit": _("Close the vote"),
    }
    return confirm_page(request, motion, form, confirm)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def motion_withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The proposer takes the motion back."""
    user = signed_in(request)
    motion = get_motion_or_404(user, public_id)
    if why := permissions.why_no_withdrawal(user, motion, timezone.now()):
        return refusal_page(request, motion, why)
    word = _("withdraw")
    form = ReasonedForm(request.POST or None, word=word)
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_motion(actor=user, motion=motion, reason=form.cleaned_data["reason"])
        except Refused as refused:
            return refusal_page(request, motion, refused.sentence)
        messages.success(request, _("The motion is withdrawn. The board was told."))
        return redirect("motion_detail", motion.public_id)
    confirm = {
        "title": _("Withdraw the motion"),
        "lede": motion.title,
        "effects": [
            _("The motion ends without a decision, and stays on record with your reason."),
            _("Votes that were cast stay sealed and are not counted."),
        ],
        "affected": [_("The seats that were asked to vote are told.")],
        "warning": _("A withdrawn motion cannot be taken up again; propose a new one instead."),
        "word": word,
        "submit": _("Withdraw the motion"),
    }
    return confirm_page(request, motion, form, confirm)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def motion_cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One seat holder stops an approved motion before it takes effect."""
    user = signed_in(request)
    motion = get_motion_or_404(user, public_id)
    if why := permissions.why_no_cancellation(user, motion):
        return refusal_page(request, motion, why)
    if (asking := ask_again(request)) is not None:
        return asking
    word = _("cancel")
    form = ReasonedForm(request.POST or None, word=word)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_motion(actor=user, motion=motion, reason=form.cleaned_data["reason"])
        except Refused as refused:
            return refusal_page(request, motion, refused.sentence)
        messages.success(
            request, _("The decision is cancelled. The board and the proposer were told.")
        )
        return redirect("motion_detail", motion.public_id)
    confirm = {
        "title": _("Cancel the decision"),
        "lede": motion.title,
        "effects": [
            _("The approved motion does not take effect."),
            _("The votes stay on record as they were cast, with your reason beside them."),
        ],
        "affected": [_("Every seat of the board and the proposer are told.")],
        "warning": _("Only a new motion and a new vote can decide this again."),
        "word": word,
        "submit": _("Cancel the decision"),
    }
    return confirm_page(request, motion, form, confirm)


def confirm_page(
    request: HttpRequest, motion: Motion, form: TypedForm, confirm: dict[str, Any]
) -> HttpResponse:
    """Ask once more, with everything that will happen."""
    confirm["cancel_url"] = reverse("motion_detail", args=[motion.public_id])
    context = {"motion": motion, "form": form, "confirm": confirm}
    return render(request, "boards/motion_end.html", context)

"""Opening a vote of this room's own kinds, overriding a result, asking for a full review."""

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
from accounts.reauthentication import proven_again
from boards import permissions, selectors, services
from boards.forms import OverrideForm, RationaleForm, TypedForm
from boards.models import Motion
from boards.permissions import get_motion_or_404
from boards.rules import describe_rule
from boards.views.endings import confirm_page, refusal_page
from common.errors import Refused


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def motion_open(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Open the vote on a seat or on a full review."""
    user = signed_in(request)
    motion = get_motion_or_404(user, public_id)
    if why := permissions.why_no_opening(user, motion):
        return refusal_page(request, motion, why)
    word = _("open")
    form = TypedForm(request.POST or None, word=word)
    if request.method == "POST" and form.is_valid():
        try:
            services.open_vote(actor=user, motion=motion)
        except Refused as refused:
            return refusal_page(request, motion, refused.sentence)
        messages.success(request, _("Voting is open. Every seat with a vote was asked for it."))
        return redirect("motion_detail", motion.public_id)
    confirm = {
        "title": _("Open the vote"),
        "lede": motion.title,
        "effects": [
            _("The seats and the rule are fixed for this vote as they are now."),
            _("A changed dossier would end the vote."),
        ],
        "affected": [_("Every seat with a vote is asked for it.")],
        "word": word,
        "submit": _("Open the vote"),
        "tone": "primary",
    }
    return confirm_page(request, motion, form, confirm)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def motion_override(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """An executive decides otherwise than the board."""
    user = signed_in(request)
    motion = get_motion_or_404(user, public_id)
    standing = selectors.standing(motion)
    if selectors.is_opened(motion):
        standing = selectors.opened_standing(motion)
    if why := permissions.why_no_override(user, motion, standing, timezone.now()):
        return refusal_page(request, motion, why)
    return proven_again(_override)(request, motion)


def _override(request: HttpRequest, motion: Motion) -> HttpResponse:
    word = _("override")
    outcomes = [(each.value, str(each.label)) for each in permissions.override_outcomes(motion)]
    form = OverrideForm(request.POST or None, word=word, outcomes=outcomes)
    if request.method == "POST" and form.is_valid():
        try:
            services.override_result(
                actor=signed_in(request),
                motion=motion,
                outcome=form.cleaned_data["outcome"],
                reason=form.cleaned_data["reason"],
            )
        except Refused as refused:
            return refusal_page(request, motion, refused.sentence)
        messages.success(
            request,
            _("The override is signed and on record. Every seat and the proposer were told."),
        )
        return redirect("motion_detail", motion.public_id)
    confirm = {
        "title": _("Override the board's result"),
        "lede": motion.title,
        "effects": [
            _("The board's result is %(result)s. It stays on record with every vote.")
            % {"result": str(motion.get_state_display()).lower()},
            _("The motion counts as what you decide, and every page says that it was overridden."),
            _("An approval still waits out its cool-off and must meet every requirement."),
            _("What you write is signed with this instance's key, with your role and pseudonym."),
        ],
        "affected": [_("Every seat of the board and the proposer are told, with your reason.")],
        "warning": _("You set aside the decision of a board. It can be done once and not undone."),
        "word": word,
        "submit": _("Override the result"),
    }
    return confirm_page(request, motion, form, confirm)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def motion_review(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask for the full review that an emergency decision owes."""
    user = signed_in(request)
    motion = get_motion_or_404(user, public_id)
    if why := permissions.why_no_full_review(user, motion):
        return refusal_page(request, motion, why)
    form = RationaleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            review = services.propose_full_review(
                actor=user, motion=motion, dossier={"rationale": form.cleaned_data["rationale"]}
            )
        except Refused as refused:
            return refusal_page(request, motion, refused.sentence)
        messages.success(request, _("The full review is before the board."))
        return redirect("motion_detail", review.public_id)
    context = {
        "motion": motion,
        "form": form,
        "rule": describe_rule((motion.emergency or {})["rule"]),
        "cancel_url": reverse("motion_detail", args=[public_id]),
    }
    return render(request, "boards/motion_review.html", context)

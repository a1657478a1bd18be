"""Casting a vote."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import signed_in
from accounts.reauthentication import ask_again
from boards import permissions, selectors, services
from boards.dossier import shown
from boards.forms import VoteForm
from boards.models import Motion
from boards.permissions import get_motion_or_404
from boards.tally import describe_rule
from boards.views.endings import refusal_page
from common.errors import Refused


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def motion_vote(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """My vote, with its reason. What I voted before is not shown: nobody's vote is."""
    user = signed_in(request)
    motion = get_motion_or_404(user, public_id)
    if (asking := ask_again(request)) is not None:
        return asking
    standing = selectors.standing(motion)
    form = VoteForm(request.POST or None, initial={"dossier_digest": motion.dossier_digest})
    if request.method == "POST":
        if form.is_valid():
            try:
                services.cast_vote(
                    actor=user,
                    motion=motion,
                    choice=form.cleaned_data["choice"],
                    reason=form.cleaned_data["reason"],
                    conflict=form.cleaned_data["conflict"],
                    dossier_digest=form.cleaned_data["dossier_digest"],
                )
            except Refused as refused:
                return _refused(request, motion, form, refused)
            messages.success(
                request,
                _("Your vote is recorded and sealed. You may change it until voting closes."),
            )
            return redirect("motion_detail", motion.public_id)
    elif why := permissions.why_no_vote(user, motion, standing, timezone.now()):
        return refusal_page(request, motion, why)
    return _page(request, motion, form)


def _refused(
    request: HttpRequest, motion: Motion, form: VoteForm, refused: Refused
) -> HttpResponse:
    """Show the form again, what was typed kept, bound to the dossier as it is now.

    The confirmation is not kept: whoever reads that the dossier changed confirms once more.
    """
    motion.refresh_from_db()
    kept = {
        "choice": form.cleaned_data["choice"],
        "reason": form.cleaned_data["reason"],
        "conflict": form.cleaned_data["conflict"],
        "dossier_digest": motion.dossier_digest,
    }
    again = VoteForm(initial=kept)
    return _page(request, motion, again, refusal=refused.sentence, status=409)


def _page(
    request: HttpRequest, motion: Motion, form: VoteForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    user = signed_in(request)
    standing = selectors.standing(motion)
    ballot = standing.ballot_of(user)
    context = {
        "motion": motion,
        "form": form,
        "refusal": refusal,
        "can_vote": not permissions.why_no_vote(user, motion, standing, timezone.now()),
        "voted": ballot is not None and standing.has_voted(ballot),
        "vetoes": ballot is not None and ballot.role in motion.binding_rule.veto,
        "rule": describe_rule(motion.binding_rule),
        "dossier": shown(motion.kind, motion.dossier),
    }
    return render(request, "boards/motion_vote.html", context, status=status)

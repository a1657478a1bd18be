"""One motion: what is proposed, under which rule, who has voted, and how it ended."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import signed_in
from audit.selectors import Entry, timeline
from boards import permissions, selectors
from boards.dossier import shown
from boards.kinds import kind_of
from boards.models import Motion, MotionState
from boards.permissions import get_motion_or_404
from boards.selectors import Standing
from boards.tally import describe_rule

TIMELINE_LENGTH = 30


@login_required
@require_safe
def motion_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The motion's page, the same before and after its vote but for what is sealed."""
    user = signed_in(request)
    motion = get_motion_or_404(user, public_id)
    now = timezone.now()
    standing = selectors.standing(motion)
    newest, *earlier = selectors.dossiers_of(motion)
    before = request.GET.get("before", "")
    page = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    entries = timeline(motion, before=page, limit=TIMELINE_LENGTH)
    context = {
        "motion": motion,
        "acts": _acts(user, motion, standing, now),
        "mine": _my_ballot(user, motion, standing, now),
        "proposer": selectors.person_name(motion.proposer),
        "kind": kind_of(motion.kind).name,
        "dossier": shown(motion.kind, motion.dossier),
        "dossier_at": newest.created_at,
        "earlier_dossiers": [
            {
                "digest": each.digest,
                "at": each.created_at,
                "shown": shown(motion.kind, each.content),
            }
            for each in earlier
        ],
        "rule": describe_rule(motion.rule),
        "votes": selectors.votes_for_display(motion),
        "earlier_votes": selectors.earlier_rounds(motion),
        "tally": _tally(motion),
        "turnout": {
            "cast": len(standing.votes),
            "all": len(standing.votes) + len(standing.awaited),
        },
        "entries": [_line(entry) for entry in entries],
        "more_url": f"?before={entries[-1].id}#timeline" if len(entries) == TIMELINE_LENGTH else "",
    }
    return render(request, "boards/motion_detail.html", context)


def _acts(user: User, motion: Motion, standing: Standing, now: datetime) -> dict[str, bool]:
    """What the page offers this person."""
    return {
        "vote": not permissions.why_no_vote(user, motion, standing, now),
        "close": not permissions.why_no_close(user, motion, standing, now),
        "withdraw": not permissions.why_no_withdrawal(user, motion, now),
        "cancel": not permissions.why_no_cancellation(user, motion),
    }


def _my_ballot(
    user: User, motion: Motion, standing: Standing, now: datetime
) -> dict[str, Any] | None:
    """Where my own vote stands, in words; None for whoever has no seat or nothing to vote on."""
    ballot = standing.ballot_of(user)
    if ballot is None or motion.state != MotionState.VOTING:
        return None
    if why := permissions.why_no_vote(user, motion, standing, now):
        return {"tone": "info", "title": _("You cannot vote"), "sentence": why}
    if standing.has_voted(ballot):
        return {
            "tone": "good",
            "title": _("Your vote is recorded"),
            "sentence": _("It is sealed until voting closes. Until then you may change it."),
        }
    return {
        "tone": "warn",
        "title": _("Your vote is needed"),
        "sentence": _("Read the dossier below, then vote. Nobody sees it before voting closes."),
    }


def _tally(motion: Motion) -> dict[str, Any] | None:
    if motion.tally is None:
        return None
    return {
        **motion.tally,
        "needed": motion.tally["approvals_needed"],
        "sentence": " ".join(motion.tally["reasons"]),
    }


def _line(entry: Entry) -> dict[str, Any]:
    return {
        "sentence": f"{entry.actor} {entry.words}",
        "detail": entry.reason,
        "when": entry.at,
    }

"""One motion: what is proposed, under which rule, who has voted, and how it ended."""

import json
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
from boards.deadlines import IDLE, escalation_at
from boards.dossier import shown
from boards.kinds import is_opened_here, kind_of
from boards.models import Motion, MotionState
from boards.permissions import get_motion_or_404
from boards.rules import describe_rule, role_word
from boards.selectors import Standing

TIMELINE_LENGTH = 30


@login_required
@require_safe
def motion_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The motion's page, the same before and after its vote but for what is sealed."""
    user = signed_in(request)
    motion = get_motion_or_404(user, public_id)
    now = timezone.now()
    standing = selectors.standing_for_display(motion)
    newest, *earlier = selectors.dossiers_of(motion)
    before = request.GET.get("before", "")
    page = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    entries = timeline(motion, before=page, limit=TIMELINE_LENGTH)
    context = {
        "motion": motion,
        "acts": _acts(user, motion, standing, now),
        "opens_here": is_opened_here(motion.kind),
        "lapses_at": newest.created_at + IDLE,
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
        "rule": describe_rule(motion.binding_rule),
        "tightened": describe_rule(motion.rule) if motion.tightened_rule else None,
        "facts": facts(motion) if (facts := kind_of(motion.kind).facts) else [],
        "override": override_of(motion),
        "may_override_until": _override_time(motion, now),
        "review": _review(motion, now),
        "lacking": _lacking(motion, standing, now),
        "votes": selectors.votes_for_display(motion, standing),
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
        "revise": _may_revise(user, motion, now),
        "withdraw": not permissions.why_no_withdrawal(user, motion, now),
        "cancel": not permissions.why_no_cancellation(user, motion),
        "open": not permissions.why_no_opening(user, motion),
        "override": not permissions.why_no_override(user, motion, standing, now),
        "review": not permissions.why_no_full_review(user, motion),
    }


def _may_revise(user: User, motion: Motion, now: datetime) -> bool:
    kind = kind_of(motion.kind)
    return bool(kind.texts or kind.revise_page) and not permissions.why_no_revision(
        user, motion, now
    )


def override_of(motion: Motion) -> dict[str, Any] | None:
    """Return the executive's override as every page shows it."""
    override = motion.override
    if override is None:
        return None
    return {
        "outcome": MotionState(override.outcome),
        "result": MotionState(override.board_result),
        "role": role_word(override.role),
        "person": selectors.person_name(override.actor),
        "reason": override.reason,
        "at": override.created_at,
        "key": override.key.fingerprint,
        "envelope": json.dumps(override.envelope, separators=(",", ":")),
    }


def _override_time(motion: Motion, now: datetime) -> datetime | None:
    """Return until when what the board did not approve waits for an override."""
    until = motion.override_until
    waits = motion.state in (MotionState.REJECTED, MotionState.LAPSED) and motion.override is None
    return until if until and waits and now < until and motion.applied_at is None else None


def _review(motion: Motion, now: datetime) -> dict[str, Any] | None:
    """Say where the full review of an emergency decision stands."""
    if motion.full_review_due_at is None:
        return None
    overdue = motion.full_review_ended_at is None and motion.full_review_due_at <= now
    return {
        "due_at": motion.full_review_due_at,
        "ended_at": motion.full_review_ended_at,
        "result": motion.full_review_result,
        "overdue": overdue,
        "motions": motion.full_reviews.all(),
    }


def _lacking(motion: Motion, standing: Standing, now: datetime) -> tuple[str, ...]:
    """Say what the quorum lacks once the deadline is close."""
    opened, closes = motion.voting_opened_at, motion.voting_closes_at
    if motion.state != MotionState.VOTING or opened is None or closes is None:
        return ()
    return standing.lacking(motion) if now >= escalation_at(opened, closes) else ()


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

"""The record of a decision: its page, which prints, and its signed file."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.permissions import signed_in
from boards import gathering, permissions, selectors
from boards.choices import SeatRole
from boards.dossier import shown
from boards.kinds import kind_of
from boards.models import Motion
from boards.permissions import get_motion_or_404
from boards.record import subjects
from boards.record_schema import schema
from boards.rules import describe_rule
from boards.views.endings import refusal_page

Data = dict[str, Any]

_TIMES = {
    "proposed": gettext_lazy("Proposed"),
    "voting_opened": gettext_lazy("Voting opened"),
    "deadline": gettext_lazy("Deadline"),
    "closed": gettext_lazy("Closed"),
    "applied": gettext_lazy("Carried out"),
}


@login_required
@require_safe
def motion_record(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything about a decision on one page, with names; what is signed holds the rest of it."""
    user = signed_in(request)
    motion = get_motion_or_404(user, public_id)
    if not selectors.is_opened(motion):
        return refusal_page(
            request,
            motion,
            _("There is no record of this motion: no vote on it was closed and counted."),
        )
    told = gathering.record_of(motion)
    names = gathering.names_in(told)
    context = {
        "motion": motion,
        "record": told,
        "facts": _facts(motion, told, names),
        "attendance": [_attendance(each, names) for each in told["attendance"]],
        "votes": [_vote(each, told, names) for each in told["votes"]],
        "issues": _issues(told, names),
        "overrides": [_override(each, names) for each in told["overrides"]],
        "annex": [_override(each, names) for each in told["annex"]],
        "emergency": _emergency(told),
        "review_of": _review_of(told),
        "tally": {
            **told["tally"],
            "needed": told["tally"]["approvals_needed"],
            "sentence": " ".join(told["outcome"]["reasons"]),
        },
        "dossier": shown(motion.kind, told["dossier"]["content"]),
        "versions": gathering.records_of(motion),
        "keys_url": _address("/keys/"),
        "base_url": settings.BASE_URL.rstrip("/"),
        "may": {
            "issues": not permissions.why_no_issue_summary(user, motion),
            "summary": not permissions.why_no_public_draft(user, motion),
        },
    }
    return render(request, "boards/motion_record.html", context)


def _address(path: str) -> str:
    """Return the whole address, so that it can be read on paper."""
    return settings.BASE_URL.rstrip("/") + path


def _facts(motion: Motion, told: Data, names: dict[str, str]) -> list[Data]:
    facts = [
        {"label": _("Outcome"), "value": motion.get_state_display()},
        {
            "label": _("About"),
            "value": told["subject"]["label"],
            "url": _address(motion.subject_url),
        },
        {"label": _("Board"), "value": told["board"]["name"]},
        {"label": _("Kind of motion"), "value": kind_of(told["motion"]["kind"]).name},
        {"label": _("Proposed by"), "value": names.get(told["motion"]["proposer"], "")},
    ]
    kind = kind_of(motion.kind)
    facts += [
        {"label": label, "value": value}
        for label, value in (kind.facts(motion) if kind.facts else [])
    ]
    facts += [
        {
            "label": _("SHA-256 of %(what)s") % {"what": each["name"]},
            "value": each["digest"]["sha256"],
        }
        for each in subjects(told)
    ]
    facts += [
        {"label": label, "value": parse_datetime(told["times"][key] or "")}
        for key, label in _TIMES.items()
    ]
    facts += [
        {"label": _("Votes ended by a changed dossier"), "value": told["motion"]["stale_rounds"]},
    ]
    return facts


def _emergency(told: Data) -> Data | None:
    """Return what the page says of the fast track, and of the full review that is owed for it."""
    emergency = told["emergency"]
    if emergency is None:
        return None
    owed = emergency["full_review"] or {}
    return {
        "usual": describe_rule(emergency["full_rule"]),
        "usual_time": emergency["full_voting_seconds"],
        "due": parse_datetime(owed.get("due") or ""),
        "ended": parse_datetime(owed.get("ended") or ""),
        "result": owed.get("result", ""),
        "reviews": [
            _address(reverse("motion_record", args=[each])) for each in owed.get("motions", [])
        ],
    }


def _review_of(told: Data) -> Data | None:
    decided = told["review_of"]
    if decided is None:
        return None
    return {
        **decided,
        "due": parse_datetime(decided["due"] or ""),
        "url": _address(reverse("motion_record", args=[decided["motion"]])),
    }


def _seat_name(seat: Data) -> str:
    return str(SeatRole(seat["role"]).label)


def _attendance(seat: Data, names: dict[str, str]) -> Data:
    return {
        "role": _seat_name(seat),
        "independent": seat["independent"],
        "role_is_another": seat["role"] != SeatRole.INDEPENDENT,
        "person": names.get(seat["holder"] or "", ""),
        "pseudonym": seat["holder"],
        "part": seat["part"],
        "why": seat["why"],
    }


def _override(override: Data, names: dict[str, str]) -> Data:
    return {
        **override,
        "role": _seat_name(override).lower(),
        "by": names.get(override["by"], ""),
        "at": parse_datetime(override["at"]),
    }


def _vote(vote: Data, told: Data, names: dict[str, str]) -> Data:
    holder = next(each["holder"] for each in told["attendance"] if each["seat"] == vote["seat"])
    return {
        "seat": _seat_name(vote),
        "person": names.get(holder or "", ""),
        "choice": "recused" if vote["choice"] == "recuse" else vote["choice"],
        "dissent": vote["dissent"],
        "reason": vote["reason"],
        "conflict": vote.get("conflict", ""),
        "at": parse_datetime(vote["at"]),
    }


def _issues(told: Data, names: dict[str, str]) -> Data:
    controverted = told["controverted_issues"]
    return {
        "votes": [
            _vote(vote, told, names)
            for vote in told["votes"]
            if vote["seat"] in controverted["votes"]
        ],
        "summaries": [
            {**each, "by": names.get(each["by"], ""), "at": parse_datetime(each["at"])}
            for each in controverted["summaries"]
        ],
    }


@login_required
@require_safe
def motion_record_file(request: HttpRequest, public_id: UUID, version: int) -> HttpResponse:
    """Send one signed version as it was stored."""
    motion = get_motion_or_404(signed_in(request), public_id)
    found = gathering.record_version(motion, version) if version < 2**31 else None
    if found is None:
        raise Http404
    response = HttpResponse(found.file, content_type="application/json")
    name = f"decision-{motion.public_id}-{found.version}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def record_schema(_request: HttpRequest) -> HttpResponse:
    """Say what a decision record holds, at the address that is its type."""
    body = json.dumps(schema(_address(reverse("record_schema"))), indent=1)
    return HttpResponse(body, content_type="application/schema+json")

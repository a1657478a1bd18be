"""Every rule about one grant: for whom it concerns, and for staff about each named user."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import signed_in
from licensing import foresight, permissions, shown
from licensing.circumstances import context_of
from licensing.explained_grant import explained
from licensing.fact_lines import fact_lines
from licensing.models import Grant
from licensing.selectors import holder_name, person_name
from licensing.shown import Data
from licensing.verdict import Context, Explained
from releases.models import Release


@login_required
@require_safe
def grant_explain(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show what this grant alone gives a person, rule by rule; staff see the facts as well."""
    user = signed_in(request)
    grant, standing = permissions.get_grant_or_404(user, public_id)
    about = permissions.explained_person(user, standing, request.GET.get("for", ""))
    own = about == user
    context = context_of(request) if own else Context(now=timezone.now(), for_another=True)
    found = explained(grant, about, context)
    page = {
        "grant": grant,
        "holder": holder_name(grant),
        "about": "" if own else person_name(about),
        "named": _people(grant, standing, about),
        "turn": shown.turn(found.turn, url_allowed=own),
        "releases": [
            _release(release, each, context, own=own, facts=standing.governs)
            for release, each in found.releases
        ],
    }
    return render(request, "licensing/grant_explain.html", page)


def _people(grant: Grant, standing: permissions.Standing, about: User | None) -> list[Data]:
    if not standing.governs:
        return []
    base = reverse("grant_explain", args=[grant.public_id])
    return [
        {
            "label": person_name(each),
            "url": f"{base}?for={each.pseudonym}",
            "current": each == about,
            "count": "",
        }
        for each in standing.named[:50]
    ]


def _release(
    release: Release, found: Explained, context: Context, *, own: bool, facts: bool
) -> Data:
    verdicts = foresight.foreseen(found.verdicts, context.now)
    told = {action: shown.verdict(verdict) for action, verdict in verdicts.items()}
    if not own:
        told = {
            action: {**each, "checks": shown.without_links(each["checks"])}
            for action, each in told.items()
        }
    return {
        "release": release,
        "actions": [
            {"name": shown.ACTION_NAMES[action], "verdict": each} for action, each in told.items()
        ],
        "facts": [{"label": label, "value": value} for label, value in fact_lines(found.facts)]
        if facts
        else [],
    }

"""Ladders, for everybody: what each stage means and what it takes to get there."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Tier
from boards.tally import describe_rule
from releases import selectors
from releases.models import Stage


@require_safe
def ladder_list(request: HttpRequest) -> HttpResponse:
    """Every ladder in its newest version."""
    return render(request, "releases/ladder_list.html", {"ladders": selectors.newest_ladders()})


@require_safe
def ladder_detail(request: HttpRequest, name: str, version: int) -> HttpResponse:
    """One version of a ladder, stage by stage, and the text it was loaded from."""
    ladder = selectors.ladder_by_name(name, version)
    if ladder is None:
        raise Http404
    stages = selectors.ladder_stages(ladder)
    context = {
        "ladder": ladder,
        "stages": [_stage(stage) for stage in stages],
        "versions": selectors.ladder_versions(name),
    }
    return render(request, "releases/ladder_detail.html", context)


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "stage": stage,
        "tier": Tier(stage.required_tier).label,
        "rule": describe_rule(stage.rule),
    }

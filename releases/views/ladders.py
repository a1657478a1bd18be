"""Ladders, for everybody: what each stage means, what a version changed, and who follows it."""

import difflib
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Tier, User
from accounts.permissions import signed_in
from boards.choices import SeatRole
from boards.permissions import can_see_motion
from boards.selectors import motions_visible_to
from boards.tally import combine, describe_rule
from common.errors import Refused
from releases import permissions, selectors, services
from releases.forms import LadderChangeForm
from releases.ladder_changes import compare, loosening
from releases.models import Ladder, Stage
from releases.requirement_plans import RequirementPlan, parse_requirement
from releases.requirements.asked import asked
from releases.selectors import ladders
from releases.services.adoption import why_not_adopted
from releases.services.ladder_motions import stages_that_decide
from releases.views.shared import GET_OR_POST, fast_track_in_words, refusal_page, sent

SHOWN_LINES = 2000


@require_safe
def ladder_list(request: HttpRequest) -> HttpResponse:
    """Every ladder in its newest version."""
    return render(request, "releases/ladder_list.html", {"ladders": selectors.newest_ladders()})


@require_safe
def ladder_detail(request: HttpRequest, name: str, version: int) -> HttpResponse:
    """One version of a ladder: its rules in words, what it changed, and who follows it."""
    ladder = selectors.ladder_by_name(name, version)
    if ladder is None:
        raise Http404
    stages = selectors.ladder_stages(ladder)
    context = {
        "ladder": ladder,
        "stages": [_stage(stage, ladder) for stage in stages],
        "versions": selectors.ladder_versions(name),
        "executive": [SeatRole(role).label for role in ladder.executive],
        "fast_track": fast_track_in_words(ladder.fast_track),
        **_followers(request, ladder),
        **_against_former(ladder),
    }
    return render(request, "releases/ladder_detail.html", context)


def _stage(stage: Stage, ladder: Ladder) -> dict[str, Any]:
    stage.ladder = ladder
    return {
        "stage": stage,
        "tier": Tier(stage.required_tier).label,
        "rule": describe_rule(stage.rule),
        "requirements": [_asked(parse_requirement(entry)) for entry in stage.requirements],
        "override": [SeatRole(role).label for role in stage.override],
    }


def _asked(plan: RequirementPlan) -> dict[str, Any]:
    return {**vars(plan), "asks": asked(plan.asks)}


def _followers(request: HttpRequest, ladder: Ladder) -> dict[str, Any]:
    """Return the models that the viewer is staff of, and the motions that they may open."""
    user = request.user
    if not isinstance(user, User):
        return {"followers": []}
    found = ladders.followers(ladder, permissions.visible_models(user))
    motions = [each.motion.pk for each in found if each.motion]
    open_to = motions_visible_to(user).filter(pk__in=motions) if motions else []
    return {"followers": found, "motions": {motion.pk for motion in open_to}}


def _against_former(ladder: Ladder) -> dict[str, Any]:
    """Return what the version changed against the one before, and the two texts side by side."""
    former = ladders.former_version(ladder)
    if former is None:
        return {"former": None}
    plans = ladders.plans_of([former, ladder])
    lines = difflib.unified_diff(
        former.source.splitlines(),
        ladder.source.splitlines(),
        fromfile=f"{former.name}@{former.version}",
        tofile=f"{ladder.name}@{ladder.version}",
        lineterm="",
    )
    return {
        "former": former,
        "changes": compare(plans[former.pk], plans[ladder.pk]),
        "diff": "\n".join(line for line, _number in zip(lines, range(SHOWN_LINES), strict=False)),
    }


@login_required
@require_http_methods(GET_OR_POST)
def ladder_change(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
    """Put a version that loosens rules before the model's board."""
    user = signed_in(request)
    model = permissions.get_model_or_404(user, namespace, name)
    permissions.require(permissions.can_manage(user, model))
    ladder = ladders.waiting_version(model)
    if ladder is None:
        return refusal_page(
            request, model, _("%(model)s follows the newest version.") % {"model": model}
        )
    if ladders.open_ladder_change(model) is not None:
        return refusal_page(request, model, _("A motion on this is before the board already."))
    if why := why_not_adopted(model, ladder):
        return refusal_page(request, model, why)
    changes = ladders.changes_between(model.ladder, ladder)
    if not loosening(changes):
        why = _("This version loosens nothing: the operator loads its text once more.")
        return refusal_page(request, model, why)
    form = LadderChangeForm(sent(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            motion = services.propose_ladder_change(
                actor=user, model=model, ladder=ladder, dossier=form.cleaned_data
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request, _("The motion is proposed and its vote is open. The board was told.")
            )
            seen = can_see_motion(user, motion)
            url = reverse("motion_detail", args=[motion.public_id])
            return redirect(url if seen else model.get_absolute_url())
    deciding = stages_that_decide(model.ladder, changes)
    context = {
        "model": model,
        "ladder": ladder,
        "changes": changes,
        "form": form,
        "rule": describe_rule(combine(stage.decision_rule for stage in deciding)),
        "deciding": deciding,
        "voting_period": max(stage.voting_period for stage in deciding),
    }
    return render(request, "releases/ladder_change.html", context, status=status)

"""How many are let in at a stage: asking the board for more, and letting fewer in at once."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import signed_in
from boards.permissions import can_see_motion
from boards.tally import describe_rule
from common.errors import Refused
from releases import permissions, selectors, services
from releases.forms import LowerCapForm, RaiseCapForm
from releases.models import Release, Stage
from releases.views.shared import GET_OR_POST, refusal_page, sent


@login_required
@require_http_methods(GET_OR_POST)
def cap_raise(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """Ask the board to let more organisations in at the present stage."""
    user = signed_in(request)
    release = permissions.get_release_or_404(user, namespace, name, version)
    permissions.require(permissions.can_manage(user, release.model))
    stage, present = release.stage, selectors.cohort_cap(release)
    if stage is None or present is None:
        return refusal_page(
            request, release, _("%(release)s has no cap to raise.") % {"release": release}
        )
    form = RaiseCapForm(sent(request), present=present)
    status = 200
    if request.method == "POST" and form.is_valid():
        dossier = {**form.cleaned_data}
        try:
            motion = services.propose_raise(
                actor=user, release=release, cap=dossier.pop("cap"), dossier=dossier
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
            return redirect(url if seen else release.get_absolute_url())
    context = {
        "release": release,
        "model": release.model,
        "stage": stage,
        "present": present,
        "form": form,
        "rule": describe_rule(stage.decision_rule),
        "voting_period": stage.voting_period,
    }
    return render(request, "releases/cap_raise.html", context, status=status)


@login_required
@require_http_methods(GET_OR_POST)
def cap_lower(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """Let fewer organisations in, at once."""
    user = signed_in(request)
    release = permissions.get_release_or_404(user, namespace, name, version)
    permissions.require(permissions.can_hold(user, release.model))
    stage = release.stage
    if stage is None or not stage.has_cohort:
        return refusal_page(
            request,
            release,
            _("%(release)s is at no stage that admits by name.") % {"release": release},
        )
    form = LowerCapForm(sent(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            lowered = services.lower_cap(actor=user, release=release, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request,
                _("At most %(cap)d organisations are let in now. The board was told.")
                % {"cap": lowered.cap},
            )
            return redirect(release.get_absolute_url())
    context = {
        "release": release,
        "model": release.model,
        "form": form,
        "confirm": _lowering(release, stage),
    }
    return render(request, "releases/cap_lower.html", context, status=status)


def _lowering(release: Release, stage: Stage) -> dict[str, object]:
    present = selectors.cohort_cap(release)
    lede = (
        _("At %(stage)s there is no cap yet.") % {"stage": stage}
        if present is None
        else _("At %(stage)s the cap is %(cap)d organisations.") % {"stage": stage, "cap": present}
    )
    return {
        "title": _("Lower the cap of %(release)s") % {"release": release},
        "lede": lede,
        "effects": [
            _("Whoever was admitted stays, also where they are more than the new cap."),
            _("Nobody else is admitted until places are free under the new cap."),
            _("An open motion to raise the cap lapses. Raising it again takes the board."),
        ],
        "affected": [
            _("Everybody who waits for a place."),
            _("The managers of the model and every seat of its board are told now."),
        ],
        "submit": _("Lower the cap"),
        "cancel_url": release.get_absolute_url(),
    }

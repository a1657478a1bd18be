"""Overriding a requirement: an act of its own, with a page of its own."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import signed_in
from accounts.reauthentication import proven_again
from common.errors import Refused
from releases import permissions, services
from releases.forms.gates import OverrideRequirementForm
from releases.models import Transition
from releases.requirements import Requirement
from releases.selectors.requirements import requirements_for
from releases.views.shared import GET_OR_POST, refusal_page, sent


@login_required
@require_http_methods(GET_OR_POST)
def requirement_override(request: HttpRequest, public_id: UUID, key: str) -> HttpResponse:
    """Let a move go on although one requirement is not met."""
    user = signed_in(request)
    transition = permissions.get_transition_or_404(user, public_id)
    found = requirements_for(
        transition.release, transition.to_stage, now=timezone.now(), of=transition
    )
    requirement = next((each for each in found if each.key == key), None)
    if requirement is None:
        raise Http404
    if why := permissions.why_no_requirement_override(user, transition, requirement):
        return refusal_page(request, transition.release, why)
    return proven_again(_override)(request, user, transition, requirement)


def _override(
    request: HttpRequest, user: User, transition: Transition, requirement: Requirement
) -> HttpResponse:
    release, motion = transition.release, transition.motion
    form = OverrideRequirementForm(sent(request), word=release.version)
    form.fields["dossier_digest"].initial = motion.dossier_digest
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.override_requirement(
                actor=user,
                transition=transition,
                key=requirement.key,
                dossier_digest=form.cleaned_data["dossier_digest"],
                reason=form.cleaned_data["reason"],
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request,
                _("“%(name)s” is overridden. The board, the managers and the proposer were told.")
                % {"name": requirement.name},
            )
            return redirect(release.get_absolute_url())
    context = {
        "transition": transition,
        "release": release,
        "model": release.model,
        "motion": motion,
        "requirement": requirement,
        "form": form,
        "confirm": {
            "title": _("Override “%(name)s”") % {"name": requirement.name},
            "lede": _("%(release)s: the move to %(stage)s")
            % {"release": release, "stage": transition.to_stage},
            "effects": [
                _("This requirement keeps the move from going on no more; all others still do."),
                _("The board decides all the same: an override is no vote."),
                _("It counts for this dossier only. A changed one has to meet it again."),
                _("Your seat, your reason and what was found stand in the record for good."),
            ],
            "affected": [
                _("Every seat of the board, the managers and the proposer are told now."),
            ],
            "warning": _("The rule asks for this requirement for a reason. Say why it may go."),
            "word": release.version,
            "submit": _("Override the requirement"),
            "cancel_url": release.get_absolute_url(),
        },
    }
    return render(request, "releases/requirement_override.html", context, status=status)

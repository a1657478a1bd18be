"""Choosing what a machine watches: in a dossier's form, and on a page of its own."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import signed_in
from boards.dossier import CONDITIONS
from boards.models import OPEN_STATES
from common.errors import Refused
from releases import permissions, services
from releases.conditions import Rule
from releases.forms.conditions import ConditionsForm
from releases.models import Evidence, Release
from releases.selectors.evidence import evidence_facts, evidence_of
from releases.views.shared import GET_OR_POST, refusal_page, sent


def conditions_form(
    request: HttpRequest,
    release: Release,
    evidence: Sequence[Evidence],
    *,
    present: Sequence[Rule] = (),
    prefix: str | None = "watch",
) -> ConditionsForm:
    """Return the form, as part of a dossier's; `present` are the rules that are watched now."""
    now = timezone.now()
    known = evidence_facts(release, evidence)
    return ConditionsForm(
        sent(request),
        present=present,
        standing=[each for each in known if each.stands(now)],
        prefix=prefix,
    )


@login_required
@require_http_methods(GET_OR_POST)
def motion_conditions(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change what is watched once the board has approved a move, or that a release stays."""
    user = signed_in(request)
    motion, release = permissions.get_watched_motion_or_404(user, public_id)
    permissions.require(motion.proposer_id == user.pk)
    if motion.state not in OPEN_STATES:
        return refusal_page(request, release, _("The board has decided on this dossier."))
    present = motion.dossier.get(CONDITIONS, [])
    form = conditions_form(
        request,
        release,
        evidence_of(release),
        present=[each["rule"] for each in present],
        prefix=None,
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.change_conditions(actor=user, motion=motion, conditions=form.rules())
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request, _("The conditions are part of the dossier, which has a new digest.")
            )
            return redirect("motion_conditions", public_id)
    context = {
        "release": release,
        "model": release.model,
        "motion": motion,
        "form": form,
        "present": present,
    }
    return render(request, "releases/motion_conditions.html", context, status=status)

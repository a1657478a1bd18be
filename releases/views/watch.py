"""What is watched after a decision, and judging a release again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import signed_in
from boards.permissions import can_see_motion
from boards.tally import describe_rule
from common.errors import Refused
from releases import permissions, services
from releases.forms.gates import ReReviewForm
from releases.selectors.evidence import evidence_of
from releases.selectors.watch import (
    calls_of,
    open_re_review,
    review_due_at,
    reviews_of,
    watches_of,
)
from releases.views.conditions import conditions_form
from releases.views.shared import GET_OR_POST, refusal_page, sent


@login_required
@require_safe
def release_watch(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """Show what is watched of a release, what came true, and when it is judged again."""
    user = signed_in(request)
    release = permissions.get_release_or_404(user, namespace, name, version)
    due_at = review_due_at(release)
    motion = open_re_review(release)
    context = {
        "release": release,
        "model": release.model,
        "watches": watches_of(release),
        "due_at": due_at,
        "overdue": due_at is not None and due_at <= timezone.now(),
        "motion": motion,
        "motion_url": reverse("motion_detail", args=[motion.public_id])
        if motion is not None and can_see_motion(user, motion)
        else "",
        "calls": calls_of(release),
        "reviews": reviews_of(release),
        "may_choose": motion is not None and motion.proposer_id == user.pk,
        "may_propose": due_at is not None
        and motion is None
        and permissions.can_manage(user, release.model),
    }
    return render(request, "releases/release_watch.html", context)


@login_required
@require_http_methods(GET_OR_POST)
def re_review_propose(
    request: HttpRequest, namespace: str, name: str, version: str
) -> HttpResponse:
    """Ask the board to let a release stay where it is."""
    user = signed_in(request)
    release = permissions.get_release_or_404(user, namespace, name, version)
    permissions.require(permissions.can_manage(user, release.model))
    stage = release.stage
    if release.state != "sealed" or stage is None or stage.re_review is None:
        return refusal_page(
            request,
            release,
            _("At its stage %(release)s is not judged again.") % {"release": release},
        )
    if open_re_review(release) is not None:
        return refusal_page(request, release, _("A motion to let it stay is open already."))
    form = ReReviewForm(sent(request))
    watch = conditions_form(request, release, evidence_of(release))
    status = 200
    if request.method == "POST" and all([form.is_valid(), watch.is_valid()]):
        try:
            motion = services.propose_re_review(
                actor=user, release=release, dossier=form.cleaned_data, conditions=watch.rules()
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request, _("The motion is proposed and its vote is open. The board was told.")
            )
            if can_see_motion(user, motion):
                return redirect("motion_detail", motion.public_id)
            return redirect("release_watch", namespace, name, version)
    context = {
        "release": release,
        "model": release.model,
        "stage": stage,
        "form": form,
        "watch": watch,
        "forms": [form, watch],
        "rule": describe_rule(stage.rule),
        "due_at": review_due_at(release),
    }
    return render(request, "releases/re_review_propose.html", context, status=status)

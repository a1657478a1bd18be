"""What is written after the close: controverted issues, and the summary for the public."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import signed_in
from boards import gathering, permissions, selectors, services
from boards.forms import SummaryForm, TypedForm
from boards.models import Motion, PublicSummary
from boards.permissions import get_motion_or_404
from boards.views.endings import refusal_page
from common.errors import Refused


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def motion_issues(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The chair says what was controverted and how it was resolved."""
    user = signed_in(request)
    motion = get_motion_or_404(user, public_id)
    if why := permissions.why_no_issue_summary(user, motion):
        return refusal_page(request, motion, why)
    form = SummaryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_summary(actor=user, motion=motion, text=form.cleaned_data["text"])
        except Refused as refused:
            return refusal_page(request, motion, refused.sentence)
        messages.success(request, _("It stands in the record, which is signed anew."))
        return redirect("motion_record", motion.public_id)
    context = {"motion": motion, "form": form, "earlier": gathering.issue_summaries(motion)}
    return render(request, "boards/motion_issues.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def motion_summary(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The versions of the public summary, and a form for the next one."""
    user = signed_in(request)
    motion = get_motion_or_404(user, public_id)
    if not selectors.is_opened(motion):
        return refusal_page(request, motion, permissions.why_no_public_draft(user, motion))
    versions = gathering.public_summaries(motion)
    newest = versions[0] if versions else None
    form = SummaryForm(request.POST or None, initial=newest.text if newest else "", public=True)
    if request.method == "POST" and form.is_valid():
        try:
            services.draft_public_summary(actor=user, motion=motion, text=form.cleaned_data["text"])
        except Refused as refused:
            return refusal_page(request, motion, refused.sentence)
        messages.success(
            request, _("The version is kept. Nobody outside sees it until the chair releases it.")
        )
        return redirect("motion_summary", motion.public_id)
    return render(request, "boards/motion_summary.html", _page(user, motion, versions, form))


def _page(
    user: User, motion: Motion, versions: list[PublicSummary], form: SummaryForm
) -> dict[str, Any]:
    released = max((each.release.pk for each in versions if hasattr(each, "release")), default=0)
    return {
        "motion": motion,
        "form": form,
        "may_draft": not permissions.why_no_public_draft(user, motion),
        "may_release": not permissions.why_no_public_release(user, motion),
        "versions": [
            {
                "summary": each,
                "author": selectors.person_name(each.written_by),
                "release": getattr(each, "release", None),
                "is_public": hasattr(each, "release") and each.release.pk == released,
                "is_newest": each.pk == versions[0].pk,
            }
            for each in versions
        ],
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def summary_release(request: HttpRequest, public_id: UUID, version: int) -> HttpResponse:
    """The chair publishes a version."""
    user = signed_in(request)
    motion = get_motion_or_404(user, public_id)
    versions = gathering.public_summaries(motion)
    summary = next((each for each in versions if each.version == version), None)
    if summary is None:
        raise Http404
    if why := permissions.why_no_public_release(user, motion):
        return refusal_page(request, motion, why)
    word = _("release")
    form = TypedForm(request.POST or None, word=word)
    if request.method == "POST" and form.is_valid():
        try:
            services.release_summary(actor=user, summary=summary)
        except Refused as refused:
            return refusal_page(request, motion, refused.sentence)
        messages.success(
            request, _("The summary is public to everybody who may see what it is about.")
        )
        return redirect("motion_summary", motion.public_id)
    confirm = {
        "title": _("Release the public summary"),
        "lede": motion.title,
        "effects": [
            _("The text below is shown to everybody who may see what the motion is about."),
            _("It replaces the summary that was released before, which stays on record."),
        ],
        "warning": _("What is published once can be read and kept by anybody."),
        "word": word,
        "submit": _("Release the summary"),
        "cancel_url": reverse("motion_summary", args=[motion.public_id]),
    }
    context = {"motion": motion, "form": form, "confirm": confirm, "summary": summary}
    return render(request, "boards/summary_release.html", context)

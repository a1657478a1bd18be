"""The reviewers' pages."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.permissions import signed_in
from accounts.reauthentication import ask_again
from audit.selectors import timeline
from boards.permissions import can_see_motion
from common.errors import Refused
from licensing import permissions, selectors, services, shown, vetting
from licensing.approve_form import ApproveForm
from licensing.forms import MessageForm, QueueFilterForm, ReasonForm
from licensing.models import Application
from licensing.selectors import asked, person_name
from licensing.selectors.files import files_of
from licensing.shown import Data

# Reviewers aim to answer within this time; what waits longer is marked.
SERVICE_LEVEL = timedelta(days=10)
PAGE_LENGTH = 25


@login_required
@require_safe
def review_queue(request: HttpRequest) -> HttpResponse:
    """What waits for review, the longest waiting first."""
    user = signed_in(request)
    models = list(permissions.reviewed_models(user))
    form = QueueFilterForm(models, request.GET)
    queue = selectors.review_queue(permissions.reviewed_models(user))
    if form.is_valid():
        queue = _filtered(queue, user, form.cleaned_data)
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit():
        queue = _after(queue, int(after[:18]))
    page = list(queue[: PAGE_LENGTH + 1])
    next_url = ""
    if len(page) > PAGE_LENGTH:
        query = request.GET.copy()
        query["after"] = str(page[PAGE_LENGTH - 1].pk)
        next_url = f"?{query.urlencode()}"
    conflicts = permissions.review_conflicts(user, page)
    now = timezone.now()
    rows = [
        {
            "application": application,
            "applicant": person_name(application.applicant),
            "reviewer": person_name(application.reviewer),
            "mine": application.reviewer_id == user.pk,
            "late": now - (application.submitted_at or now) > SERVICE_LEVEL,
            "conflict": application.pk in conflicts,
        }
        for application in page[:PAGE_LENGTH]
    ]
    context = {
        "rows": rows,
        "form": form,
        "models": models,
        "next_url": next_url,
        "service_level": SERVICE_LEVEL,
    }
    return render(request, "licensing/review_queue.html", context)


def _filtered(
    queue: QuerySet[Application], user: User, wanted: dict[str, str]
) -> QuerySet[Application]:
    if wanted["show"] == "unclaimed":
        queue = queue.filter(state="submitted")
    elif wanted["show"] == "mine":
        queue = queue.filter(state="in_review", reviewer=user)
    elif wanted["show"] == "referred":
        queue = selectors.with_the_board(permissions.reviewed_models(user))
    return queue.filter(model=int(wanted["model"])) if wanted["model"] else queue


def _after(queue: QuerySet[Application], last: int) -> QuerySet[Application]:
    """Go on behind a row of the queue, also when it has left it meanwhile."""
    row = Application.objects.filter(pk=last).values_list("submitted_at", flat=True).first()
    if row is None:
        return queue
    return queue.filter(Q(submitted_at__gt=row) | Q(submitted_at=row, pk__gt=last))


@login_required
@require_safe
def review_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One application: the answers, and what is known beside them."""
    user = signed_in(request)
    application = permissions.get_review_or_404(user, public_id)
    sent = selectors.answers_submitted(application)
    answers = sent[0] if sent else {}
    former = sent[1] if len(sent) > 1 else None
    files = files_of(application, answers, former)
    earlier = selectors.earlier_decisions(application)
    conflict = permissions.review_conflict(user, application)
    mine = application.state == "in_review" and application.reviewer_id == user.pk
    context = {
        "application": application,
        "applicant": person_name(application.applicant),
        "reviewer": person_name(application.reviewer),
        "sections": [
            {"section": section, "answers": shown.answers(section, answers, former, files)}
            for section in asked.sections_answered(application)
        ],
        "resubmitted": former is not None,
        "signals": vetting.signals(application, answers, earlier),
        "earlier": [_earlier(each) for each in earlier],
        "conflict": conflict,
        "can_claim": application.state == "submitted" and not conflict,
        "can_decide": mine and not conflict,
        "can_decline": mine and not conflict and application.board_approved_at is None,
        "referral": _referral(user, application),
        "can_release": application.state == "in_review" and not conflict,
        "entries": shown.timeline(timeline(application)),
    }
    return render(request, "licensing/review_detail.html", context)


def _referral(user: User, application: Application) -> Data | None:
    motion = application.referral
    if motion is None:
        return None
    return {
        "motion": motion,
        "waits": application.state == "referred",
        "approved": application.board_approved_at,
        "seen": can_see_motion(user, motion),
    }


def _earlier(application: Application) -> Data:
    return {
        "model": application.model,
        "state": application.state,
        "when": application.decided_at,
        "message": application.message,
        "who": str(application.organization or person_name(application.applicant)),
    }


@login_required
@require_POST
def review_claim(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take an application for review."""
    user = signed_in(request)
    application = permissions.get_review_or_404(user, public_id)
    services.claim_application(actor=user, application=application)
    return redirect("review_detail", public_id)


@login_required
@require_POST
def review_release(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put an application back in the queue."""
    user = signed_in(request)
    application = permissions.get_review_or_404(user, public_id)
    services.release_claim(actor=user, application=application)
    messages.success(request, _("The application is back in the queue."))
    return redirect("review_queue")


def in_my_review(request: HttpRequest, public_id: UUID) -> Application:
    """Return an application that the person has in review. Raises Refused for another one."""
    user = signed_in(request)
    application = permissions.get_review_or_404(user, public_id)
    conflict = permissions.review_conflict(user, application)
    if conflict:
        raise Refused(conflict)
    if application.state != "in_review" or application.reviewer_id != user.pk:
        raise Refused(_("Take the application from the queue first."))
    return application


def act_page(
    request: HttpRequest, application: Application, form: Form, words: dict[str, str]
) -> HttpResponse:
    """Return the page of one act on an application."""
    context = {
        "application": application,
        "applicant": application.organization or person_name(application.applicant),
        "form": form,
        "back": reverse("review_detail", args=[application.public_id]),
        **words,
    }
    return render(request, "licensing/review_act.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_return(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send an application back with questions."""
    application = in_my_review(request, public_id)
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.return_application(
                actor=signed_in(request),
                application=application,
                message=form.cleaned_data["message"],
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("The application went back to the applicant."))
            return redirect("review_queue")
    words = {
        "title": _("Return with questions"),
        "lede": _("The applicant answers and sends it again; it comes back to you."),
        "submit": _("Return to the applicant"),
        "tone": "primary",
    }
    return act_page(request, application, form, words)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_decline(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Decline an application, with the reason that the applicant reads."""
    application = in_my_review(request, public_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.decline_application(
                actor=signed_in(request),
                application=application,
                reason=form.cleaned_data["reason"],
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("The application was declined; the applicant is told."))
            return redirect("review_queue")
    words = {
        "title": _("Decline"),
        "lede": _("The applicant reads the reason. They may apply again when things have changed."),
        "submit": _("Decline the application"),
        "tone": "danger",
    }
    return act_page(request, application, form, words)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_approve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Approve an application, at most as asked."""
    application = in_my_review(request, public_id)
    if (asking := ask_again(request)) is not None:
        return asking
    form = ApproveForm(
        application,
        selectors.nameable_users(application),
        selectors.tier_required(application.model),
        request.POST or None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            grant = services.approve_application(
                actor=signed_in(request), application=application, **form.granted()
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("The application is approved; the applicant is told."))
            return redirect("grant_detail", grant.public_id)
    words = {
        "title": _("Approve"),
        "lede": _("Grant what was asked for, or less. The applicant is told what they got."),
        "submit": _("Approve the application"),
        "tone": "primary",
    }
    return act_page(request, application, form, words)

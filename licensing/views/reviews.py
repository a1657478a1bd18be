"""The reviewers' pages."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import signed_in
from audit.selectors import timeline
from boards.permissions import can_see_motion
from common.csv_export import csv_response
from licensing import (
    exports,
    paging,
    permissions,
    selectors,
    services,
    shown,
    vetting,
)
from licensing import scope as scopes
from licensing.deadlines import working_days_between
from licensing.models import Application, Mode, Proposal
from licensing.queue_form import QueueFilterForm
from licensing.review_forms import NoteForm
from licensing.selectors import asked, beside, countries, person_name, queue, reviews
from licensing.selectors.files import files_of
from licensing.shown import Data
from licensing.signals import FLAGS
from licensing.views import queue_place
from releases.choices import Right
from releases.models import Model

PAGE_LENGTH = 25


@login_required
@require_safe
def review_queue(request: HttpRequest) -> HttpResponse:
    """What waits for review, the longest waiting first."""
    user = signed_in(request)
    models = list(permissions.reviewed_models(user))
    now = timezone.now()
    form = QueueFilterForm(models, request.GET)
    rows, problem = _found(user, models, form, now)
    place = paging.place_of(request.GET.get("after", ""))
    if place is not None:
        rows = queue.after(rows, place)
    page = list(rows[: PAGE_LENGTH + 1])
    next_url = ""
    if len(page) > PAGE_LENGTH:
        query = request.GET.copy()
        query["after"] = paging.text_of(page[PAGE_LENGTH - 1])
        next_url = f"?{query.urlencode()}"
    queue_place.remember(request.session, request.GET.urlencode(), page[:PAGE_LENGTH])
    conflicts = permissions.review_conflicts(user, page)
    outlooks = countries.outlooks(page[:PAGE_LENGTH])
    context = {
        "rows": [
            _row(each, user, conflicts, outlooks[each.pk], now) for each in page[:PAGE_LENGTH]
        ],
        "form": form,
        "models": models,
        "problem": problem,
        "filtered": bool(request.GET),
        "next_url": next_url,
        "export_url": _with_query(request, reverse("review_export")),
        "led": list(permissions.led_models(user)),
    }
    return render(request, "licensing/review_queue.html", context)


def _found(
    user: User, models: list[Model], form: QueueFilterForm, now: datetime
) -> tuple[QuerySet[Application], str]:
    """Return the part of the queue that the filter names, or why there is none."""
    wanted = form.wanted(now) if form.is_valid() else queue.Wanted()
    try:
        return queue.found([model.pk for model in models], wanted, user, now), ""
    except queue.TooMany:
        return Application.objects.none(), _(
            "More people or organisations fit than can be searched: type more of the name."
        )


def _with_query(request: HttpRequest, url: str) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    return f"{url}?{query.urlencode()}" if query else url


@login_required
@require_safe
def review_export(request: HttpRequest) -> HttpResponseBase:
    """What the filter shows of the queue, as a table, however long."""
    user = signed_in(request)
    models = list(permissions.reviewed_models(user))
    form = QueueFilterForm(models, request.GET)
    rows, _problem = _found(user, models, form, timezone.now())
    day = timezone.localdate().isoformat()
    return csv_response(f"reviews-{day}.csv", exports.QUEUE_HEADER, exports.queue_rows(rows))


def _row(
    application: Application,
    user: User,
    conflicts: dict[int, str],
    outlook: countries.Outlook,
    now: datetime,
) -> Data:
    # What the country table asks may be another by now than when the application was sent.
    flags = set(application.flags) - {"countries"}
    flags |= {"countries"} if outlook.stopping or outlook.reviewed else set()
    return {
        "application": application,
        "applicant": person_name(application.applicant),
        "reviewer": person_name(application.reviewer),
        "mine": application.reviewer_id == user.pk,
        "age": working_days_between(application.submitted_at or now, now),
        "signals": [name for key, name in FLAGS.items() if key in flags],
        "late": application.due_at is not None and application.due_at < now,
        "conflict": conflicts.get(application.pk, ""),
        "free": application.state == "submitted"
        or (application.state == "appealed" and application.reviewer_id is None),
    }


@login_required
@require_safe
def review_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One application: the answers, and what is known beside them. Who reads it is kept."""
    user = signed_in(request)
    application, rights = permissions.get_whole_review_or_404(user, public_id)
    opened = beside.opened_for(application)
    number, sent = next(iter(opened.sent), 0), list(opened.sent.values())
    kept = beside.kept_with(application, number)
    looks, mine = kept.looks, beside.Glance(user.pk, str(user), timezone.localdate())
    if mine not in looks:
        services.note_look(actor=user, application=application)
        looks = [mine, *looks]
    answers = sent[0] if sent else {}
    former = sent[1] if len(sent) > 1 else None
    files = files_of(application, answers, former)
    earlier = selectors.earlier_decisions(application)
    why_not = permissions.why_no_reviewer(user, application, rights, opened.now)
    context = {
        "application": application,
        "queue_url": queue_place.queue_url(request, public_id),
        "applicant": person_name(application.applicant),
        "reviewer": person_name(application.reviewer),
        "sections": [
            {"section": section, "answers": shown.answers(section, answers, former, files)}
            for section in asked.sections_answered(application)
        ],
        "resubmitted": former is not None,
        "signals": vetting.signals(application, answers, earlier).values(),
        "earlier": [_earlier(each) for each in earlier],
        "why_not": why_not,
        "referral": _referral(user, application),
        "appeal": reviews.appeal_of(application),
        "proposals": proposals_shown(application) if kept.was_proposed else [],
        "checklist": [
            {"item": item, "tick": kept.ticks.get(item.key)}
            for item in reviews.checklist_of(application).items
        ],
        "notes": opened.notes,
        "note_form": NoteForm(),
        "looks": looks,
        "late": application.due_at is not None and application.due_at < timezone.now(),
        "entries": shown.timeline(timeline(application)),
        **_acts(user, application, why_not, leads=Right.LEAD_REVIEW in rights),
    }
    return render(request, "licensing/review_detail.html", context)


def _acts(user: User, application: Application, why_not: str, *, leads: bool) -> Data:
    """Return what the person may do with the application as it is."""
    if why_not:
        return {"can_lead": leads}
    state, has_it = application.state, application.reviewer_id == user.pk
    in_hand = state in ("in_review", "appealed") and application.reviewer_id is not None
    mine = state == "in_review" and has_it
    bound = application.board_approved_at is not None or reviews.bound_by_appeal(application)
    return {
        # What was answered still names whoever had asked.
        "can_claim": state == "submitted"
        or (state == "appealed" and application.reviewer_id is None),
        "can_decide": mine,
        "can_decline": mine and not bound,
        "can_judge_appeal": state == "appealed" and has_it,
        "can_release": in_hand,
        "can_confirm": state == "awaiting_second" and not has_it,
        "can_take_back": state == "awaiting_second" and has_it,
        "can_lead": leads and (state in ("submitted", "appealed") or in_hand),
    }


def proposals_shown(application: Application) -> list[Data]:
    """Return what was proposed, newest first, each with what would be granted in sentences."""
    found = reviews.proposals_of(application)
    people = User.objects.in_bulk({pk for each in found for pk in each.terms["users"]})
    return [_proposal(each, people) for each in found]


def _proposal(proposal: Proposal, people: Mapping[int, User]) -> Data:
    terms = proposal.terms
    labels = dict(Mode.choices)
    modes = ", ".join(str(labels[each]) for each in terms["modes"])
    sentences = [
        _("Access: %(modes)s.") % {"modes": modes},
        *scopes.describe(scopes.parse_scope(terms["scope"])),
        _("Until %(day)s.")
        % {"day": date_format(timezone.localtime(datetime.fromisoformat(terms["ends_at"])))},
    ]
    if terms["tier"] is not None:
        sentences.append(_("Vetted to tier %(tier)d.") % {"tier": terms["tier"]})
    named = [people[pk] for pk in sorted(terms["users"]) if pk in people]
    names = ", ".join(person_name(each) for each in named)
    sentences.append(_("Named users: %(names)s.") % {"names": names})
    return {"proposal": proposal, "sentences": sentences}


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

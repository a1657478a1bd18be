"""The applicant's pages."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import signed_in
from audit.selectors import timeline
from common.client_address import client_address
from common.errors import Refused
from common.markdown import render_markdown
from licensing import application_form, permissions, selectors, services, shown
from licensing.actions import INTERNAL
from licensing.application_form import Answers
from licensing.asking import OWN_SECTION
from licensing.country_notes import ASKED_BY, CountryNote
from licensing.forms import EmptyForm
from licensing.models import OPEN_APPLICATION_STATES, Application, ApplicationState
from licensing.questions import Section
from licensing.section_form import SectionForm
from licensing.selectors import asked, countries, explaining, reviews
from licensing.selectors.files import File, files_of
from licensing.shown import Data
from licensing.views.uploads import Problems, take_files

EDITABLE = ("draft", "returned")
PAGE_LENGTH = 25


@login_required
@require_safe
def application_list(request: HttpRequest) -> HttpResponse:
    """My applications, newest first."""
    user = signed_in(request)
    before = request.GET.get("before", "")
    found = selectors.applications_of(user)
    if before.isascii() and before.isdigit():
        found = found.filter(pk__lt=int(before[:18]))
    page = list(found[: PAGE_LENGTH + 1])
    more = f"?before={page[PAGE_LENGTH - 1].pk}" if len(page) > PAGE_LENGTH else ""
    cards = [_card(application) for application in page[:PAGE_LENGTH]]
    return render(
        request,
        "licensing/application_list.html",
        {"cards": cards, "next_url": more, "first": not before},
    )


def _card(application: Application) -> Data:
    key = [application.public_id]
    words, step = next_step(application)
    editable = application.state in EDITABLE
    url = reverse("application_edit" if editable else "application_detail", args=key)
    return {
        "title": str(application.model),
        "url": reverse("application_detail", args=key),
        "status": application.state,
        "text": words,
        "facts": [
            {
                "label": _("For"),
                "value": str(application.organization or _("Yourself")),
            },
        ],
        "next": {"url": url, "label": step} if step else None,
    }


def next_step(application: Application) -> tuple[str, str]:
    """Return where an application stands in a sentence, and the label of what to do."""
    return {
        "draft": (_("It is not sent yet."), _("Go on")),
        "submitted": (_("It waits for a reviewer. Nothing for you to do."), ""),
        "in_review": (_("A reviewer is reading it. Nothing for you to do."), ""),
        "referred": (
            _("The reviewer asked the board of the model. Nothing for you to do."),
            "",
        ),
        "returned": (_("It came back to you with questions."), _("Answer them")),
        "awaiting_second": (
            _("A second reviewer is reading it. Nothing for you to do."),
            "",
        ),
        "appealed": (
            _("Somebody who did not decide before reads your appeal. Nothing for you to do."),
            "",
        ),
        "approved": (_("It is approved. The grant has its own page."), _("See what you got")),
        "declined": (_("It was declined. The reason is on its page."), _("Read the reason")),
        "withdrawn": (_("You withdrew it."), ""),
        "lapsed": (_("It lapsed, as it was not sent in time."), ""),
    }[application.state]


def _editable(request: HttpRequest, public_id: UUID) -> Application:
    application = permissions.get_application_or_404(signed_in(request), public_id)
    if application.state not in EDITABLE:
        raise Refused(_("This application was sent; its answers are fixed."))
    return application


@login_required
@require_safe
def application_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The task list of the form."""
    application = _editable(request, public_id)
    answers, today = selectors.answers_of(application), timezone.localdate()
    sections = asked.sections_now(application)
    states = {each.key: application_form.section_state(each, answers, today) for each in sections}
    tasks = [
        {
            "label": section.title,
            "url": reverse("application_section", args=[public_id, section.key]),
            "state": states[section.key],
        }
        for section in sections
    ]
    complete = all(state == "done" for state in states.values())
    return render(
        request,
        "licensing/application_edit.html",
        {
            "application": application,
            "tasks": tasks,
            "complete": complete,
            "done": sum(state == "done" for state in states.values()),
            "own_changes": asked.own_changes(application),
            "own_section": OWN_SECTION,
            "total": len(sections),
            "notes": countries.notes_for(application),
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def application_section(request: HttpRequest, public_id: UUID, section: str) -> HttpResponse:
    """One section of the form. What was typed is kept even where it is not complete yet."""
    application = _editable(request, public_id)
    sections = {each.key: each for each in asked.sections_now(application)}
    if section not in sections:
        raise Http404
    part = sections[section]
    answers = selectors.answers_of(application)
    problems: Problems = {}
    if request.method == "POST":
        problems = take_files(request, application, part)
        answers = selectors.answers_of(application)
    files = files_of(application, answers)
    form = SectionForm(
        part, answers, request.POST if request.method == "POST" else None, files=files
    )
    if request.method == "POST":
        complete = form.is_valid()
        for name, sentences in problems.items():
            for sentence in sentences:
                form.add_error(name, sentence)
        complete = complete and not problems
        try:
            services.save_draft(
                actor=signed_in(request), application=application, answers=form.draft
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            complete = False
        else:
            notes = _notes_beside(application, part)
            if request.headers.get("HX-Request") == "true":
                saved = {"at": timezone.now(), "notes": notes}
                return render(request, "licensing/_saved.html", saved)
            if complete or "later" in request.POST:
                return redirect(_after(request, application, list(sections), section, notes))
    form.say(_notes_beside(application, part))
    context = {
        "application": application,
        "section": part,
        "prose": render_markdown(part.prose) if part.prose else "",
        "form": form,
        "attached": [
            each for line in shown.answers(part, answers, None, files) for each in line["files"]
        ],
    }
    return render(request, "licensing/application_section.html", context)


def _notes_beside(application: Application, part: Section) -> list[CountryNote]:
    """Return what to say of countries beside the questions of a page."""
    keys = ASKED_BY & {question.key for question in part.questions}
    found = countries.notes_for(application) if keys else []
    return [note for note in found if keys & set(note.keys)]


def _after(
    request: HttpRequest,
    application: Application,
    keys: list[str],
    section: str,
    notes: Iterable[CountryNote],
) -> str:
    """Go on with the next section; after the last one, to the answers."""
    place = keys.index(section) + 1
    if "later" in request.POST:
        return reverse("application_edit", args=[application.public_id])
    if place == len(keys):
        return reverse("application_check", args=[application.public_id])
    # The other two pages say it themselves.
    for note in notes:
        messages.warning(request, note.text)
    return reverse("application_section", args=[application.public_id, keys[place]])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def application_check(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Check the answers, then send them."""
    application = _editable(request, public_id)
    answers = selectors.answers_of(application)
    form = EmptyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            services.submit_application(
                actor=signed_in(request),
                application=application,
                address=client_address(request),
            )
        except Refused as refused:
            form.is_valid()
            form.add_error(None, refused.sentence)
        else:
            detail = reverse("application_detail", args=[public_id])
            return redirect(f"{detail}?sent=1")
    pages = asked.sections_now(application)
    problems = application_form.problems(pages, answers, timezone.localdate())
    sections = []
    files = files_of(application, answers)
    for section in pages:
        url = reverse("application_section", args=[public_id, section.key])
        lines = shown.answers(section, answers, None, files)
        for line in lines:
            line["change_url"] = url
        sections.append({"section": section, "answers": lines, "url": url})
    context = {
        "application": application,
        "form": form,
        "button": asked.own_of(asked.questionnaire_of(application.model)).button,
        "sections": sections,
        "notes": countries.notes_for(application),
        "problems": [
            {
                "title": section.title,
                "url": reverse("application_section", args=[public_id, section.key]),
            }
            for section, _errors in problems
        ],
    }
    return render(request, "licensing/application_check.html", context)


@login_required
@require_safe
def application_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Where my application stands, what was said of it, and what I wrote."""
    application = permissions.get_application_or_404(signed_in(request), public_id)
    _words, step = next_step(application)
    grant = getattr(application, "grant", None)
    step_url = ""
    if application.state in EDITABLE:
        step_url = reverse("application_edit", args=[public_id])
    elif grant is not None:
        step_url = reverse("grant_detail", args=[grant.public_id])
    elif application.state == ApplicationState.DECLINED:
        step = _("Apply again")
        step_url = f"{reverse('application_new')}?model={application.model}"
    given = selectors.answers_of(application)
    context = {
        "application": application,
        "step": step,
        "step_url": step_url,
        "steps": _steps(application),
        "turn": shown.turn(explaining.turn_of_application(application)),
        "sections": _sections(
            asked.sections_answered(application), given, files_of(application, given)
        ),
        "entries": shown.timeline(timeline(application, leaving_out=INTERNAL)),
        "resent": len(application.submissions.all()[:2]) > 1,
        "can_copy": application.state not in OPEN_APPLICATION_STATES
        and application.amends_id is None,
        "can_withdraw": application.state in OPEN_APPLICATION_STATES,
        "appeal": reviews.appeal_of(application),
        "can_appeal": not reviews.why_no_appeal(application),
        "appealed": request.GET.get("appealed") == "1" and application.state == "appealed",
        "sent": request.GET.get("sent") == "1" and application.state == "submitted",
    }
    return render(request, "licensing/application_detail.html", context)


def _sections(sections: Iterable[Section], given: Answers, files: Mapping[str, File]) -> list[Data]:
    return [
        {"section": each, "answers": shown.answers(each, given, None, files)} for each in sections
    ]


_PLACES = {
    "draft": 0,
    "returned": 0,
    "submitted": 1,
    "in_review": 2,
    "referred": 2,
    "awaiting_second": 2,
    "appealed": 2,
}


def _steps(application: Application) -> list[Data]:
    """Return the application's line: written, sent, in review, decided."""
    state = application.state
    place = _PLACES.get(state, 3)
    labels = [
        (_("Written"), application.created_at),
        (_("Sent"), application.submitted_at),
        (_("In review"), None),
        (_("Decided"), application.decided_at),
    ]
    return [
        {
            "label": label,
            "state": "past" if index < place else "present" if index == place else "future",
            "when": when if index <= place else None,
            "status": state if index == place else "",
        }
        for index, (label, when) in enumerate(labels)
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def application_withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take my application back."""
    application = permissions.get_application_or_404(signed_in(request), public_id)
    if application.state not in OPEN_APPLICATION_STATES:
        raise Refused(_("This application is decided already; it cannot be withdrawn."))
    if request.method == "POST":
        services.withdraw_application(actor=signed_in(request), application=application)
        messages.success(request, _("The application was withdrawn."))
        return redirect("application_detail", public_id)
    confirm = {
        "title": _("Withdraw the application for %(model)s") % {"model": application.model},
        "lede": _("You can apply again at any time."),
        "effects": [
            _("The application ends and nobody reviews it any further."),
            _("What you wrote stays readable to you and to the reviewers."),
        ],
        "submit": _("Withdraw"),
        "cancel_url": reverse("application_detail", args=[public_id]),
    }
    context = {"application": application, "confirm": confirm, "form": EmptyForm()}
    return render(request, "licensing/application_withdraw.html", context)

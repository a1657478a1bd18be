"""Composing, trying and publishing the questions that a model asks applicants."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import signed_in
from common.errors import Refused
from common.handing_out import to_be_saved
from common.markdown import render_markdown
from licensing import gated_yaml, own_questions, permissions, services
from licensing.asking import Asked, own_section
from licensing.forms import EmptyForm
from licensing.own_questions import OwnQuestion, OwnQuestions
from licensing.question_forms import ImportForm, QuestionForm, WordsForm
from licensing.section_form import SectionForm
from licensing.selectors import asked, person_name
from licensing.shown import Data
from releases.models import Model

Change = Callable[[OwnQuestions], OwnQuestions]


@login_required
@require_safe
def questions_detail(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
    """The draft, what is asked now, and the versions before."""
    model = permissions.get_composed_model_or_404(request.user, namespace, name)
    newest, drafted = asked.questionnaire_of(model), asked.drafted(model)
    former = asked.own_of(newest)
    versions = model.questionnaires.select_related("created_by").order_by("-number")[:50]
    context = {
        "model": model,
        "own": drafted,
        "rows": [_row(model, each) for each in drafted.questions],
        "newest": newest,
        "changed": drafted != former,
        "changes": own_questions.changes(former, drafted),
        "versions": [
            {"version": each, "by": person_name(each.created_by) or _("the operator")}
            for each in versions
        ],
    }
    return render(request, "licensing/questions_detail.html", context)


def _row(model: Model, question: OwnQuestion) -> Data:
    args = [model.namespace, model.name, question.key]
    return {
        "question": question,
        "kind": own_questions.KINDS[question.kind],
        "options": [label for _value, label in question.options],
        "edit": reverse("question_edit", args=args),
        "move": reverse("question_move", args=args),
        "remove": reverse("question_remove", args=args),
    }


def _change(request: HttpRequest, model: Model, change: Change, form: Form | None = None) -> bool:
    """Change the draft; what is refused is said on the form."""
    try:
        services.change_questions(actor=signed_in(request), model=model, change=change)
    except Refused as refused:
        if form is None:
            raise
        form.add_error(None, refused.sentence)
        return False
    return True


def _back(model: Model) -> HttpResponse:
    return redirect("questions_detail", model.namespace, model.name)


def _form_page(request: HttpRequest, model: Model, form: Form, words: Data) -> HttpResponse:
    up = reverse("questions_detail", args=[model.namespace, model.name])
    return render(
        request, "licensing/questions_form.html", {"model": model, "form": form, "up": up, **words}
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def question_add(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
    """Add a question to the draft."""
    return _edit(request, namespace, name, "")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def question_edit(request: HttpRequest, namespace: str, name: str, key: str) -> HttpResponse:
    """Change a question of the draft."""
    return _edit(request, namespace, name, key)


def _edit(request: HttpRequest, namespace: str, name: str, key: str) -> HttpResponse:
    model = permissions.get_composed_model_or_404(request.user, namespace, name)
    former = None
    if key:
        former = next((each for each in asked.drafted(model).questions if each.key == key), None)
        if former is None:
            raise Http404
    form = QuestionForm(request.POST if request.method == "POST" else None, former=former)
    if request.method == "POST" and form.is_valid():

        def change(own: OwnQuestions) -> OwnQuestions:
            return own_questions.with_question(own, form.question(own))

        if _change(request, model, change, form):
            return _back(model)
    words = {
        "title": _("Change a question") if former else _("Add a question"),
        "lede": _("Answers stay with a question whose words change."),
        "submit": _("Keep in the draft"),
    }
    return _form_page(request, model, form, words)


@login_required
@require_POST
def question_move(request: HttpRequest, namespace: str, name: str, key: str) -> HttpResponse:
    """Move a question of the draft up or down."""
    model = permissions.get_composed_model_or_404(request.user, namespace, name)
    by = -1 if request.POST.get("to") == "up" else 1
    _change(request, model, lambda own: own_questions.moved(own, key, by))
    return _back(model)


@login_required
@require_POST
def question_remove(request: HttpRequest, namespace: str, name: str, key: str) -> HttpResponse:
    """Take a question out of the draft. What was answered before stays with its submission."""
    model = permissions.get_composed_model_or_404(request.user, namespace, name)
    _change(request, model, lambda own: own_questions.without(own, key))
    return _back(model)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def questions_words(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
    """Change what stands around the questions of the draft."""
    model = permissions.get_composed_model_or_404(request.user, namespace, name)
    own = asked.drafted(model)
    initial = {key: getattr(own, key) for key in WordsForm.base_fields}
    form = WordsForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if _change(request, model, lambda own: own_questions.with_words(own, given), form):
            return _back(model)
    words = {"title": _("Words around the questions"), "submit": _("Keep in the draft")}
    return _form_page(request, model, form, words)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def questions_import(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
    """Read the questions of a model card into the draft."""
    model = permissions.get_composed_model_or_404(request.user, namespace, name)
    form = ImportForm(asked.drafted(model), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and form.imported is not None:
        imported = form.imported
        if _change(request, model, lambda _own: imported.own, form):
            messages.success(request, _("The draft is what the card asks."))
            if imported.left_aside:
                aside = ", ".join(imported.left_aside)[:500]
                messages.info(request, _("Left aside: %(keys)s.") % {"keys": aside})
            return _back(model)
    words = {
        "title": _("Import from a model card"),
        "lede": _("In the form that the Hugging Face hub knows for gated models."),
        "submit": _("Read into the draft"),
    }
    return _form_page(request, model, form, words)


@login_required
@require_safe
def questions_export(request: HttpRequest, namespace: str, name: str) -> HttpResponseBase:
    """Hand out the draft, or the `?version=` asked for, as front matter of a model card."""
    model = permissions.get_composed_model_or_404(request.user, namespace, name)
    own, stem = _chosen(request, model)
    response = HttpResponse(gated_yaml.write(own), content_type="application/yaml; charset=utf-8")
    return to_be_saved(response, f"{model.namespace}-{model.name}-{stem}.yaml")


def _chosen(request: HttpRequest, model: Model) -> tuple[OwnQuestions, str]:
    number = request.GET.get("version", "")
    if not number:
        return asked.drafted(model), "questions-draft"
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        raise Http404
    version = model.questionnaires.filter(number=int(number)).first()
    if version is None:
        raise Http404
    return asked.own_of(version), f"questions-{number}"


@login_required
@require_safe
def questions_preview(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
    """The page as applicants will see it; nothing on it can be sent."""
    model = permissions.get_composed_model_or_404(request.user, namespace, name)
    own, _stem = _chosen(request, model)
    section = own_section(asked.with_own(Asked("researcher", affiliated=False), own))
    context = {
        "model": model,
        "section": section,
        "prose": render_markdown(section.prose),
        "form": SectionForm(section, {}),
        "own": own,
    }
    return render(request, "licensing/questions_preview.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def questions_publish(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
    """Ask the drafted questions from now on."""
    model = permissions.get_composed_model_or_404(request.user, namespace, name)
    form = EmptyForm(request.POST or None)
    if request.method == "POST":
        version = services.publish_questions(actor=signed_in(request), model=model)
        messages.success(
            request,
            _("Version %(number)d is asked from now on.") % {"number": version.number},
        )
        return _back(model)
    confirm = {
        "title": _("Publish the questions of %(model)s") % {"model": model},
        "lede": _("A version that was published stays on record and cannot be changed."),
        "effects": [
            _("New applications answer these questions."),
            _("Whoever has a draft keeps their answers and is told what is new."),
            _("What was sent already keeps the version that it answers."),
        ],
        "submit": _("Publish"),
        "cancel_url": reverse("questions_detail", args=[model.namespace, model.name]),
    }
    context = {"model": model, "confirm": confirm, "form": form}
    return render(request, "licensing/questions_confirm.html", context)


@login_required
@require_POST
def questions_discard(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
    """Throw the draft away."""
    model = permissions.get_composed_model_or_404(request.user, namespace, name)
    services.discard_questions(actor=signed_in(request), model=model)
    messages.success(request, _("The draft was thrown away; what is asked stays as it is."))
    return _back(model)

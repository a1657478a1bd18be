"""Duties as staff see them: a model's list, waiving one, answering the call of an overdue one."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import signed_in
from accounts.reauthentication import ask_again
from common.errors import Refused
from licensing import paging, permissions, services
from licensing.duty_forms import AnswerForm, DutyFilterForm
from licensing.duty_words import row, what
from licensing.forms import ReasonForm
from licensing.models import OwedDuty
from licensing.permissions import get_duty_or_404
from licensing.selectors import duties, holder_name
from licensing.selectors.queue import Place
from releases.selectors import model_by_name

PAGE_LENGTH = 25


@login_required
@require_safe
def model_duties(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
    """What the grantees of a model agreed to do: what is due first first, filtered."""
    model = model_by_name(namespace, name) if "\x00" not in name else None
    if model is None or not permissions.can_govern_grants(signed_in(request), model):
        raise Http404
    form, now = DutyFilterForm(request.GET or None), timezone.now()
    rows = _behind(duties.duties_of_model(model, form.wanted(), now), request.GET.get("after", ""))
    page = list(rows[: PAGE_LENGTH + 1])
    context = {"model": model, "form": form, "rows": [row(each) for each in page[:PAGE_LENGTH]]}
    if len(page) > PAGE_LENGTH:
        query = request.GET.copy()
        query["after"] = _place_text(page[PAGE_LENGTH - 1].due_at, page[PAGE_LENGTH - 1].pk)
        context["next_url"] = f"?{query.urlencode()}"
    return render(request, "licensing/model_duties.html", context)


def _place_text(due_at: datetime, pk: int) -> str:
    return paging.text_of_place(Place(due_at, pk))


def _behind(rows: QuerySet[OwedDuty], text: str) -> QuerySet[OwedDuty]:
    place = paging.place_of(text)
    if place is None:
        return rows
    later = Q(due_at__gt=place.due_at) | Q(due_at=place.due_at, pk__gt=place.pk)
    return rows.filter(later, due_at__gte=place.due_at)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def duty_waive(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let the holder off one duty."""
    duty = _led(request, public_id)
    if (asking := ask_again(request)) is not None:
        return asking
    user = signed_in(request)
    return _act(
        request,
        duty,
        ReasonForm(request.POST or None),
        lambda data: services.waive_duty(actor=user, duty=duty, reason=data["reason"]),
        title=_("Waive the duty"),
        effects=[
            _("It is owed no more. If access had stopped for it, access works again."),
            _("Those who would have performed it are told, with your reason."),
            _("What is due again and again becomes due again at its next date."),
        ],
        done=_("The duty is waived."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def duty_answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say what is done about a duty that is overdue."""
    duty, user = _led(request, public_id), signed_in(request)
    return _act(
        request,
        duty,
        AnswerForm(request.POST or None),
        lambda data: services.answer_call(actor=user, duty=duty, answer=data["answer"]),
        title=_("Say what is done about it"),
        effects=[
            _("It leaves the dashboards of the leads. The duty stays owed, and overdue."),
            _("To stop access, suspend the grant on its page. Nothing is revoked by the clock."),
        ],
        done=_("Your answer is kept."),
    )


def _led(request: HttpRequest, public_id: UUID) -> OwedDuty:
    view = get_duty_or_404(signed_in(request), public_id)
    if not view.leads:
        raise Http404
    return view.duty


def _act(
    request: HttpRequest,
    duty: OwedDuty,
    form: Form,
    act: Callable[[dict[str, str]], object],
    *,
    title: str,
    effects: list[str],
    done: str,
) -> HttpResponse:
    back, status = reverse("duty_detail", args=[duty.public_id]), 200
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(request, done)
            return redirect(back)
    confirm = {
        "title": title,
        "lede": f"{what(duty)}: {holder_name(duty.grant)}",
        "effects": effects,
        "submit": title,
        "cancel_url": back,
        "tone": "primary",
    }
    context = {"confirm": confirm, "form": form, "duty": duty, "back": back}
    return render(request, "licensing/duty_act.html", context, status=status)

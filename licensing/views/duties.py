"""Duties as those see them who perform them: the list, one with its form, receipts and files."""

import json
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import signed_in
from audit import personal
from audit.selectors import timeline
from common import document_store
from common.document_store import DocumentStoreError
from common.errors import Refused
from common.handing_out import content_type, to_be_saved
from licensing import duty_answers, services, shown
from licensing.actions import Action
from licensing.duties import DutyKind
from licensing.duty_forms import PerformForm
from licensing.duty_receipt import schema
from licensing.duty_words import row, why
from licensing.models import DONE_DUTY_STATES, OPEN_DUTY_STATES, DutyStatement, OwedDuty
from licensing.permissions import DutyView, get_duty_or_404, get_statement_or_404
from licensing.selectors import duties, holder_name, person_name
from licensing.services.duties import FileGiven
from licensing.shown import Data
from licensing.views.accepting import witness_of

PAGE_LENGTH = 30


@login_required
@require_safe
def duty_list(request: HttpRequest) -> HttpResponse:
    """What the person, and whom they belong to, agreed to do: what is owed first."""
    user, now = signed_in(request), timezone.now()
    seen = duties.duties_seen_by(user)
    mine = set(duties.duties_to_do(user).values_list("pk", flat=True)[:500])
    owed = [
        {**row(duty), "mine": duty.pk in mine}
        for duty in seen.filter(state__in=OPEN_DUTY_STATES)[:PAGE_LENGTH]
    ]
    closed = seen.exclude(state__in=OPEN_DUTY_STATES).order_by("-closed_at", "-pk")
    context = {
        "owed": owed,
        "closed": [row(duty) for duty in closed[:PAGE_LENGTH]],
        "now": now,
    }
    return render(request, "licensing/duty_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def duty_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What is owed and why, the form for whoever performs it, and what was stated."""
    user = signed_in(request)
    view = get_duty_or_404(user, public_id)
    duty = view.duty
    performs = bool(view.capacity) and duty.state in (*OPEN_DUTY_STATES, *DONE_DUTY_STATES)
    if request.method == "POST" and not performs:
        raise Refused(_("Somebody else has to do this, or it is not owed any more."))
    form = PerformForm(request, duty.kind) if performs else None
    sentence = statement_text(duty)
    status = 200
    if form is not None and request.method == "POST" and form.is_valid():
        done = _perform(request, user, view, form, sentence)
        if done is not None:
            return done
        status = 409
    evidence = bool(view.capacity) or view.governs
    context = {
        **row(duty),
        "grant_url": reverse("grant_detail", args=[duty.grant.public_id])
        if view.sees_grant
        else "",
        "why": why(duty),
        "performers": [person_name(each) for each in duties.performers_of(duty)],
        "form": form,
        "sentence": sentence,
        "button": _("State this"),
        "correcting": duty.state in DONE_DUTY_STATES,
        "leads": view.leads and duty.state in OPEN_DUTY_STATES,
        "can_answer": view.leads and duty.answered_at is None and duty.is_overdue(timezone.now()),
        "governs": view.governs,
        "waived_by": person_name(duty.waived_by),
        "answered_by": person_name(duty.answered_by),
        "statements": [_statement(each, user) for each in _statements(duty)] if evidence else [],
        "entries": shown.timeline(
            timeline(duty, leaving_out=() if view.governs else (Action.DUTY_ANSWERED,))
        ),
        "keys_url": settings.BASE_URL.rstrip("/") + "/keys/",
    }
    return render(request, "licensing/duty_detail.html", context, status=status)


def statement_text(duty: OwedDuty) -> str:
    """Return the sentence that is signed; it is kept as it was shown, with the button's label."""
    words = {
        "holder": holder_name(duty.grant),
        "model": duty.model,
        "release": duty.release,
        "day": formats.date_format(timezone.localdate(), "j M Y"),
    }
    sentence = {
        DutyKind.ATTEST_USE: _(
            "For %(holder)s, I attest on %(day)s that what I say above of the use of %(model)s is "
            "true and complete to the best of my knowledge, after I asked those who use it."
        ),
        DutyKind.APPLY_UPDATES: _(
            "For %(holder)s, I state on %(day)s that what I say above of %(release)s is true of "
            "every system that %(holder)s runs or has run for it."
        ),
        DutyKind.CERTIFY_DESTRUCTION: _(
            "For %(holder)s, I certify on %(day)s that neither %(holder)s nor anybody it gave them "
            "to holds weights of %(model)s or weights derived from them any more, and that what I "
            "say above is true and complete."
        ),
    }[DutyKind(duty.kind)]
    return sentence % words


def _perform(
    request: HttpRequest, user: User, view: DutyView, form: PerformForm, sentence: str
) -> HttpResponse | None:
    given = form.file
    try:
        services.perform_duty(
            actor=user,
            duty=view.duty,
            typed_name=form.cleaned_data["typed_name"],
            text=f"{sentence} [{_('State this')}]",
            answers=form.answers,
            witness=witness_of(request),
            file=FileGiven(given, given.name or "") if given is not None else None,
        )
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return None
    messages.success(request, _("Your statement is kept. A copy is on its way to you by e-mail."))
    return redirect("duty_detail", view.duty.public_id)


def _statements(duty: OwedDuty) -> list[DutyStatement]:
    return list(duties.all_statements().filter(duty=duty).order_by("-pk")[:20])


def _statement(statement: DutyStatement, user: User) -> Data:
    name, answers, file, nonce = personal.unseal_many(
        (statement.user.pseudonym, sealed)
        for sealed in (
            statement.sealed_name,
            statement.sealed_answers,
            statement.sealed_file,
            statement.sealed_nonce,
        )
    )
    known = answers != personal.ERASED
    return {
        "statement": statement,
        "by": person_name(statement.user),
        "name": name,
        "answers": duty_answers.words(statement.duty.kind, json.loads(answers)) if known else [],
        "erased": not known,
        "file": json.loads(file)["name"] if statement.file_sha256 and known else "",
        "nonce": nonce if statement.user_id == user.pk else "",
    }


@login_required
@require_safe
def duty_receipt(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send the signed receipt as it was stored."""
    statement, _view = get_statement_or_404(signed_in(request), public_id)
    if not hasattr(statement, "receipt"):
        raise Http404
    response = HttpResponse(statement.receipt.file, content_type="application/json")
    name = f"duty-{statement.public_id}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@require_safe
def duty_file(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Hand out the file of a statement, to be saved. What was erased is gone."""
    statement, _view = get_statement_or_404(signed_in(request), public_id)
    if not statement.file_sha256:
        raise Http404
    try:
        with document_store.fetch(statement.file_sha256) as file:
            sealed = file.read()
    except DocumentStoreError as error:
        return render(request, "409.html", {"reason": str(error)}, status=503)
    pseudonym = statement.user.pseudonym
    content = personal.unseal_bytes(pseudonym, sealed)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type=content_type(statement.file_type))
    return to_be_saved(
        response, json.loads(personal.unseal(pseudonym, statement.sealed_file))["name"]
    )


@require_safe
def duty_schema(_request: HttpRequest) -> HttpResponse:
    """Say what a receipt holds, at the address that is its type."""
    address = settings.BASE_URL.rstrip("/") + reverse("duty_schema")
    return HttpResponse(
        json.dumps(schema(address), indent=1), content_type="application/schema+json"
    )

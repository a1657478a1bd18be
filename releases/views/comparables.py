"""The register of other developers' models: reading it, entering, correcting and verifying."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import signed_in
from audit.selectors import timeline
from boards.selectors import person_name
from common.csv_export import csv_response
from common.errors import Refused
from releases import permissions, services
from releases.comparables.csv_file import HEADER, rows_of
from releases.comparables.entry import number_text
from releases.forms.comparables import (
    ReferenceCorrectionForm,
    ReferenceForm,
    RegisterFilterForm,
    ResultCorrectionForm,
    ResultForm,
    VerifyForm,
    WithdrawResultForm,
    reference_initial,
)
from releases.models import Comparable, ComparableResult
from releases.selectors import comparables as register
from releases.views.shared import GET_OR_POST, sent

PAGE_LENGTH = 25
TIMELINE_LENGTH = 30


@login_required
@require_safe
def comparable_list(request: HttpRequest) -> HttpResponse:
    """The register, by developer and name."""
    user = _reader(request)
    form = RegisterFilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    found = register.register(
        level=asked.get("level", ""),
        text=asked.get("q", ""),
        after=request.GET.get("after", ""),
    )
    page = list(found[: PAGE_LENGTH + 1])
    next_url = ""
    if len(page) > PAGE_LENGTH:
        query = request.GET.copy()
        query["after"] = str(page[PAGE_LENGTH - 1].pk)
        next_url = f"?{query.urlencode()}"
    context = {
        "form": form,
        "references": register.references_of(page[:PAGE_LENGTH], timezone.now()),
        "next_url": next_url,
        "filtered": any(asked.values()),
        "may_keep": permissions.can_keep_comparables(user),
    }
    return render(request, "releases/comparable_list.html", context)


@login_required
@require_safe
def comparable_export(request: HttpRequest) -> HttpResponseBase:
    """The whole register, with the columns that an import takes."""
    _reader(request)
    rows = (
        row
        for each in register.whole_register(timezone.now())
        for row in rows_of(
            register.entry_of(each.statement),
            [register.result_entry_of(result) for result in each.results],
        )
    )
    filename = f"comparable-models-{timezone.localdate().isoformat()}.csv"
    return csv_response(filename, HEADER, rows)


@login_required
@require_safe
def comparable_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What stands of a model, where it stands itself, and how it came to this."""
    user = signed_in(request)
    comparable = permissions.get_comparable_or_404(user, public_id)
    [reference] = register.references_of([comparable], timezone.now())
    before = request.GET.get("before", "")
    page = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    entries = timeline(comparable, before=page, limit=TIMELINE_LENGTH)
    may_keep = permissions.can_keep_comparables(user)
    context = {
        "reference": reference,
        "comparable": comparable,
        "statement": reference.statement,
        "entered_by": person_name(reference.statement.entered_by),
        "results": [_row(each) for each in reference.results],
        "former_results": [
            {**_row(each), "end": each.successor, "end_by": person_name(each.successor.entered_by)}
            for each in register.former_results(comparable)
        ],
        "former_statements": [
            {"statement": each, "by": person_name(each.entered_by)}
            for each in register.former_statements(comparable)
        ],
        "verifications": [
            {"row": each, "by": person_name(each.verified_by)}
            for each in register.verifications_of(comparable)
        ],
        "may_keep": may_keep,
        "why_no_verification": services.why_no_verification(user, reference) if may_keep else "",
        "entries": [
            {"sentence": f"{each.actor} {each.words}", "detail": each.reason, "when": each.at}
            for each in entries
        ],
        "more_url": f"?before={entries[-1].id}#timeline" if len(entries) == TIMELINE_LENGTH else "",
    }
    return render(request, "releases/comparable_detail.html", context)


def _row(result: ComparableResult) -> dict[str, Any]:
    return {
        "result": result,
        "value": number_text(result.value),
        "stderr": "" if result.stderr is None else number_text(result.stderr),
        "by": person_name(result.entered_by),
    }


@login_required
@require_safe
def verification_record(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A reference as it was verified: the bytes whose SHA-256 dossiers quote."""
    _reader(request)
    found = register.verification_by_public_id(public_id)
    if found is None:
        raise Http404
    response = HttpResponse(found.record, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="reference-{found.digest[:16]}.json"'
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_http_methods(GET_OR_POST)
def comparable_add(request: HttpRequest) -> HttpResponse:
    """Enter a model."""
    user = _keeper(request)
    form = ReferenceForm(sent(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            comparable = services.add_comparable(actor=user, entry=form.entry)
        except Refused as refused:
            status = _refuse(form, refused)
        else:
            messages.success(
                request, _("The model is entered. Enter its results, and let somebody verify it.")
            )
            return redirect(comparable)
    return _form_page(
        request,
        form,
        status,
        title=_("Enter a model"),
        lede=_("Another developer's model, so that a release can be compared with it."),
        submit=_("Enter the model"),
        cancel_url=reverse("comparable_list"),
    )


@login_required
@require_http_methods(GET_OR_POST)
def comparable_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Correct what is stated of a model."""
    user, comparable = _kept(request, public_id)
    [reference] = register.references_of([comparable], timezone.now())
    statement = reference.statement
    form = ReferenceCorrectionForm(
        sent(request), initial=reference_initial(register.entry_of(statement), statement.pk)
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.correct_comparable(
                actor=user,
                comparable=comparable,
                statement=form.cleaned_data["statement"],
                entry=form.entry,
                reason=form.cleaned_data["reason"],
            )
        except Refused as refused:
            status = _refuse(form, refused)
            # Whoever was told of another's correction can go on with their own.
            data = request.POST.copy()
            data["statement"] = str(statement.pk)
            form.data = data
        else:
            messages.success(request, _("It is corrected. Somebody else has to verify it again."))
            return redirect(comparable)
    return _form_page(
        request,
        form,
        status,
        comparable=comparable,
        title=_("Correct what is stated"),
        lede=_("What was stated before stays to be read. The reference must be verified again."),
        submit=_("Save the correction"),
        cancel_url=comparable.get_absolute_url(),
    )


@login_required
@require_http_methods(GET_OR_POST)
def comparable_verify(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Vouch for a reference as it stands."""
    user, comparable = _kept(request, public_id)
    [reference] = register.references_of([comparable], timezone.now())
    refusal = services.why_no_verification(user, reference)
    form = VerifyForm(sent(request), initial={"content_digest": reference.digest})
    status = 409 if refusal else 200
    if request.method == "POST" and form.is_valid():
        try:
            services.verify_comparable(
                actor=user,
                comparable=comparable,
                content_digest=form.cleaned_data["content_digest"],
                note=form.cleaned_data["note"],
            )
        except Refused as refused:
            status = _refuse(form, refused)
            # What stands now is on the page that tells of the refusal.
            data = request.POST.copy()
            data["content_digest"] = reference.digest
            form.data = data
        else:
            messages.success(request, _("The reference is verified, for six months from now."))
            return redirect(comparable)
    context = {
        "form": form,
        "refusal": refusal,
        "comparable": comparable,
        "reference": reference,
        "statement": reference.statement,
        "results": [_row(each) for each in reference.results],
    }
    return render(request, "releases/comparable_verify.html", context, status=status)


@login_required
@require_http_methods(GET_OR_POST)
def result_add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Enter a result."""
    user, comparable = _kept(request, public_id)
    form = ResultForm(sent(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.add_result(actor=user, comparable=comparable, entry=form.entry)
        except Refused as refused:
            status = _refuse(form, refused)
        else:
            messages.success(request, _("The result is entered. The reference must be verified."))
            return redirect(comparable)
    return _form_page(
        request,
        form,
        status,
        comparable=comparable,
        title=_("Enter a result"),
        lede=_("What somebody measured of %(model)s, and where it can be read.")
        % {"model": comparable},
        submit=_("Enter the result"),
        cancel_url=comparable.get_absolute_url(),
    )


@login_required
@require_http_methods(GET_OR_POST)
def result_correct(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a result other numbers."""
    user, result = _kept_result(request, public_id)
    comparable = result.comparable
    form = ResultCorrectionForm(sent(request), result=register.result_entry_of(result))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.correct_result(
                actor=user, result=result, entry=form.entry, reason=form.cleaned_data["reason"]
            )
        except Refused as refused:
            status = _refuse(form, refused)
        else:
            messages.success(request, _("It is corrected. Somebody else has to verify it again."))
            return redirect(comparable)
    return _form_page(
        request,
        form,
        status,
        comparable=comparable,
        title=_("Correct a result"),
        lede=_result_line(result),
        submit=_("Save the correction"),
        cancel_url=comparable.get_absolute_url(),
    )


@login_required
@require_http_methods(GET_OR_POST)
def result_withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say that a result is not to be relied on."""
    user, result = _kept_result(request, public_id)
    comparable = result.comparable
    form = WithdrawResultForm(sent(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_result(actor=user, result=result, reason=form.cleaned_data["reason"])
        except Refused as refused:
            status = _refuse(form, refused)
        else:
            messages.success(request, _("The result is withdrawn and stays to be read."))
            return redirect(comparable)
    return _form_page(
        request,
        form,
        status,
        comparable=comparable,
        title=_("Withdraw a result"),
        lede=_result_line(result),
        submit=_("Withdraw the result"),
        cancel_url=comparable.get_absolute_url(),
        tone="danger",
    )


def _result_line(result: ComparableResult) -> str:
    return _("%(metric)s on %(task)s, from %(source)s") % {
        "metric": result.metric,
        "task": result.task,
        "source": result.source_url,
    }


def _reader(request: HttpRequest) -> User:
    """Return who reads the register; nobody else learns that there is one."""
    user = signed_in(request)
    if not permissions.can_read_comparables(user):
        raise Http404
    return user


def _keeper(request: HttpRequest) -> User:
    user = _reader(request)
    permissions.require(permissions.can_keep_comparables(user))
    return user


def _kept(request: HttpRequest, public_id: UUID) -> tuple[User, Comparable]:
    user = signed_in(request)
    comparable = permissions.get_comparable_or_404(user, public_id)
    permissions.require(permissions.can_keep_comparables(user))
    return user, comparable


def _kept_result(request: HttpRequest, public_id: UUID) -> tuple[User, ComparableResult]:
    user = _keeper(request)
    result = register.result_by_public_id(public_id)
    if result is None:
        raise Http404
    return user, result


def _refuse(form: forms.Form, refused: Refused) -> int:
    form.add_error(None, refused.sentence)
    return 409


def _form_page(
    request: HttpRequest,
    form: forms.Form,
    status: int,
    *,
    comparable: Comparable | None = None,
    **page: str,
) -> HttpResponse:
    context = {"form": form, "comparable": comparable, **page}
    return render(request, "releases/comparable_form.html", context, status=status)

"""Export licences of a model: the list, putting one on record, its document, withdrawing it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import signed_in
from accounts.reauthentication import ask_again
from audit import personal
from audit.selectors import timeline
from common import document_store
from common.countries import COUNTRIES
from common.document_store import DocumentStoreError
from common.errors import Refused
from common.handing_out import content_type, to_be_saved
from common.uploads import refused_files
from licensing import services, shown
from licensing.country_forms import LicenceForm, WithdrawLicenceForm
from licensing.models import ExportLicence
from licensing.permissions import (
    get_licence_or_404,
    get_licensed_model_or_404,
    licensing_models,
)
from licensing.selectors import countries
from licensing.shown import Data

GET_OR_POST = ["GET", "HEAD", "POST"]


@login_required
@require_safe
def licence_list(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
    """Every licence for a model, for its leads and its reviewers."""
    user = signed_in(request)
    model = get_licensed_model_or_404(user, namespace, name)
    context = {
        "model": model,
        "rows": [_row(each) for each in countries.licences_of(model)[:200]],
        "may_record": licensing_models(user).filter(pk=model.pk).exists(),
    }
    return render(request, "licensing/licence_list.html", context)


def _row(licence: ExportLicence) -> Data:
    ended = licence.ends_at <= timezone.now()
    state = "withdrawn" if licence.withdrawn_at else "expired" if ended else "active"
    return {
        "licence": licence,
        "state": state,
        "countries": ", ".join(COUNTRIES.get(code, code) for code in licence.countries),
    }


@login_required
@require_http_methods(GET_OR_POST)
def licence_record(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
    """Put a licence on record, with the document that proves it."""
    user = signed_in(request)
    model = licensing_models(user).filter(namespace=namespace, name=name).first()
    if model is None:
        raise Http404
    # Before the form: a document that was chosen would not survive being asked in between.
    if (asking := ask_again(request)) is not None:
        return asking
    sent = request.method == "POST"
    form = LicenceForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        too_large=refused_files(request).get("file", []) if sent else (),
        suggested=countries.known_organizations(model),
    )
    status = 200
    if sent and form.is_valid():
        given = form.cleaned_data
        try:
            licence = services.record_licence(
                actor=user,
                model=model,
                organization=given["organization"],
                authority=given["authority"],
                number=given["number"],
                countries=given["countries"],
                ends_at=given["ends_on"],
                note=given["note"],
                file=given["file"],
                name=given["file"].name or "",
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(request, _("The licence counts from now on."))
            return redirect("licence_detail", licence.public_id)
    context = {"model": model, "form": form}
    return render(request, "licensing/licence_record.html", context, status=status)


@login_required
@require_http_methods(GET_OR_POST)
def licence_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One licence; whoever leads the model withdraws it here."""
    user = signed_in(request)
    licence = get_licence_or_404(user, public_id)
    leads = licensing_models(user).filter(pk=licence.model_id).exists()
    may_withdraw = leads and licence.withdrawn_at is None
    form = WithdrawLicenceForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if not leads:
            raise Http404
        if (asking := ask_again(request)) is not None:
            return asking
        if form.is_valid():
            try:
                services.withdraw_licence(
                    actor=user, licence=licence, reason=form.cleaned_data["reason"]
                )
            except Refused as refused:
                form.add_error(None, refused.sentence)
                status = 409
            else:
                messages.success(request, _("The licence counts no more."))
                return redirect("licence_detail", public_id)
    context = {
        **_row(licence),
        "form": form if may_withdraw or form.errors else None,
        "entries": shown.timeline(timeline(licence)),
    }
    return render(request, "licensing/licence_detail.html", context, status=status)


@login_required
@require_safe
def licence_document(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Hand out the document, to be saved."""
    licence = get_licence_or_404(request.user, public_id)
    try:
        with document_store.fetch(licence.sha256) as file:
            sealed = file.read()
    except DocumentStoreError as error:
        return render(request, "409.html", {"reason": str(error)}, status=503)
    content = personal.unseal_bytes(licence.public_id, sealed)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type=content_type(licence.media_type))
    return to_be_saved(response, licence.document_name)

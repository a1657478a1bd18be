"""Evidence: the list of a release, one item, adding it, and how it ends."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import signed_in
from common.errors import Refused
from common.uploads import refused_files
from releases import permissions, services
from releases.choices import EvidenceState, EvidenceType
from releases.forms.evidence import (
    FIELDS,
    FORMS,
    PLAIN_TYPES,
    EndForm,
    EntryForm,
    ImportForm,
    PlainForm,
    SupersedeForm,
)
from releases.models import Document, Evidence, Release
from releases.selectors.evidence import attachments_of, evidence_of, state_of
from releases.services import EvidenceRefused
from releases.views.shared import GET_OR_POST, refusal_page, sent
from releases.views.uploads import Uploads, as_path, take_uploads


@login_required
@require_safe
def evidence_list(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """All evidence about a release, what ended too, and the ways to add some."""
    user = signed_in(request)
    release = permissions.get_release_or_404(user, namespace, name, version)
    now = timezone.now()
    args = [namespace, name, version]
    context = {
        "release": release,
        "model": release.model,
        "rows": [
            {"item": each, "state": state_of(each, now).value} for each in evidence_of(release)
        ],
        "may_add": permissions.can_manage(user, release.model) and release.state == "sealed",
        "ways": [
            {"label": each.label, "url": reverse("evidence_add", args=[*args, each.value])}
            for each in PLAIN_TYPES
        ],
    }
    return render(request, "releases/evidence_list.html", context)


@login_required
@require_safe
def evidence_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One piece of evidence, with everything that was read or told."""
    user = signed_in(request)
    evidence = permissions.get_evidence_or_404(user, public_id)
    release, now = evidence.release, timezone.now()
    state = state_of(evidence, now)
    context = {
        "evidence": evidence,
        "release": release,
        "model": release.model,
        "state": state.value,
        "end": getattr(evidence, "end", None),
        "is_staff": permissions.is_staff_of(user, release.model),
        "may_end": state not in (EvidenceState.SUPERSEDED, EvidenceState.WITHDRAWN)
        and permissions.can_manage(user, release.model),
        "bound_by_file": evidence.report.get("bound_digest") == evidence.release_digest,
        "header": _header(evidence),
    }
    return render(request, "releases/evidence_detail.html", context)


# What the page says of the header anyway, in words of its own.
_TOLD = ("task", "model")


def _header(evidence: Evidence) -> list[tuple[str, str]]:
    """Return the header facts that a line can hold; the file has the rest."""
    header = evidence.report.get("header", {})
    return [
        (key.replace("_", " "), str(value))
        for key, value in header.items()
        if isinstance(value, (str, int, float, bool)) and value != "" and key not in _TOLD
    ]


@login_required
@require_http_methods(GET_OR_POST)
def evidence_import(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """Read the log of an evaluation."""
    user = signed_in(request)
    release = permissions.get_release_or_404(user, namespace, name, version)
    permissions.require(permissions.can_manage(user, release.model))
    form = ImportForm(
        sent(request),
        request.FILES,
        release=release,
        most_bytes=settings.EVIDENCE_MOST_BYTES,
        too_large=refused_files(request).get("file", []),
    )
    status = 200
    if request.method == "POST":
        evidence = _import(request, user, release, form)
        if evidence is not None:
            return _added(request, evidence)
        status = 409 if form.non_field_errors() else 200
    return _form_page(request, release, form, EvidenceType.EVALUATION, status)


def _import(
    request: HttpRequest, user: User, release: Release, form: ImportForm
) -> Evidence | None:
    file = request.FILES.get("file")
    if not form.is_valid() or file is None:
        return None
    try:
        with as_path(file) as path:
            return services.import_evidence(
                actor=user,
                release=release,
                path=path,
                name=file.name or "",
                entry=form.entry(EvidenceType.EVALUATION),
                bound_to=form.bound_to,
            )
    except Refused as refused:
        _tell(form, refused)
        return None


@login_required
@require_http_methods(GET_OR_POST)
def evidence_add(
    request: HttpRequest, namespace: str, name: str, version: str, evidence_type: str
) -> HttpResponse:
    """Tell of evidence of a plain type, with its document."""
    user = signed_in(request)
    release = permissions.get_release_or_404(user, namespace, name, version)
    permissions.require(permissions.can_manage(user, release.model))
    if evidence_type not in PLAIN_TYPES:
        raise Http404
    form_class = FORMS.get(evidence_type, PlainForm)
    uploads, data = Uploads(), sent(request)
    if data is not None:
        uploads = take_uploads(request, user, release, "file")
        if uploads.documents:
            data = data.copy()
            data["kept"] = str(uploads.documents[-1].public_id)
    kept = _kept(release, data.get("kept", "") if data else "")
    if data and data.get("kept") and kept is None:
        uploads.problems.append(str(services.GONE))
        data = data.copy()
        data["kept"] = ""
    form = form_class(data, release=release, most_bytes=settings.ATTACHMENT_MOST_BYTES)
    status = 200
    if data is not None:
        uploads.tell(form, "file")
        if form.is_valid():
            try:
                evidence = services.add_evidence(
                    actor=user,
                    release=release,
                    entry=form.entry(evidence_type),
                    bound_to=form.bound_to,
                    document=kept,
                )
            except Refused as refused:
                _tell(form, refused)
                status = 409 if form.non_field_errors() else 200
            else:
                return _added(request, evidence)
    return _form_page(request, release, form, EvidenceType(evidence_type), status, kept=kept)


def _kept(release: Release, public_id: str) -> Document | None:
    """Return the document that has arrived with an earlier try of the form."""
    try:
        found = attachments_of(release, [str(UUID(public_id))])
    except ValueError:
        return None
    return found[0] if found else None


def _tell(form: EntryForm, refused: Refused) -> None:
    """Put a refusal to the field that it is about."""
    name = refused.field if isinstance(refused, EvidenceRefused) else ""
    name = FIELDS.get(name, name)
    form.add_error(name if name in form.fields else None, refused.sentence)


def _added(request: HttpRequest, evidence: Evidence) -> HttpResponse:
    messages.success(
        request,
        _("The evidence is added. A dossier can refer to it until it expires."),
    )
    return redirect(evidence)


def _form_page(
    request: HttpRequest,
    release: Release,
    form: EntryForm,
    evidence_type: EvidenceType,
    status: int,
    *,
    kept: Document | None = None,
) -> HttpResponse:
    context = {
        "release": release,
        "model": release.model,
        "form": form,
        "type": evidence_type.label,
        "is_import": evidence_type == EvidenceType.EVALUATION,
        "kept": kept,
    }
    return render(request, "releases/evidence_form.html", context, status=status)


# How it ends


@login_required
@require_http_methods(GET_OR_POST)
def evidence_withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say that evidence is not to be relied on."""
    user = signed_in(request)
    evidence = permissions.get_evidence_or_404(user, public_id)
    permissions.require(permissions.can_manage(user, evidence.release.model))
    if hasattr(evidence, "end"):
        return _ended_already(request, evidence)
    form = EndForm(sent(request), word="withdraw")
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_evidence(
                actor=user, evidence=evidence, reason=form.cleaned_data["reason"]
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(request, _("The evidence is withdrawn, and stays to be read."))
            return redirect(evidence)
    confirm = {
        "title": _("Withdraw this evidence"),
        "word": "withdraw",
        "submit": _("Withdraw it"),
    }
    return _end_page(request, evidence, form, confirm, status)


@login_required
@require_http_methods(GET_OR_POST)
def evidence_supersede(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let newer evidence take its place."""
    user = signed_in(request)
    evidence = permissions.get_evidence_or_404(user, public_id)
    permissions.require(permissions.can_manage(user, evidence.release.model))
    if hasattr(evidence, "end"):
        return _ended_already(request, evidence)
    now = timezone.now()
    others = [
        each
        for each in evidence_of(evidence.release)
        if each.pk != evidence.pk and state_of(each, now) == EvidenceState.CURRENT
    ]
    if not others:
        return refusal_page(
            request, evidence.release, _("Add the evidence first that is to take its place.")
        )
    form = SupersedeForm(sent(request), word="replace", others=others)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.supersede_evidence(
                actor=user,
                evidence=evidence,
                by=form.cleaned_data["by"],
                reason=form.cleaned_data["reason"],
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(request, _("The evidence is replaced, and stays to be read."))
            return redirect(evidence)
    confirm = {
        "title": _("Replace this evidence"),
        "word": "replace",
        "submit": _("Replace it"),
    }
    return _end_page(request, evidence, form, confirm, status)


def _ended_already(request: HttpRequest, evidence: Evidence) -> HttpResponse:
    return refusal_page(
        request, evidence.release, _("It was superseded or withdrawn already, and stays so.")
    )


def _end_page(
    request: HttpRequest,
    evidence: Evidence,
    form: EndForm,
    confirm: dict[str, Any],
    status: int,
) -> HttpResponse:
    context = {
        "evidence": evidence,
        "release": evidence.release,
        "model": evidence.release.model,
        "form": form,
        "confirm": {
            "lede": evidence.title,
            "effects": [
                _("It counts for no requirement any more. It stays on its page, with your reason."),
                _("A move whose dossier refers to it does not come to the vote, and takes no "
                  "effect, until the dossier is revised."),
            ],
            "affected": [_("The proposer and the board are told, where a move refers to it.")],
            "cancel_url": evidence.get_absolute_url(),
            **confirm,
        },
    }  # fmt: skip
    return render(request, "releases/evidence_end.html", context, status=status)

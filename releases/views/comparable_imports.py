"""Importing a file into the register: first what it would change, then the change."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import signed_in
from common.errors import Refused
from common.uploads import refused_files
from releases import permissions, services
from releases.comparables.csv_file import HEADER
from releases.forms.comparables import ConfirmImportForm, ImportForm, packed
from releases.services.comparable_imports import ImportRefused, Plan
from releases.views.shared import GET_OR_POST, sent

SHOWN = 50


@login_required
@require_http_methods(GET_OR_POST)
def comparable_import(request: HttpRequest) -> HttpResponse:
    """Take a file and show what it would change; take that confirmed, and change it."""
    user = signed_in(request)
    if not permissions.can_read_comparables(user):
        raise Http404
    permissions.require(permissions.can_keep_comparables(user))
    if "content" in request.POST:
        return _confirmed(request)
    form = ImportForm(sent(request), request.FILES if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, form)
    refused = refused_files(request).get("file", [])
    if refused:
        form.is_valid()
        form.errors.pop("file", None)
        form.add_error("file", " ".join(refused))
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form)
    return _preview(request, form.cleaned_data["file"].read())


def _confirmed(request: HttpRequest) -> HttpResponse:
    form = ConfirmImportForm(request.POST)
    if not form.is_valid():
        again = ImportForm(request.POST)
        again.is_valid()
        again.errors.pop("file", None)
        again.add_error("file", _("The file did not arrive. Choose it again."))
        return _page(request, again)
    content = form.cleaned_data["content"]
    try:
        plan = services.import_comparables(
            actor=signed_in(request), content=content, expected=form.cleaned_data["plan"]
        )
    except Refused as refused:
        return _preview(request, content, why=refused.sentence)
    messages.success(
        request,
        _("Imported: %(models)d models and %(results)d results are new or changed.")
        % {
            "models": len(plan.new_models) + len(plan.changed_models),
            "results": len(plan.new_results) + len(plan.changed_results),
        },
    )
    return redirect("comparable_list")


def _preview(request: HttpRequest, content: bytes, why: str = "") -> HttpResponse:
    try:
        plan = services.plan_import(content)
    except ImportRefused as refused:
        form = ImportForm(request.POST, request.FILES)
        form.is_valid()
        form.errors.pop("file", None)
        form.add_error("file", _("Mend what is said above in the file, and choose it again."))
        return _page(
            request,
            form,
            status=409 if why else 200,
            problems=[str(each) for each in refused.problems[:SHOWN]],
            more=max(len(refused.problems) - SHOWN, 0),
        )
    confirm = ConfirmImportForm(initial={"content": packed(content), "plan": plan.digest})
    return _page(request, confirm, status=409 if why else 200, why=why, preview=_shown(plan))


def _shown(plan: Plan) -> dict[str, Any]:
    models = [(_("New"), entry) for entry in plan.new_models]
    models += [(_("Changed"), entry) for _former, entry in plan.changed_models]
    results = [(_("New"), entry, each) for entry, each, _former in plan.new_results]
    results += [(_("Changed"), entry, each) for entry, each, _former in plan.changed_results]
    return {
        "counts": plan.counts,
        "changes_anything": plan.changes_anything,
        "models": [{"what": what, "entry": entry} for what, entry in models[:SHOWN]],
        "results": [
            {"what": what, "model": entry, "entry": each.stated()}
            for what, entry, each in results[:SHOWN]
        ],
        "more": max(len(models) - SHOWN, 0) + max(len(results) - SHOWN, 0),
    }


def _page(
    request: HttpRequest,
    form: ImportForm | ConfirmImportForm,
    *,
    status: int = 200,
    **more: Any,  # noqa: ANN401 - what the template shows
) -> HttpResponse:
    context = {"form": form, "header": ",".join(HEADER), **more}
    return render(request, "releases/comparable_import.html", context, status=status)

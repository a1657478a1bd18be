"""All grants on a model, for those who govern them."""

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import signed_in
from common.csv_export import csv_response
from licensing import exports, permissions
from licensing.models import Grant
from licensing.queue_form import GrantFilterForm
from licensing.selectors import held, holder_name, mode_names, suspensions
from licensing.selectors.queue import TooMany
from licensing.views.grants import selection_url
from releases.models import Model
from releases.selectors import model_by_name

PAGE_LENGTH = 25


@login_required
@require_safe
def model_grants(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
    """Who holds a grant on the model: newest first, filtered and found by name."""
    model = _governed_model(request, namespace, name)
    form = GrantFilterForm(request.GET)
    rows, problem = _found(model, form)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        rows = rows.filter(pk__lt=int(before[:18]))
    page = list(rows[: PAGE_LENGTH + 1])
    stopped = suspensions.suspended_among(page)
    brake = permissions.banning_models(signed_in(request)).filter(pk=model.pk)
    query = request.GET.copy()
    query.pop("before", None)
    export = reverse("model_grants_export", args=[namespace, name])
    context = {
        "model": model,
        "form": form,
        "problem": problem,
        "suspend_url": selection_url(model=str(model)) if brake.exists() else "",
        "filtered": bool(query),
        "export_url": f"{export}?{query.urlencode()}" if query else export,
        "rows": [
            {
                "grant": grant,
                "holder": holder_name(grant),
                "modes": mode_names(grant),
                "in_selection": grant.pk in stopped,
            }
            for grant in page[:PAGE_LENGTH]
        ],
    }
    if len(page) > PAGE_LENGTH:
        query["before"] = str(page[PAGE_LENGTH - 1].pk)
        context["next_url"] = f"?{query.urlencode()}"
    return render(request, "licensing/model_grants.html", context)


@login_required
@require_safe
def model_grants_export(request: HttpRequest, namespace: str, name: str) -> HttpResponseBase:
    """The same as a table, however long."""
    model = _governed_model(request, namespace, name)
    rows, _problem = _found(model, GrantFilterForm(request.GET))
    day = timezone.localdate().isoformat()
    return csv_response(f"grants-{day}.csv", exports.GRANT_HEADER, exports.grant_rows(rows))


def _governed_model(request: HttpRequest, namespace: str, name: str) -> Model:
    model = model_by_name(namespace, name) if "\x00" not in name else None
    if model is None or not permissions.can_govern_grants(signed_in(request), model):
        raise Http404
    return model


def _found(model: Model, form: GrantFilterForm) -> tuple[QuerySet[Grant], str]:
    wanted = form.wanted() if form.is_valid() else held.WantedGrants()
    try:
        return held.found(model, wanted), ""
    except TooMany:
        return Grant.objects.none(), _(
            "More people or organisations fit than can be searched: type more of the name."
        )

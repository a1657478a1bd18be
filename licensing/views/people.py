"""The list of a grant's named users, for whoever keeps it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import signed_in
from common.errors import Refused
from licensing import permissions, selectors, services
from licensing.models import LIVE_GRANT_STATES, Grant
from licensing.reference_forms import AddressesForm

SHOWN = 500


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def grant_people(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """See who may use the grant, and name many at once; each address that fails says why."""
    user = signed_in(request)
    grant = permissions.get_kept_grant_or_404(user, public_id)
    form = AddressesForm(request.POST or None)
    problems: dict[str, str] = {}
    if request.method == "POST" and form.is_valid():
        try:
            problems = _add(request, user, grant, form.cleaned_data["addresses"])
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            if not problems:
                return redirect("grant_people", public_id)
            # What was taken is in the list; what was not stays to be mended.
            form = AddressesForm({"addresses": "\n".join(problems)})
            form.is_valid()
            for address, sentence in problems.items():
                form.add_error("addresses", f"{address}: {sentence}")
    places = grant.named_users.select_related("user").order_by("ended_at", "pk")
    context = {
        "grant": grant,
        "form": form,
        "rows": [
            {"place": place, "name": selectors.person_name(place.user)} for place in places[:SHOWN]
        ],
        "live": grant.state in LIVE_GRANT_STATES and grant.organization_id is not None,
    }
    return render(request, "licensing/grant_people.html", context)


def _add(request: HttpRequest, user: User, grant: Grant, addresses: list[str]) -> dict[str, str]:
    added = services.add_named_users(actor=user, grant=grant, addresses=addresses)
    count = len(added.users)
    if count:
        said = ngettext(
            "%(count)d person is named on the grant.",
            "%(count)d people are named on the grant.",
            count,
        )
        messages.success(request, said % {"count": count})
    return added.problems

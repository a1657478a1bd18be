"""What is mailed to me: choosing it, and turning a group off from the mail itself."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts import notices, services
from accounts.digest_times import zone_of
from accounts.message_forms import MailForm
from accounts.notices import OWN_GROUPS, WORK_GROUPS
from accounts.permissions import signed_in
from accounts.selectors.messages import deliveries_of
from accounts.stop_links import read_stop
from common.errors import Refused


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_mail(request: HttpRequest) -> HttpResponse:
    """Choose how I get the messages of each group."""
    user = signed_in(request)
    form = MailForm(user, deliveries_of(user), settings.TIME_ZONE, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.choose_deliveries(
                actor=user, chosen=form.chosen(), time_zone=form.cleaned_data["time_zone"]
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Your choice was saved. It holds from the next message."))
            return redirect("account_mail")
    page = {
        "form": form,
        "sections": [
            {"title": _("Your own matters"), "id": "own", "rows": _rows(form, OWN_GROUPS)},
            {
                "title": _("If you review, vote, manage releases or run this portal"),
                "id": "work",
                "rows": _rows(form, WORK_GROUPS),
            },
        ],
        "address": user.email,
        "hour": settings.DIGEST_HOUR,
        "zone": zone_of(user.time_zone, settings.TIME_ZONE).key.replace("_", " "),
    }
    return render(request, "accounts/mail_choices.html", page)


def _rows(form: MailForm, among: tuple[notices.Group, ...]) -> list[dict[str, object]]:
    """Return each group with its field, or why it has none, and what it holds."""
    fields = dict(form.groups(among))
    return [
        {
            "group": group,
            "field": fields.get(group),
            "why": notices.WHY_MANDATORY.get(group, ""),
            "kinds": notices.kinds_of(group),
        }
        for group in among
    ]


# Mail programs post here by themselves, without a cookie; the signed address is the authority.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_mail_stop(request: HttpRequest, signed: str) -> HttpResponse:
    """Turn off the mail of one group from the mail itself. A GET only asks."""
    link = read_stop(signed)
    if link is None:
        raise Http404
    stopped = False
    if request.method == "POST":
        stopped = services.stop_mail(link=link) is not None
        if not stopped:
            raise Http404
    page = {"group": link.group, "stopped": stopped}
    return render(request, "accounts/mail_stop.html", page)

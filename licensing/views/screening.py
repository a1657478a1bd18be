"""What screening found, and people's word on it."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import ScreeningHit
from accounts.permissions import signed_in
from accounts.selectors import screening as lists
from audit import personal
from audit.selectors import timeline
from common.countries import COUNTRIES
from common.errors import Refused
from licensing import permissions, shown
from licensing.forms_screening import DecideHitForm
from licensing.selectors import person_name
from licensing.selectors import screening as reading
from licensing.services.screening import decide_hit
from licensing.shown import Data

PAGE_LENGTH = 25

REASONS = {
    "exact": gettext_lazy("The same name, word for word, in some order."),
    "letters": gettext_lazy("The names are spelt alike."),
    "order_of_sounds": gettext_lazy("The names are spelt alike, in the order of their sounds."),
    "sound": gettext_lazy("Every word sounds alike."),
    "jaro_winkler": gettext_lazy("Close, but for what may be typing errors."),
    "country_agrees": gettext_lazy("The country agrees."),
    "country_differs": gettext_lazy("The country is another."),
    "born_agrees": gettext_lazy("The year of birth agrees."),
    "born_differs": gettext_lazy("The year of birth is another."),
    "address_agrees": gettext_lazy("The address agrees."),
    "kind_differs": gettext_lazy("One is a person, the other is not."),
}


@login_required
@require_safe
def screening_queue(request: HttpRequest) -> HttpResponse:
    """What is like an entry of a list and waits for a decision, or was decided."""
    user = signed_in(request)
    if not permissions.can_see_screening(user):
        raise Http404
    show = request.GET.get("show", "")
    hits = permissions.visible_hits(user)
    open_hits = lists.open_hits().values("pk")
    if show == "decided":
        hits = hits.exclude(pk__in=open_hits).exclude(decision="")
    else:
        hits = hits.filter(pk__in=open_hits)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        hits = hits.filter(pk__lt=int(before[:18]))
    page = list(hits.order_by("-pk")[: PAGE_LENGTH + 1])
    more = page[PAGE_LENGTH - 1].pk if len(page) > PAGE_LENGTH else None
    page = page[:PAGE_LENGTH]
    names = _names(page)
    context = {
        "rows": [{"hit": hit, "name": names[hit.watch_id], "state": _state(hit)} for hit in page],
        "tabs": [
            {"label": _("To decide"), "url": "?", "current": show != "decided"},
            {"label": _("Decided"), "url": "?show=decided", "current": show == "decided"},
        ],
        "next_url": f"?show={show if show == 'decided' else ''}&before={more}" if more else "",
        "lists": list(lists.current_snapshots().select_related("on_list")),
        "progress": lists.progress(),
    }
    return render(request, "licensing/screening_queue.html", context)


def _names(hits: list[ScreeningHit]) -> dict[int, str]:
    """Return the subjects' names, sealed ones opened with one query."""
    given = {
        hit.watch_id: (hit.watch.sealed_for, hit.watch.sealed_name)
        for hit in hits
        if hit.watch.sealed_for is not None and hit.watch.sealed_name is not None
    }
    opened = dict(zip(given, personal.unseal_many(given.values()), strict=True))
    return {
        hit.watch_id: opened.get(hit.watch_id) or str(hit.watch.user or hit.watch.organization)
        for hit in hits
    }


def _state(hit: ScreeningHit) -> str:
    if hit.recheck:
        return "recheck"
    if hit.decision:
        return f"hit_{hit.decision}"
    return f"hit_{hit.route}"


@login_required
@require_safe
def screening_hit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Both sides beside each other, why they are alike, what was decided, and what hangs on it."""
    hit = permissions.get_hit_or_404(signed_in(request), public_id)
    return render(request, "licensing/screening_hit.html", _page(request, hit))


def _page(request: HttpRequest, hit: ScreeningHit) -> Data:
    user = signed_in(request)
    governed = permissions.models_of(user)
    return {
        "hit": hit,
        "state": _state(hit),
        "name": _names([hit])[hit.watch_id],
        "role": _ROLES.get(hit.watch.role, ""),
        "sides": _sides(hit),
        "reasons": [REASONS.get(each, each) for each in hit.reasons],
        "snapshot": next(
            (each for each in hit.round.lists if each["list"] == hit.on_list.slug), None
        ),
        "open": hit.recheck or (not hit.decision and hit.listed),
        "decisions": [
            {
                "state": f"hit_{each.decision}",
                "who": person_name(each.decided_by),
                "when": each.decided_at,
                "reason": each.reason,
                "now": (each.fingerprint, each.subject_digest)
                == (hit.fingerprint, hit.subject_digest),
            }
            for each in lists.decisions_on(hit)
        ],
        "grants": list(reading.grants_with(hit).filter(model__in=governed)[:20]),
        "applications": list(reading.applications_with(hit).filter(model__in=governed)[:20]),
        "entries": shown.timeline(timeline(hit)),
    }


_ROLES = {
    "legal_name": gettext_lazy("The legal name that an applicant gave"),
    "organization_legal_name": gettext_lazy(
        "The legal name that an applicant gave of their organisation"
    ),
    "official_name": gettext_lazy("The signing official that an applicant named"),
}


def _sides(hit: ScreeningHit) -> list[Data]:
    watch, entry = hit.watch, hit.entry
    country = watch.organization.country if watch.organization else watch.country
    countries = [COUNTRIES.get(code, code) for code in entry.get("countries", [])]
    names = [entry.get("name", ""), *entry.get("aliases", [])]
    return [
        {
            "label": _("Names"),
            "ours": _names([hit])[hit.watch_id],
            "theirs": "; ".join(dict.fromkeys(names)),
        },
        {
            "label": _("Kind"),
            "ours": watch.get_kind_display(),
            "theirs": _KINDS.get(entry.get("kind", ""), ""),
        },
        {
            "label": _("Country"),
            "ours": COUNTRIES.get(country, country),
            "theirs": ", ".join(countries),
        },
        {
            "label": _("Born"),
            "ours": str(watch.born or ""),
            "theirs": ", ".join(str(year) for year in entry.get("born", [])),
        },
        {"label": _("Address"), "ours": "", "theirs": "; ".join(entry.get("addresses", []))},
        {"label": _("Source"), "ours": "", "theirs": entry.get("program", "")},
    ]


_KINDS = {
    "person": gettext_lazy("Person"),
    "organization": gettext_lazy("Organisation"),
    "other": gettext_lazy("Not said"),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def screening_decide(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say whether the subject is the listed party."""
    hit = permissions.get_hit_or_404(signed_in(request), public_id)
    return reauthentication_required(_decide)(request, hit)


def _decide(request: HttpRequest, hit: ScreeningHit) -> HttpResponse:
    user = signed_in(request)
    form = DecideHitForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            decide_hit(
                actor=user,
                hit=hit,
                decision=form.cleaned_data["decision"],
                reason=form.cleaned_data["reason"],
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(request, _("Decided. Nobody outside the staff is told."))
            return redirect("screening_hit", hit.public_id)
    grants = reading.grants_with(hit).count()
    confirm = {
        "title": _("Decide: %(name)s") % {"name": _names([hit])[hit.watch_id]},
        "lede": _("%(name)s on %(list)s, alike by %(score)d of 100.")
        % {"name": hit.matched, "list": hit.on_list, "score": hit.score},
        "effects": [
            _(
                "If it is somebody else, this is remembered until the entry or what is known of "
                "the subject changes."
            ),
            _(
                "If it is the listed party, their access stops at the next check, and no "
                "application that they are a party to can be approved. Only somebody other than "
                "you can take that back."
            ),
            ngettext(
                "They are a party to %(count)d live grant.",
                "They are a party to %(count)d live grants.",
                grants,
            )
            % {"count": grants},
            _("They are not told why."),
        ],
        "submit": _("Decide"),
        "cancel_url": reverse("screening_hit", args=[hit.public_id]),
    }
    context = {"form": form, "confirm": confirm, "hit": hit}
    return render(request, "licensing/screening_decide.html", context, status=status)

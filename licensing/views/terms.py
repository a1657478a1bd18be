"""Agreements: reading them, their versions, and what changed between two."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from common.comparison import compare
from licensing import permissions
from licensing.clauses import ClauseTag
from licensing.models import Acceptance, Terms, TermsVersion
from licensing.selectors import agreements, person_name
from licensing.shown import Data
from licensing.versions import VersionState, state_of

MOST_NUMBER = 2_000_000_000


@require_safe
def terms_list(request: HttpRequest) -> HttpResponse:
    """Every agreement of this portal; anyone may read them."""
    can_publish = permissions.can_publish_terms(request.user)
    context = {
        "terms": list(agreements.all_terms(timezone.now())),
        "can_publish": can_publish,
        "drafts": list(agreements.open_drafts()) if can_publish else [],
    }
    return render(request, "licensing/terms_list.html", context)


@require_safe
def terms_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The version in force, and the others."""
    terms = get_object_or_404(Terms, slug=slug)
    current = agreements.version_in_force(terms)
    if current is None:
        raise Http404
    return _show(request, terms, current, current)


@require_safe
def terms_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One version, as it was published."""
    terms = get_object_or_404(Terms, slug=slug)
    shown = _version(terms, number)
    current = agreements.version_in_force(terms)
    if not _may_see(request, shown):
        raise Http404
    return _show(request, terms, shown, current)


def _version(terms: Terms, number: int) -> TermsVersion:
    if number > MOST_NUMBER:
        raise Http404
    versions = TermsVersion.objects.select_related("terms", "published_by")
    return get_object_or_404(versions, terms=terms, number=number)


def _may_see(request: HttpRequest, version: TermsVersion) -> bool:
    """A text that is not in force, or never was, is for the legal seat."""
    begun = version.in_force_at <= timezone.now() and version.withdrawn_at is None
    return begun or permissions.can_publish_terms(request.user)


def _show(
    request: HttpRequest, terms: Terms, shown: TermsVersion, current: TermsVersion | None
) -> HttpResponse:
    can_publish = permissions.can_publish_terms(request.user)
    versions = [
        each
        for each in terms.versions.select_related("published_by").defer("text", "html")
        if can_publish or _may_see(request, each)
    ]
    accepted = []
    if isinstance(request.user, User):
        accepted = list(
            Acceptance.objects.filter(user=request.user, version__terms=terms)
            .select_related("version", "organization")
            .order_by("-pk")[:20]
        )
    former = next((each for each in versions if each.number < shown.number), None)
    publisher = next((each.published_by for each in versions if each.pk == shown.pk), None)
    context = {
        "terms": terms,
        "version": shown,
        "state": _state(shown, terms, current),
        "versions": [{"version": each, "state": _state(each, terms, current)} for each in versions],
        "current": current,
        "former": former,
        "publisher": person_name(publisher) or _("the operator"),
        "accepted": accepted,
        "clauses": clauses_shown(shown.clauses),
        "can_publish": can_publish,
        "can_withdraw": can_publish
        and shown.withdrawn_at is None
        and shown.in_force_at > timezone.now(),
    }
    return render(request, "licensing/terms_detail.html", context)


def _state(version: TermsVersion, terms: Terms, current: TermsVersion | None) -> VersionState:
    return state_of(
        version.number,
        version.in_force_at,
        current.number if current else None,
        timezone.now(),
        withdrawn=version.withdrawn_at is not None,
        retired=terms.retired_at is not None,
    )


def clauses_shown(clauses: list[Data]) -> list[Data]:
    """Return tagged clauses with the names of their tags."""
    return [
        {**clause, "tags": [str(ClauseTag(tag).label) for tag in clause["tags"]]}
        for clause in clauses
    ]


@require_safe
def terms_compare(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed between two versions: `?from=1&to=2`; without them, the last change."""
    terms = get_object_or_404(Terms, slug=slug)
    current = agreements.version_in_force(terms)
    if current is None:
        raise Http404
    upper = _number(request, "to", current.number)
    lower = _number(request, "from", upper - 1)
    if lower < 1:
        return redirect("terms_detail", slug)
    before, after = _version(terms, lower), _version(terms, upper)
    if not _may_see(request, before) or not _may_see(request, after):
        raise Http404
    context = {
        "terms": terms,
        "before": before,
        "after": after,
        "lines": compare(before.text, after.text),
        "numbers": [
            each
            for each in terms.versions.defer("text", "html")
            if _may_see(request, each) or each.pk in (before.pk, after.pk)
        ],
        "action": reverse("terms_compare", args=[slug]),
    }
    return render(request, "licensing/terms_compare.html", context)


def _number(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Http404
    return int(text)

"""Every rule and its result: for me, or for a person on whose behalf staff asks."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import signed_in
from licensing import foresight, permissions, shown
from licensing.circumstances import context_of
from licensing.countries import Finding
from licensing.facts import VerdictAction
from licensing.models import Grant
from licensing.selectors import holder_name, person_name
from licensing.shown import Data
from licensing.verdict import Context, decide_all, decide_for_staff
from releases.models import Model
from releases.permissions import is_staff_of
from releases.selectors import release_by_name

MOST_HITS = 20


@require_safe
def explain(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """Show what I may do with a release and why; staff may look `?for=` somebody else."""
    release = release_by_name(namespace, name, version) if "\x00" not in name + version else None
    if release is None:
        raise Http404
    context = context_of(request)
    verdicts = decide_all(request.user, [release], context=context)[release.pk]
    if not verdicts[VerdictAction.SEE].allowed:
        raise Http404
    about = _somebody_else(request, release.model)
    findings: dict[int, list[Finding]] = {}
    if about is not None:
        asked = Context(now=context.now, for_another=True)
        verdicts, findings = decide_for_staff(about, release, asked)
    verdicts = foresight.foreseen(verdicts, context.now)
    page = {
        "release": release,
        "about": person_name(about),
        "actions": [
            {
                "key": action.value,
                "name": shown.ACTION_NAMES[action],
                "verdict": shown.verdict(
                    verdict, sentence=_about(action, verdict.allowed) if about else ""
                ),
            }
            for action, verdict in verdicts.items()
        ],
    }
    if about is not None:
        page |= _beside(signed_in(request), about, findings)
    return render(request, "licensing/explain.html", page)


def _beside(user: User, about: User, findings: Mapping[int, Sequence[Finding]]) -> Data:
    """Return what staff may know beside the rules: where countries come from, and likenesses."""
    grants = Grant.objects.filter(pk__in=findings).select_related("organization", "person")
    hits = permissions.visible_hits(user).filter(
        Q(watch__user=about)
        | Q(watch__organization__in=[each.organization_id for each in grants])
        | Q(watch__sealed_for=about.pseudonym)
    )
    return {
        "country_rows": [
            {
                "holder": holder_name(grant),
                "finding": finding,
                "effect": f"country_{finding.effect.value}",
            }
            for grant in grants.order_by("pk")
            for finding in findings[grant.pk]
        ],
        "hits": list(hits.order_by("-pk")[:MOST_HITS]),
    }


def _about(action: VerdictAction, allowed: bool) -> str:
    name = shown.ACTION_NAMES[action]
    return (_("%(action)s: yes.") if allowed else _("%(action)s: no.")) % {"action": name}


def _somebody_else(request: HttpRequest, model: Model) -> User | None:
    wanted = request.GET.get("for", "")
    if not wanted:
        return None
    if not is_staff_of(request.user, model):
        raise Http404
    try:
        pseudonym = UUID(wanted)
    except ValueError:
        raise Http404 from None
    found = User.objects.filter(pseudonym=pseudonym).first()
    if found is None:
        raise Http404
    return found

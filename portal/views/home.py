"""The first page: what is released here, how far, and how to get it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from licensing.circumstances import context_of
from licensing.facts import VerdictAction
from portal import access, showing
from portal.selectors import Standing, Verdicts, all_releases, standing_of, visible
from portal.showing import Data
from releases.models import Release


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """List the models of which the visitor may see a release."""
    context = context_of(request)
    live = all_releases().filter(state__in=["sealed", "withdrawn"])
    found = visible(request.user, live, context)
    standing = standing_of([release for release, _verdicts in found], context.now)
    page = {
        "instance": settings.INSTANCE_NAME,
        "cards": [_card(group, standing) for group in _by_model(found)],
        "stages": standing.stages_of(found[0][0]) if found else [],
    }
    return render(request, "portal/home.html", page)


Found = list[tuple[Release, Verdicts]]


def _by_model(found: Found) -> list[Found]:
    """Group by model, the release that is furthest out first in each."""
    groups: dict[int, Found] = {}
    for pair in found:
        groups.setdefault(pair[0].model_id, []).append(pair)
    ordered = sorted(groups.values(), key=lambda group: str(group[0][0].model))
    return [sorted(group, key=lambda pair: _how_far(pair[0]), reverse=True) for group in ordered]


def _how_far(release: Release) -> tuple[bool, int, int]:
    position = release.stage.position if release.stage else -1
    return (release.state == "sealed", position, release.pk)


def _card(group: Found, standing: Standing) -> Data:
    release, verdicts = group[0]
    versions = ", ".join(each.version for each, _verdicts in group)
    return {
        "title": release.model.title,
        "url": release.model.get_absolute_url(),
        "text": release.model.summary,
        "stages": showing.stepper(release, standing.stages_of(release), now=standing.now),
        "hold": showing.hold(standing.holds.get(release.pk, [])),
        "meta": _("%(name)s · releases %(versions)s · shown: %(shown)s")
        % {"name": release.model, "versions": versions, "shown": release.version},
        "next": _card_step(release, verdicts),
    }


def _card_step(release: Release, verdicts: Verdicts) -> Data:
    if verdicts[access.main_action(release)].allowed:
        return {"label": _("Use it"), "url": release.get_absolute_url()}
    if verdicts[VerdictAction.APPLY].allowed:
        query = f"?model={release.model}"
        return {"label": _("Apply for access"), "url": reverse("application_new") + query}
    return {"label": _("See what it takes"), "url": release.get_absolute_url()}

"""Every rule and its result: for me, or for a person on whose behalf staff asks."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from licensing import foresight, shown
from licensing.circumstances import context_of
from licensing.facts import VerdictAction
from licensing.selectors import person_name
from licensing.verdict import Context, decide_all
from releases.models import Model
from releases.permissions import is_staff_of
from releases.selectors import release_by_name


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
    if about is not None:
        asked = Context(now=context.now, for_another=True)
        verdicts = decide_all(about, [release], context=asked)[release.pk]
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
    return render(request, "licensing/explain.html", page)


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

"""The way into an application, and what anyone may read about it beforehand."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import signed_in
from accounts.selectors import organizations_of
from common.errors import Refused
from licensing import selectors, services, shown
from licensing.asking import Asked, sections_of
from licensing.facts import Verdict, VerdictAction
from licensing.forms import HolderForm
from licensing.questions import Track
from licensing.selectors import asked
from licensing.selectors.known import known_of
from licensing.verdict import decide_all
from releases.models import Model
from releases.selectors import model_by_name


def _model_for(user: User, name: str) -> tuple[Model, Verdict]:
    """Return the model that the query names with the kindest verdict on applying for it."""
    namespace, _slash, short = name.partition("/")
    model = model_by_name(namespace[:60], short[:96]) if "\x00" not in name else None
    if model is None:
        raise Http404
    actions = [VerdictAction.SEE, VerdictAction.APPLY]
    verdicts = decide_all(user, selectors.outward_releases(model), actions).values()
    seen = [each for each in verdicts if each[VerdictAction.SEE].allowed]
    if not seen:
        raise Http404
    best = min(seen, key=lambda each: len(each[VerdictAction.APPLY].denials))
    return model, best[VerdictAction.APPLY]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def application_new(request: HttpRequest) -> HttpResponse:
    """Begin an application for `?model=namespace/name`."""
    user = signed_in(request)
    model, verdict = _model_for(user, request.GET.get("model", ""))
    form = HolderForm(
        list(organizations_of(user)),
        request.POST or None,
        safety=asked.criteria_now() is not None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            application = services.start_application(
                actor=user,
                model=model,
                organization=form.organization,
                track=form.cleaned_data["track"],
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            short = known_of(application) is not None
            page = "application_short" if short else "application_edit"
            return redirect(page, application.public_id)
    context = {
        "model": model,
        "form": form,
        "verdict": verdict,
        "shown": shown.verdict(verdict),
    }
    return render(request, "licensing/application_new.html", context)


@require_safe
def safety_research(request: HttpRequest) -> HttpResponse:
    """The criteria of safety research and the safe harbour, for everybody."""
    alone = Asked(track=Track.SAFETY, affiliated=False)
    context = {"version": asked.criteria_now(), "sections": sections_of(alone)}
    return render(request, "licensing/safety_research.html", context)

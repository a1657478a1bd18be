"""How applications are reviewed: a model's own rule, and the texts to begin messages from."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import signed_in
from licensing import deadlines, permissions, services
from licensing.review_forms import CannedTextForm, ReviewRuleForm
from licensing.selectors import reviews
from licensing.views.review_acts import done
from releases.selectors import model_by_name


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_rule(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
    """Within how many working days a model's applications are answered, and by how many people."""
    user = signed_in(request)
    model = model_by_name(namespace, name) if "\x00" not in name else None
    if model is None or not permissions.can_lead(user, model):
        raise Http404
    rule = reviews.review_rule(model)
    initial = {
        "service_days": rule.service_days if rule else None,
        "second_reviewer": rule.second_reviewer if rule else False,
    }
    form = ReviewRuleForm(request.POST or None, initial=initial)

    def act() -> None:
        services.set_review_rule(actor=user, model=model, **form.cleaned_data)

    if done(request, form, act):
        messages.success(request, _("It holds for what is sent and approved from now on."))
        return redirect("review_rule", namespace, name)
    context = {"model": model, "form": form, "usual": deadlines.service_days(None), "rule": rule}
    return render(request, "licensing/review_rule.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def canned_texts(request: HttpRequest) -> HttpResponse:
    """The texts that reviewers begin messages from, for those who lead reviews."""
    user = signed_in(request)
    if not permissions.can_manage_canned_texts(user):
        raise Http404
    form = CannedTextForm(request.POST or None)

    def act() -> None:
        services.add_canned_text(actor=user, **form.cleaned_data)

    if done(request, form, act):
        messages.success(request, _("Reviewers can begin from it now."))
        return redirect("canned_texts")
    context = {"texts": reviews.canned_texts(), "form": form}
    return render(request, "licensing/canned_texts.html", context)


@login_required
@require_POST
def canned_text_retire(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Offer a text no longer."""
    user = signed_in(request)
    canned = reviews.canned_text(public_id)
    if canned is None or not permissions.can_manage_canned_texts(user):
        raise Http404
    services.retire_canned_text(actor=user, canned=canned)
    messages.success(request, _("The text is offered no longer."))
    return redirect("canned_texts")

"""One page for somebody whom vetting knows: what they want this time, and nothing else."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.permissions import signed_in
from common.errors import Refused
from licensing import permissions, selectors, services
from licensing.section_form import SectionForm
from licensing.selectors import asked, countries
from licensing.selectors import known as reading

EDITABLE = ("draft", "returned")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def application_short(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask only what is new; show what is known, from when and until when."""
    user = signed_in(request)
    application = permissions.get_application_or_404(user, public_id)
    known = reading.known_of(application)
    if known is None or application.state not in EDITABLE:
        raise Http404
    section = reading.section_of_news(application, known)
    answers = selectors.answers_of(application)
    form = SectionForm(section, answers, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        complete = form.is_valid()
        try:
            services.save_draft(actor=user, application=application, answers=form.draft)
        except Refused as refused:
            form.add_error(None, refused.sentence)
            complete = False
        if complete:
            return redirect("application_check", public_id)
    form.say(countries.notes_for(application))
    titles = {each.key: each.title for each in asked.sections_now(application)}
    context = {
        "application": application,
        "form": form,
        "known": known,
        "sections": [
            {"title": titles[key], "url": reverse("application_section", args=[public_id, key])}
            for key in known.sections
            if key in titles
        ],
    }
    return render(request, "licensing/application_short.html", context)

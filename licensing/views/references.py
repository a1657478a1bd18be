"""Referees and signing officials: their page, the applicant's and the reviewers'."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.permissions import signed_in
from accounts.views.links import mailed_link, useless_link
from common.errors import Refused
from common.mail_links import Purpose, digest_of
from licensing import permissions, selectors, services
from licensing.models import Application, ReferenceRequest
from licensing.reference_forms import ContactForm, ReferenceForm
from licensing.selectors import references as reading


@mailed_link
def reference_open(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask whoever holds the link, without an account; once."""
    found = reading.request_by_digest(digest_of(Purpose.REFERENCE, secret), timezone.now())
    if found is None:
        sent = request.method == "POST" and "again" in request.POST
        if sent:
            services.renew_expired_reference(secret=secret)
        return useless_link(request, renewable=True, sent=sent)
    reader = request.user if isinstance(request.user, User) else None
    form = ReferenceForm(found.kind, request.POST or None)
    done = False
    if request.method == "POST" and form.is_valid():
        vouches = form.cleaned_data["vouches"] == "yes"
        try:
            services.answer_reference(secret=secret, vouches=vouches, said=form.said, reader=reader)
            done = True
        except Refused as refused:
            form.add_error(None, refused.sentence)
    application = found.application
    context = {
        "form": form,
        "done": done,
        "application": application,
        "applicant": selectors.person_name(application.applicant),
        "contact": reading.contact_of(found),
        "reader": reader,
        "is_official": found.kind == ReferenceRequest.Kind.OFFICIAL,
        "end_users": _end_users(application) if found.kind == "official" else [],
        "until": found.expires_at,
    }
    return render(request, "licensing/reference_open.html", context)


def _end_users(application: Application) -> list[str]:
    listed = selectors.answers_of(application).get("end_users") or []
    return [address for address in listed if isinstance(address, str)]


@login_required
@require_safe
def application_references(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Whom I named, who answered, and whom I can replace. Never what they said."""
    application = permissions.get_application_or_404(signed_in(request), public_id)
    context = {
        "application": application,
        "references": reading.references_of(application, with_answers=False),
        "asking": application.state in reading.ASKING_STATES,
    }
    return render(request, "licensing/application_references.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reference_replace(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Name somebody else in the place of one who does not answer."""
    user = signed_in(request)
    found = permissions.get_reference_or_404(user, public_id)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.replace_reference(actor=user, request=found, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(
                request, _("They are asked now; the former link opens nothing any more.")
            )
            return redirect("application_references", found.application.public_id)
    context = {
        "form": form,
        "application": found.application,
        "contact": reading.contact_of(found),
    }
    return render(request, "licensing/reference_replace.html", context)


@login_required
@require_POST
def reference_resend(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send the link again."""
    user = signed_in(request)
    found = permissions.get_reference_or_404(user, public_id)
    services.resend_reference(actor=user, request=found)
    messages.success(request, _("The link is on its way again; the former one opens nothing."))
    return redirect("application_references", found.application.public_id)


@login_required
@require_safe
def review_references(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What referees and officials said, for the model's reviewers."""
    user = signed_in(request)
    application = permissions.get_review_or_404(user, public_id)
    conflict = permissions.review_conflict(user, application)
    if conflict:
        raise Refused(conflict)
    context = {
        "application": application,
        "applicant": selectors.person_name(application.applicant),
        "references": reading.references_of(application, with_answers=True),
    }
    return render(request, "licensing/review_references.html", context)

"""What reviewers do with an application: one page or button an act."""

from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import signed_in
from accounts.reauthentication import ask_again
from common.errors import Refused
from licensing import permissions, selectors, services
from licensing.approve_form import ApproveForm
from licensing.forms import ReasonForm
from licensing.models import Application, CannedText
from licensing.review_forms import AssignForm, NoteForm, ReturnForm, SendBackForm
from licensing.selectors import person_name, reviews
from licensing.shown import Data
from licensing.views.queue_place import after_deciding, queue_url
from licensing.views.reviews import proposals_shown


def _act(request: HttpRequest, public_id: UUID, act: Callable[..., object]) -> HttpResponse:
    """Do what takes no more than a button."""
    user = signed_in(request)
    application = permissions.get_review_or_404(user, public_id)
    act(actor=user, application=application)
    return redirect("review_detail", public_id)


@login_required
@require_POST
def review_claim(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take an application for review."""
    return _act(request, public_id, services.claim_application)


@login_required
@require_POST
def review_release(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put an application back in the queue."""
    _act(request, public_id, services.release_claim)
    messages.success(request, _("The application is back in the queue."))
    return redirect(queue_url(request, public_id))


@login_required
@require_POST
def review_take_back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take one's own proposed approval back."""
    return _act(request, public_id, services.take_back_approval)


@login_required
@require_POST
def review_tick(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Tick the checklist as it was posted."""
    user = signed_in(request)
    application = permissions.get_review_or_404(user, public_id)
    done = request.POST.getlist("done")[:100]
    services.tick_checklist(actor=user, application=application, done=done)
    messages.success(request, _("The checklist is saved."))
    return redirect(reverse("review_detail", args=[public_id]) + "#checklist")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_note(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Write a note for the other reviewers."""
    application = permissions.get_review_or_404(signed_in(request), public_id)
    form = NoteForm(request.POST or None)

    def act() -> None:
        services.add_note(
            actor=signed_in(request), application=application, text=form.cleaned_data["note"]
        )

    if done(request, form, act):
        return redirect(reverse("review_detail", args=[public_id]) + "#notes")
    words = {
        "title": _("Write a note"),
        "lede": _("It stays with the application and is never changed."),
        "submit": _("Keep the note"),
    }
    return act_page(request, application, form, words)


def done(request: HttpRequest, form: Form, act: Callable[[], object]) -> bool:
    """Tell whether a posted form was valid and what it asks for was done."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return False
    return True


def _decided(request: HttpRequest, public_id: UUID) -> HttpResponse:
    detail = reverse("review_detail", args=[public_id])
    return redirect(after_deciding(request, public_id, detail))


def in_my_review(request: HttpRequest, public_id: UUID, state: str = "in_review") -> Application:
    """Return an application that the person has in hand. Raises Refused for another one."""
    user = signed_in(request)
    application = permissions.get_review_or_404(user, public_id)
    why_not = permissions.why_no_reviewer(user, application)
    if why_not:
        raise Refused(why_not)
    if application.state != state or application.reviewer_id != user.pk:
        raise Refused(_("Take the application from the queue first."))
    return application


def act_page(
    request: HttpRequest, application: Application, form: Form, words: Data
) -> HttpResponse:
    """Return the page of one act on an application."""
    context = {
        "application": application,
        "applicant": application.organization or person_name(application.applicant),
        "form": form,
        "back": reverse("review_detail", args=[application.public_id]),
        "queue_url": queue_url(request, application.public_id),
        "tone": "primary",
        **words,
    }
    return render(request, "licensing/review_act.html", context)


def _canned(request: HttpRequest, kind: str) -> tuple[list[Data], str]:
    """Return the texts to begin from, and the one that was chosen."""
    found = reviews.canned_texts(kind)
    chosen = request.GET.get("text", "")
    begun = next((each.text for each in found if str(each.public_id) == chosen), "")
    links = [
        {"title": each.title, "url": f"?{urlencode({'text': str(each.public_id)})}"}
        for each in found
    ]
    return links, begun


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_return(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send an application back with questions."""
    application = in_my_review(request, public_id)
    canned, begun = _canned(request, CannedText.Kind.RETURN)
    form = ReturnForm(request.POST or None, initial={"message": begun})

    def act() -> None:
        services.return_application(
            actor=signed_in(request), application=application, **form.cleaned_data
        )

    if done(request, form, act):
        messages.success(request, _("The application went back to the applicant."))
        return redirect(after_deciding(request, public_id))
    words = {
        "title": _("Return with questions"),
        "lede": _("The applicant answers and sends it again; it comes back to you."),
        "submit": _("Return to the applicant"),
        "canned": canned,
    }
    return act_page(request, application, form, words)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_decline(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Decline an application, with the reason that the applicant reads."""
    application = in_my_review(request, public_id)
    canned, begun = _canned(request, CannedText.Kind.DECLINE)
    form = ReasonForm(request.POST or None, initial={"reason": begun})

    def act() -> None:
        services.decline_application(
            actor=signed_in(request), application=application, reason=form.cleaned_data["reason"]
        )

    if done(request, form, act):
        messages.success(request, _("The application was declined; the applicant is told."))
        return redirect(after_deciding(request, public_id))
    words = {
        "title": _("Decline"),
        "lede": _(
            "The applicant reads the reason. They can appeal once, to somebody else, and apply "
            "again when things have changed."
        ),
        "submit": _("Decline the application"),
        "tone": "danger",
        "canned": canned,
    }
    return act_page(request, application, form, words)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_approve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Approve an application, at most as asked, or propose it to a second reviewer."""
    application = in_my_review(request, public_id)
    if (asking := ask_again(request)) is not None:
        return asking
    needed = selectors.tier_required(application.model)
    form = ApproveForm(
        application, selectors.nameable_users(application), needed, request.POST or None
    )
    always = reviews.why_second(application, needed=needed)

    def act() -> None:
        given = {"actor": signed_in(request), "application": application, **form.granted()}
        if reviews.why_second(application, given["tier"], given["named_users"], given["modes"]):
            grounds = form.cleaned_data["grounds"]
            services.propose_approval(**given, grounds=grounds)
        else:
            services.approve_application(**given)

    if done(request, form, act):
        application.refresh_from_db()
        if application.state == "awaiting_second":
            messages.success(request, _("A second reviewer is asked to confirm it."))
            return _decided(request, public_id)
        messages.success(request, _("The application is approved; the applicant is told."))
        grant = reverse("grant_detail", args=[application.grant.public_id])
        return redirect(after_deciding(request, public_id, grant))
    lede = _("Grant what was asked for, or less. The applicant is told what they got.")
    if always:
        lede = _("A second reviewer must confirm it: %(why)s") % {"why": always}
    words = {
        "title": _("Approve"),
        "lede": lede,
        "submit": _("Ask a second reviewer") if always else _("Approve the application"),
    }
    return act_page(request, application, form, words)


def _to_confirm(request: HttpRequest, public_id: UUID) -> Application:
    """Return an application that waits for the person as its second reviewer."""
    user = signed_in(request)
    application = permissions.get_review_or_404(user, public_id)
    why_not = permissions.why_no_reviewer(user, application)
    if why_not:
        raise Refused(why_not)
    if application.state != "awaiting_second":
        raise Refused(_("This application does not wait for a second reviewer."))
    if application.reviewer_id == user.pk:
        raise Refused(_("You proposed this yourself; a second reviewer answers it."))
    return application


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_confirm(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Confirm, as the second reviewer, what the first one proposed."""
    application = _to_confirm(request, public_id)
    if (asking := ask_again(request)) is not None:
        return asking
    form = Form(request.POST if request.method == "POST" else None)

    def act() -> None:
        services.confirm_approval(actor=signed_in(request), application=application)

    if done(request, form, act):
        messages.success(request, _("The application is approved; the applicant is told."))
        return _decided(request, public_id)
    words = {
        "title": _("Confirm the approval"),
        "lede": _("You have read the application yourself and grant exactly what was proposed."),
        "submit": _("Confirm and approve"),
        "proposal": proposals_shown(application)[0],
    }
    return act_page(request, application, form, words)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_send_back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a proposed approval back to the first reviewer."""
    application = _to_confirm(request, public_id)
    form = SendBackForm(request.POST or None)

    def act() -> None:
        services.send_back_approval(
            actor=signed_in(request), application=application, reason=form.cleaned_data["reason"]
        )

    if done(request, form, act):
        messages.success(request, _("The first reviewer has it again, with your reason."))
        return _decided(request, public_id)
    words = {
        "title": _("Send back to the first reviewer"),
        "lede": _("Nothing is granted. The first reviewer decides again, with what you say."),
        "submit": _("Send it back"),
    }
    return act_page(request, application, form, words)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_assign(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give an application to a reviewer, also one that somebody has who is away."""
    user = signed_in(request)
    application = permissions.get_review_or_404(user, public_id)
    if not permissions.can_lead(user, application.model):
        raise Refused(_("Reviewers are assigned by whoever leads the reviews of this model."))
    form = AssignForm(permissions.possible_reviewers(application), request.POST or None)

    def act() -> None:
        services.assign_application(
            actor=user,
            application=application,
            reviewer=form.people[form.cleaned_data["reviewer"]],
            reason=form.cleaned_data["reason"],
        )

    if done(request, form, act):
        messages.success(request, _("The reviewer is told."))
        return redirect("review_detail", public_id)
    words = {
        "title": _("Assign a reviewer"),
        "lede": _("Whoever has it now is told too, with the reason."),
        "submit": _("Assign"),
    }
    return act_page(request, application, form, words)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_uphold(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let a decline stand on appeal."""
    return _judge(
        request,
        public_id,
        services.uphold_decline,
        {
            "title": _("Let the decline stand"),
            "lede": _("This is the last word on the application. The applicant reads the reason."),
            "submit": _("Let it stand"),
            "tone": "danger",
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_overturn(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Overturn a decline on appeal."""
    return _judge(
        request,
        public_id,
        services.overturn_decline,
        {
            "title": _("Overturn the decline"),
            "lede": _(
                "The application is in review again, by you: approve it, return it with "
                "questions, or put it back in the queue for somebody who did not decide before."
            ),
            "submit": _("Overturn the decline"),
        },
    )


def _judge(
    request: HttpRequest, public_id: UUID, judge: Callable[..., object], words: Data
) -> HttpResponse:
    application = in_my_review(request, public_id, "appealed")
    form = ReasonForm(request.POST or None)

    def act() -> None:
        judge(actor=signed_in(request), application=application, reason=form.cleaned_data["reason"])

    if done(request, form, act):
        messages.success(request, _("The appeal is decided; both sides are told."))
        application.refresh_from_db(fields=["state"])
        if application.state == "in_review":
            return redirect("review_detail", public_id)
        return _decided(request, public_id)
    return act_page(request, application, form, words)

"""Writing agreements, as the holder of a legal seat: drafts, publishing, withdrawing, retiring."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import signed_in
from accounts.reauthentication import proven_again
from common.comparison import compare
from common.errors import Refused
from licensing import clauses, permissions, services
from licensing.duties import Consequence, DutyKind, parse, with_section
from licensing.forms import ReasonForm
from licensing.models import Mode, Terms, TermsDraft, TermsVersion
from licensing.selectors import agreements, duties
from licensing.shown import Data
from licensing.terms_forms import DraftForm, PublishForm
from licensing.versions import Change
from licensing.views.terms import MOST_NUMBER, clauses_shown

GET_OR_POST = ["GET", "HEAD", "POST"]


def _legal(request: HttpRequest) -> User:
    user = signed_in(request)
    if not permissions.can_publish_terms(user):
        raise PermissionDenied(_("Only the holder of a legal seat publishes terms."))
    return user


@login_required
@require_http_methods(GET_OR_POST)
def draft_new(request: HttpRequest) -> HttpResponse:
    """Begin a draft. `?slug=` begins with the text in force, or goes on with the draft of it."""
    user = _legal(request)
    slug = request.GET.get("slug", "").replace("\x00", "")[:60]
    present = agreements.open_draft(slug)
    if present is not None:
        return redirect("terms_draft", present.pk)
    former = agreements.versions_in_force([slug]).get(slug)
    initial: Data = {}
    if former is not None:
        initial = {
            "slug": slug,
            "title": former.title or former.terms.title,
            "text": former.own_text,
            "organization_signs": former.organization_signs,
            "duties": former.duties,
        }
    form = DraftForm(_posted(request), None, initial)
    if request.method == "POST" and form.is_valid():
        draft = _saved(user, form, None)
        if draft is not None:
            messages.success(request, _("The draft is saved. Nobody else can read it yet."))
            return redirect("terms_draft", draft.pk)
    return render(request, "licensing/terms_draft.html", {"form": form, "draft": None})


@login_required
@require_http_methods(GET_OR_POST)
def draft_edit(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Write on a draft, and see it as it will be shown, with what changes."""
    user = _legal(request)
    draft = permissions.get_draft_or_404(user, draft_id)
    initial: Data = {
        "title": draft.title,
        "text": draft.text,
        "change": draft.change,
        "grace_days": draft.grace_days,
        "organization_signs": draft.organization_signs,
        "duties": draft.duties,
    }
    form = DraftForm(_posted(request), draft, initial)
    if request.method == "POST" and form.is_valid() and _saved(user, form, draft) is not None:
        messages.success(request, _("The draft is saved."))
        return redirect("terms_draft", draft.pk)
    context = {"form": form, "draft": draft, **_preview(draft)}
    return render(request, "licensing/terms_draft.html", context)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _saved(user: User, form: DraftForm, draft: TermsDraft | None) -> TermsDraft | None:
    data: dict[str, Any] = dict(form.cleaned_data)
    if draft is not None:
        data["slug"] = draft.slug
    try:
        return services.save_terms_draft(actor=user, draft=draft, **data)
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return None


def _preview(draft: TermsDraft) -> Data:
    text = with_section(draft.text, parse(draft.duties))
    html, tagged = clauses.read(text)
    former = agreements.versions_in_force([draft.slug]).get(draft.slug)
    return {
        "html": html,
        "clauses": clauses_shown([clause.data() for clause in tagged]),
        "former": former,
        "changes": compare(former.text, text) if former else [],
    }


@login_required
@require_http_methods(GET_OR_POST)
def draft_publish(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Publish a draft, at once or at a date."""
    draft = permissions.get_draft_or_404(_legal(request), draft_id)
    return proven_again(_publish)(request, draft)


def _publish(request: HttpRequest, draft: TermsDraft) -> HttpResponse:
    user = signed_in(request)
    form = PublishForm(_posted(request), draft.slug)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            version = services.publish_terms_draft(
                actor=user, draft=draft, in_force_at=form.cleaned_data["in_force_at"]
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(request, _published(version))
            return redirect("terms_version", draft.slug, version.number)
    former = agreements.versions_in_force([draft.slug]).get(draft.slug)
    confirm = {
        "title": _("Publish “%(title)s”") % {"title": draft.title},
        "lede": _("As version %(number)s.") % {"number": _next_number(draft)},
        "effects": [*_effects(draft, former), *_duties_added(draft, former)],
        "affected": [
            *([_accepted(former)] if former else []),
            *(
                _("The stage “%(stage)s” of the ladder %(ladder)s asks for it.")
                % {"stage": stage.name, "ladder": stage.ladder}
                for stage in agreements.stages_naming(draft.slug)[:20]
            ),
        ],
        "affected_title": _("Whom it concerns, and where it is asked for"),
        "warning": _("This cannot be undone."),
        "word": draft.slug,
        "submit": _("Publish"),
        "cancel_url": reverse("terms_draft", args=[draft.pk]),
        "tone": "danger",
    }
    context = {"confirm": confirm, "form": form}
    return render(request, "licensing/terms_confirm.html", context, status=status)


def _published(version: TermsVersion) -> str:
    if version.in_force_at > timezone.now():
        return _("Version %(number)s comes into force on %(when)s.") % {
            "number": version.number,
            "when": formats.date_format(timezone.localtime(version.in_force_at), "j M Y, H:i e"),
        }
    return _("Version %(number)s is in force.") % {"number": version.number}


def _next_number(draft: TermsDraft) -> int:
    newest = TermsVersion.objects.filter(terms__slug=draft.slug).order_by("-number").first()
    return newest.number + 1 if newest else 1


def _accepted(former: TermsVersion) -> str:
    people, organizations = agreements.accepted_by(former)
    return _("Version %(number)s was accepted by %(people)s and signed for %(organizations)s.") % {
        "number": former.number,
        "people": ngettext("%(count)s person", "%(count)s people", people) % {"count": people},
        "organizations": ngettext(
            "%(count)s organisation", "%(count)s organisations", organizations
        )
        % {"count": organizations},
    }


def _effects(draft: TermsDraft, former: TermsVersion | None) -> list[str]:
    effects = [
        _("The text and its digest are fixed for good. A correction is another version."),
    ]
    if former is None:
        return [*effects, _("Whoever a stage asks for it must accept it before the next access.")]
    if draft.change == Change.EDITORIAL:
        return [*effects, _("What was accepted before still counts. Nobody is asked again.")]
    if not draft.grace_days:
        return [*effects, _("Whoever accepted an earlier version has no access until they accept.")]
    return [
        *effects,
        _(
            "Whoever accepted the version in force is told by e-mail, and again a week and a day "
            "before the end."
        ),
        _(
            "For %(days)s days from then on they keep their access; after that it stops until they "
            "accept."
        )
        % {"days": draft.grace_days},
    ]


def _duties_added(draft: TermsDraft, former: TermsVersion | None) -> list[str]:
    """Return, of each duty that would be new or another, whom it would bind and what it stops."""
    known = former.declared if former is not None else ()
    lines = []
    for duty in parse(draft.duties):
        if duty in known:
            continue
        modes = list(Mode.values) if duty.kind == DutyKind.ATTEST_USE else [Mode.WEIGHTS.value]
        grants, people = duties.grants_that_would_owe(draft.slug, modes)
        words = {
            "duty": DutyKind(duty.kind).label,
            "grants": ngettext("%(count)d grant in use", "%(count)d grants in use", grants)
            % {"count": grants},
            "people": ngettext("%(count)d person", "%(count)d people", people) % {"count": people},
        }
        sentence = _(
            "New duty “%(duty)s”: it binds %(grants)s today (%(people)s named), once the holder "
            "has accepted this version."
        )
        if duty.consequence == Consequence.STOP:
            sentence = _(
                "New duty “%(duty)s”: it binds %(grants)s today (%(people)s named), once the "
                "holder has accepted this version. Access of each of these stops when it is "
                "overdue, until it is done."
            )
        lines.append(sentence % words)
    return lines


@login_required
@require_http_methods(GET_OR_POST)
def draft_discard(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Put a draft away, after asking: nobody gets it back."""
    user = _legal(request)
    draft = permissions.get_draft_or_404(user, draft_id)
    if request.method == "POST":
        services.discard_terms_draft(actor=user, draft=draft)
        done = _("The draft of “%(title)s” is put away.") % {"title": draft.title}
        messages.success(request, done)
        return redirect("terms_list")
    confirm = {
        "title": _("Put the draft of “%(title)s” away?") % {"title": draft.title},
        "effects": [
            _("Its text is not shown any more, and cannot be taken up again."),
            _("What is in force stays as it is."),
        ],
        "submit": _("Put the draft away"),
        "cancel_url": reverse("terms_draft", args=[draft.pk]),
    }
    return render(request, "licensing/terms_confirm.html", {"confirm": confirm, "form": Form()})


@login_required
@require_http_methods(GET_OR_POST)
def version_withdraw(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take back a version that is not in force yet."""
    user = _legal(request)
    if number > MOST_NUMBER:
        raise Http404
    versions = TermsVersion.objects.select_related("terms")
    version = get_object_or_404(versions, terms__slug=slug, number=number)
    return _with_reason(
        request,
        lambda reason: services.withdraw_terms_version(actor=user, version=version, reason=reason),
        title=_("Withdraw version %(number)s") % {"number": number},
        effects=[
            _("It does not come into force. Its number and its text stay on record."),
            _("Another version can be published from then on."),
        ],
        done=_("Version %(number)s is withdrawn.") % {"number": number},
        back=reverse("terms_version", args=[slug, number]),
    )


@login_required
@require_http_methods(GET_OR_POST)
def terms_retire(request: HttpRequest, slug: str) -> HttpResponse:
    """End an agreement that no stage names."""
    user = _legal(request)
    terms = get_object_or_404(Terms, slug=slug)
    return _with_reason(
        request,
        lambda reason: services.retire_terms(actor=user, terms=terms, reason=reason),
        title=_("Retire “%(title)s”") % {"title": terms.title},
        effects=[
            _("Nobody can accept it any more. Its versions and acceptances stay readable."),
            _("Its short name cannot be used again."),
        ],
        done=_("“%(title)s” is retired.") % {"title": terms.title},
        back=reverse("terms_detail", args=[slug]),
    )


def _with_reason(
    request: HttpRequest,
    act: Callable[[str], object],
    *,
    title: str,
    effects: list[str],
    done: str,
    back: str,
) -> HttpResponse:
    form = ReasonForm(_posted(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(request, done)
            return redirect(back)
    confirm = {
        "title": title,
        "effects": effects,
        "warning": _("This cannot be undone."),
        "submit": title,
        "cancel_url": back,
        "tone": "danger",
    }
    context = {"confirm": confirm, "form": form}
    return render(request, "licensing/terms_confirm.html", context, status=status)

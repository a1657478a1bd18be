"""Accepting terms: the text itself, what stands below it, and the receipt afterwards."""

import hashlib
import json
import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Organization, User
from accounts.permissions import signed_in
from accounts.selectors import organizations_of
from audit import personal
from common.client_address import client_address
from common.comparison import compare
from common.errors import Refused
from licensing import permissions, selectors, services
from licensing.facts import VerdictAction
from licensing.models import Grant, Terms, TermsVersion
from licensing.receipt import schema
from licensing.selectors import agreements
from licensing.shown import Data
from licensing.terms_forms import AcceptForm, Displayed
from licensing.terms_gathering import terms_url
from licensing.verdict import decide_many
from licensing.views.terms import clauses_shown
from licensing.witness import Witness
from releases.models import Model
from releases.selectors import model_by_name


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def terms_accept(request: HttpRequest, slug: str) -> HttpResponse:
    """The text itself, and below it the sentence, the ticks, the name and two buttons."""
    user = signed_in(request)
    terms = get_object_or_404(Terms, slug=slug, retired_at__isnull=True)
    version = agreements.version_in_force(terms)
    if version is None:
        raise Http404
    model = _model(user, request.GET.get("model", ""))
    organization = None
    if request.GET.get("organization"):
        organization = permissions.organization_of_or_404(user, request.GET["organization"])
    may_sign = organization is not None and agreements.may_sign(user, organization)
    official = request.GET.get("as") == "official"
    if official and not may_sign:
        raise Http404
    version.terms = terms
    former = agreements.former_acceptance(user, version, organization, official=official)
    displayed = Displayed(
        version=version.pk,
        user=user.pk,
        organization=organization.pk if organization else None,
        official=official,
        diff=former is not None,
        at=timezone.now(),
    )
    authority = _authority(organization) if official else ""
    data = request.POST if request.method == "POST" else None
    form = AcceptForm(data, version, displayed, authority=authority)
    consent = _consent(version, organization, official=official)
    if request.method == "POST":
        done = _answer(request, user, version, organization, model, consent, form, displayed)
        if done is not None:
            return done
    until = agreements.counts_until(former.version, displayed.at) if former else None
    context = {
        "terms": terms,
        "version": version,
        "clauses": clauses_shown(version.risky),
        "model": model,
        "organization": organization,
        "official": official,
        "holders": _holders(user, terms, model, organization, official=official, signs=may_sign),
        "form": form,
        "consent": consent,
        "former": former,
        "former_until": until,
        "former_ended": until is not None and until <= displayed.at,
        "changes": compare(former.version.text, version.text) if former else [],
        "accepted": agreements.acceptance_of(user, version, organization, official=official),
    }
    return render(request, "licensing/terms_accept.html", context)


def _model(user: User, name: str) -> Model | None:
    """Return the model that the query names, if the person may know of it."""
    if not name:
        return None
    namespace, _slash, short = name.partition("/")
    model = model_by_name(namespace, short) if "\x00" not in name and len(name) < 200 else None
    if model is None:
        raise Http404
    seen = decide_many(user, selectors.outward_releases(model), VerdictAction.SEE).values()
    if not any(verdict.allowed for verdict in seen):
        raise Http404
    return model


def _consent(version: TermsVersion, organization: Organization | None, *, official: bool) -> Data:
    """Return the sentence above the button and the button's label, as they will be kept."""
    words = {"title": version.title or version.terms.title, "number": version.number}
    if organization is None:
        sentence = _(
            "By typing your name and pressing “I agree” you enter into a binding agreement: you "
            "agree, for yourself, to the whole text of “%(title)s”, version %(number)s, above."
        )
        return {"sentence": sentence % words, "button": _("I agree")}
    words["organization"] = organization.name
    if official:
        sentence = _(
            "By typing your name and pressing “I sign for the organisation” you bind "
            "%(organization)s: you agree, on its behalf, to the whole text of “%(title)s”, version "
            "%(number)s, above."
        )
        return {"sentence": sentence % words, "button": _("I sign for the organisation")}
    sentence = _(
        "By typing your name and pressing “I agree” you enter into a binding agreement: you "
        "agree, as a user within %(organization)s, to the whole text of “%(title)s”, version "
        "%(number)s, above."
    )
    return {"sentence": sentence % words, "button": _("I agree")}


def _authority(organization: Organization | None) -> str:
    return _("I am authorised to bind %(organization)s to agreements of this kind.") % {
        "organization": organization
    }


def _answer(
    request: HttpRequest,
    user: User,
    version: TermsVersion,
    organization: Organization | None,
    model: Model | None,
    consent: Data,
    form: AcceptForm,
    displayed: Displayed,
) -> HttpResponse | None:
    """Accept or decline as the person answered; None shows the page again with what is wrong."""
    declines = request.POST.get("decision") == "decline"
    if not form.is_valid() and not declines:
        return None
    try:
        read = _read(form, version, displayed)
        if declines:
            services.decline_terms(
                actor=user,
                version=version,
                organization=organization,
                official=read.official,
                witness=_witness(request, form, read),
            )
        else:
            services.accept_terms(
                actor=user,
                version=version,
                organization=organization,
                official=read.official,
                authority=_authority(organization) if form.cleaned_data.get("authority") else "",
                typed_name=form.cleaned_data["typed_name"],
                consent=f"{consent['sentence']} [{consent['button']}]",
                ticks=form.ticks,
                witness=_witness(request, form, read),
                model=model,
            )
    except Refused as refused:
        if declines:
            form.errors.clear()
        form.add_error(None, refused.sentence)
        return None
    words = {"title": version.title or version.terms.title, "number": version.number}
    if declines:
        messages.info(
            request,
            _("You declined “%(title)s”, version %(number)s. Nothing else has changed.") % words,
        )
        return redirect("terms_detail", version.terms.slug)
    messages.success(
        request,
        _("You accepted “%(title)s”, version %(number)s. A copy is on its way to you by e-mail.")
        % words,
    )
    return redirect(_after(request, user, model, organization, version, official=read.official))


def _read(form: AcceptForm, version: TermsVersion, displayed: Displayed) -> Displayed:
    """Return what the person had before them; refused where it was something else."""
    read = form.read
    if read is None:
        raise Refused(_("This page stood open for too long. The text is shown anew; read it."))
    if read.version != displayed.version:
        raise Refused(
            _("The terms changed while you read. Version %(number)s is shown now; read it first.")
            % {"number": version.number}
        )
    if not read.is_of(displayed):
        raise Refused(_("This page was shown to somebody else, or for another holder. Read it."))
    return read


def _witness(request: HttpRequest, form: AcceptForm, read: Displayed) -> Witness:
    return replace(
        witness_of(request), displayed_at=read.at, browser=form.browser, diff_shown=read.diff
    )


def witness_of(request: HttpRequest) -> Witness:
    """Return what the portal itself sees around a statement that somebody signs."""
    session = request.session.session_key or ""
    return Witness(
        address=client_address(request),
        agent=request.headers.get("User-Agent", ""),
        host=request.get_host(),
        locale=get_language() or "",
        session_sha256=hashlib.sha256(session.encode()).hexdigest() if session else "",
        second_factor=_second_factor(request),
    )


def _second_factor(request: HttpRequest) -> dict[str, Any]:
    """Return which second factor was proved last in this session, and how long ago."""
    for entry in reversed(get_authentication_records(request)):
        if entry.get("method") == "mfa":
            age = int(time.time() - entry.get("at", 0))
            return {"type": str(entry.get("type", "")), "age_seconds": age}
    return {}


def _after(
    request: HttpRequest,
    user: User,
    model: Model | None,
    organization: Organization | None,
    version: TermsVersion,
    *,
    official: bool,
) -> str:
    """Go on with the next terms that the model asks for, or to the grant."""
    if model is None:
        done = agreements.acceptance_of(user, version, organization, official=official)
        return reverse("acceptance_detail", args=[done.public_id]) if done else request.path
    left = agreements.left_to_accept(user, model, organization, official=official)
    organization_id = organization.pk if organization else None
    if left:
        return terms_url(left[0], str(model), organization_id, official=official)
    person = None if organization else user
    grant: Grant | None = selectors.live_grant(model, organization, person)
    if grant is not None and permissions.standing_on(user, grant).sees:
        return reverse("grant_detail", args=[grant.public_id])
    return reverse("terms_detail", args=[version.terms.slug])


def _holders(
    user: User,
    terms: Terms,
    model: Model | None,
    chosen: Organization | None,
    *,
    official: bool,
    signs: bool,
) -> list[Data]:
    """Return the ways in which this person can accept: for themselves, or within each place."""
    places: list[Organization | None] = [None, *organizations_of(user)]
    if len(places) == 1:
        return []
    name = str(model) if model else ""
    tabs = []
    for place in places:
        key = place.pk if place else None
        tabs.append(
            {
                "label": place.name if place else _("For myself"),
                "url": terms_url(terms.slug, name, key),
                "current": place == chosen and not official,
            }
        )
        if place is not None and place == chosen and signs:
            tabs.append(
                {
                    "label": _("Sign for %(organization)s") % {"organization": place.name},
                    "url": terms_url(terms.slug, name, key, official=True),
                    "current": official,
                }
            )
    return tabs


@login_required
@require_safe
def acceptance_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What somebody agreed to, the evidence of it, and the signed receipt."""
    user = signed_in(request)
    acceptance = permissions.get_acceptance_or_404(user, public_id)
    name = nonce = ""
    if acceptance.user_id == user.pk:
        name, nonce = personal.unseal_many(
            (user.pseudonym, sealed) for sealed in (acceptance.sealed_name, acceptance.sealed_nonce)
        )
    context = {
        "acceptance": acceptance,
        "version": acceptance.version,
        "terms": acceptance.version.terms,
        "own": acceptance.user_id == user.pk,
        "person": selectors.person_name(acceptance.user),
        "name": name,
        "nonce": nonce if acceptance.name_commitment else "",
        "receipt": agreements.receipt_of(acceptance),
        "keys_url": settings.BASE_URL.rstrip("/") + "/keys/",
    }
    return render(request, "licensing/acceptance_detail.html", context)


@login_required
@require_safe
def acceptance_receipt(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send the signed receipt as it was stored."""
    acceptance = permissions.get_acceptance_or_404(signed_in(request), public_id)
    receipt = agreements.receipt_of(acceptance)
    if receipt is None:
        raise Http404
    response = HttpResponse(receipt.file, content_type="application/json")
    name = f"receipt-{acceptance.public_id}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def receipt_schema(_request: HttpRequest) -> HttpResponse:
    """Say what a receipt holds, at the address that is its type."""
    address = settings.BASE_URL.rstrip("/") + reverse("receipt_schema")
    return HttpResponse(
        json.dumps(schema(address), indent=1), content_type="application/schema+json"
    )


@login_required
@require_safe
def acceptance_list(request: HttpRequest) -> HttpResponse:
    """What the person agreed to, the newest first; pages by key."""
    user = signed_in(request)
    before = request.GET.get("before", "")
    key = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    rows = agreements.acceptances_of(user, before=key)
    page, more = rows[: agreements.PAGE], len(rows) > agreements.PAGE
    next_url = f"{request.path}?{urlencode({'before': page[-1].pk})}" if more else ""
    return render(request, "licensing/acceptance_list.html", {"rows": page, "next_url": next_url})

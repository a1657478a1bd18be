"""Terms: reading them, accepting them, publishing them."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Organization, User
from accounts.permissions import signed_in
from accounts.selectors import organizations_of
from common.client_address import client_address
from common.errors import Refused
from licensing import permissions, selectors, services
from licensing.facts import VerdictAction
from licensing.forms import AcceptForm, PublishForm
from licensing.models import Acceptance, Grant, Terms, TermsVersion
from licensing.selectors import person_name
from licensing.shown import Data
from licensing.verdict import decide_many, terms_url
from releases.models import Model
from releases.selectors import model_by_name


@require_safe
def terms_list(request: HttpRequest) -> HttpResponse:
    """Every agreement of this portal; anyone may read them."""
    context = {
        "terms": list(selectors.all_terms()),
        "can_publish": permissions.can_publish_terms(request.user),
    }
    return render(request, "licensing/terms_list.html", context)


@require_safe
def terms_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The version in force, and those before it."""
    terms = get_object_or_404(Terms, slug=slug)
    versions = list(terms.versions.defer("text", "html"))
    if not versions:
        raise Http404
    return _show(request, terms, versions, versions[0].number)


@require_safe
def terms_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One version, as it was published."""
    terms = get_object_or_404(Terms, slug=slug)
    return _show(request, terms, list(terms.versions.defer("text", "html")), number)


def _show(
    request: HttpRequest, terms: Terms, versions: list[TermsVersion], number: int
) -> HttpResponse:
    if number > 2_000_000_000:
        raise Http404
    shown = get_object_or_404(
        TermsVersion.objects.select_related("published_by"), terms=terms, number=number
    )
    accepted = []
    if isinstance(request.user, User):
        accepted = list(
            Acceptance.objects.filter(user=request.user, version__terms=terms)
            .select_related("version", "organization")
            .order_by("-pk")[:20]
        )
    context = {
        "terms": terms,
        "version": shown,
        "versions": versions,
        "newest": versions[0].number,
        "publisher": person_name(shown.published_by) or _("the operator"),
        "accepted": accepted,
        "can_publish": permissions.can_publish_terms(request.user),
    }
    return render(request, "licensing/terms_detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def terms_accept(request: HttpRequest, slug: str) -> HttpResponse:
    """The text itself, and below it the sentence, the name and the button."""
    user = signed_in(request)
    terms = get_object_or_404(Terms, slug=slug)
    version = selectors.version_in_force(terms)
    if version is None:
        raise Http404
    model = _model(user, request.GET.get("model", ""))
    organization = None
    if request.GET.get("organization"):
        organization = permissions.organization_of_or_404(user, request.GET["organization"])
    form = AcceptForm(_posted(request), version.number)
    consent = _consent(version, organization)
    if request.method == "POST" and form.is_valid():
        try:
            _accept(request, user, version, organization, model, consent, form)
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            return redirect(_after(request, user, model, organization))
    context = {
        "terms": terms,
        "version": version,
        "model": model,
        "organization": organization,
        "holders": _holders(user, terms, model, organization),
        "form": form,
        "consent": consent,
        "accepted": selectors.acceptance_of(user, version, organization),
    }
    return render(request, "licensing/terms_accept.html", context)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


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


def _consent(version: TermsVersion, organization: Organization | None) -> Data:
    """Return the sentence above the button and the button's label, as they will be kept."""
    words = {"title": version.terms.title, "number": version.number}
    if organization is None:
        sentence = _(
            "By typing your name and pressing “I agree” you enter into a binding agreement: you "
            "agree, for yourself, to the whole text of “%(title)s”, version %(number)s, above."
        )
    else:
        words["organization"] = organization.name
        sentence = _(
            "By typing your name and pressing “I agree” you enter into a binding agreement: you "
            "agree, as a user within %(organization)s, to the whole text of “%(title)s”, version "
            "%(number)s, above."
        )
    return {"sentence": sentence % words, "button": _("I agree")}


def _accept(
    request: HttpRequest,
    user: User,
    version: TermsVersion,
    organization: Organization | None,
    model: Model | None,
    consent: Data,
    form: AcceptForm,
) -> None:
    if form.read != version.number:
        raise Refused(
            _("The terms changed while you read. Version %(number)s is shown now; read it first.")
            % {"number": version.number}
        )
    services.accept_terms(
        actor=user,
        version=version,
        organization=organization,
        typed_name=form.cleaned_data["typed_name"],
        consent=f"{consent['sentence']} [{consent['button']}]",
        address=client_address(request),
        agent=request.headers.get("User-Agent", ""),
        model=model,
    )
    messages.success(
        request,
        _("You accepted “%(title)s”, version %(number)s. A copy is on its way to you by e-mail.")
        % {"title": version.terms.title, "number": version.number},
    )


def _after(
    request: HttpRequest, user: User, model: Model | None, organization: Organization | None
) -> str:
    """Go on with the next terms that the model asks for, or to the grant."""
    if model is None:
        return request.path.removesuffix("accept/")
    stages = [release.stage for release in selectors.outward_releases(model) if release.stage]
    slugs = list(dict.fromkeys(slug for stage in stages for slug in stage.terms))
    for slug, version in selectors.versions_in_force(slugs).items():
        if selectors.acceptance_of(user, version, organization) is None:
            return terms_url(slug, str(model), organization.pk if organization else None)
    person = None if organization else user
    grant: Grant | None = selectors.live_grant(model, organization, person)
    if grant is not None and permissions.standing_on(user, grant).sees:
        return reverse("grant_detail", args=[grant.public_id])
    return request.path.removesuffix("accept/")


def _holders(
    user: User, terms: Terms, model: Model | None, chosen: Organization | None
) -> list[Data]:
    """Return the ways in which this person can accept: for themselves, or within each place."""
    places: list[Organization | None] = [None, *organizations_of(user)]
    if len(places) == 1:
        return []
    tabs = []
    for place in places:
        query = {"model": str(model)} if model else {}
        if place is not None:
            query["organization"] = str(place.pk)
        tabs.append(
            {
                "label": place.name if place else _("For myself"),
                "url": f"{reverse('terms_accept', args=[terms.slug])}?{urlencode(query)}",
                "current": place == chosen,
            }
        )
    return tabs


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def terms_publish(request: HttpRequest) -> HttpResponse:
    """Publish a version, as the holder of a legal seat. `?slug=` begins with the text in force."""
    user = signed_in(request)
    if not permissions.can_publish_terms(user):
        raise PermissionDenied(_("Only the holder of a legal seat publishes terms."))
    former = selectors.versions_in_force([request.GET.get("slug", "").replace("\x00", "")])
    initial = {}
    for version in former.values():
        initial = {"slug": version.terms.slug, "title": version.terms.title, "text": version.text}
    form = PublishForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            published = services.publish_terms(
                actor=user, slug=data["slug"], title=data["title"], text=data["text"]
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(
                request, _("Version %(number)s is in force.") % {"number": published.number}
            )
            return redirect("terms_detail", published.terms.slug)
    confirm = {
        "title": _("Publish terms"),
        "lede": _("A version is in force as soon as it is published."),
        "effects": [
            _("The text and its digest are fixed for good. A correction is another version."),
            _("Whoever accepted an earlier version must accept this one before the next access."),
        ],
        "warning": _("This cannot be undone."),
        "submit": _("Publish"),
        "cancel_url": reverse("terms_list"),
        "tone": "danger",
    }
    return render(request, "licensing/terms_publish.html", {"confirm": confirm, "form": form})

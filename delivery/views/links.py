"""Links to files without a token: made and listed on one page, opened by any program."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.permissions import signed_in
from common.errors import Refused
from delivery import services
from delivery.callers import bearer_of
from delivery.commands import File, aria2_input, curl_command
from delivery.forms import LinkForm
from delivery.models import Link
from delivery.refusals import absolute
from delivery.selectors import link_by_secret, links_of
from delivery.serving import serve
from licensing import shown
from licensing.circumstances import context_of
from licensing.facts import VerdictAction
from licensing.verdict import decide_all
from releases.models import Release
from releases.selectors import artifacts_of, release_by_name

SHOWN_LINKS = 100
MadeLinks = list[tuple[Link, str]]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def release_links(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """Make links to the files of a release, and list one's own.

    The secrets are part of the answer to the POST and are kept nowhere.
    """
    user = signed_in(request)
    release = release_by_name(namespace, name, version)
    if release is None:
        raise Http404
    context = context_of(request)
    actions = (VerdictAction.SEE, VerdictAction.DOWNLOAD)
    verdicts = decide_all(user, [release], actions, context)[release.pk]
    if not verdicts[VerdictAction.SEE].allowed:
        raise Http404
    verdict = verdicts[VerdictAction.DOWNLOAD]
    artifacts = artifacts_of(release) if verdict.allowed else []
    by_path = {artifact.path: artifact.pk for artifact in artifacts}
    initial = {"file": by_path.get(request.GET.get("file", ""))}
    data = request.POST if request.method == "POST" else None
    form = LinkForm(artifacts, data, initial=initial)
    made: MadeLinks = []
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_links(
                actor=user,
                release=release,
                artifacts=form.chosen,
                hours=form.cleaned_data["hours"],
                context=context,
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
    page = {
        "release": release,
        "form": form,
        "verdict": shown.verdict(verdict),
        **_links_shown(user, release),
        **_made_shown(made),
    }
    return render(request, "delivery/release_links.html", page)


def _links_shown(user: User, release: Release) -> dict[str, Any]:
    now = timezone.now()
    links = list(links_of(user, release)[:SHOWN_LINKS])
    alive = [link for link in links if not link.is_over(now)]
    return {"links": alive, "ended": [link for link in links if link not in alive][:10]}


def _made_shown(made: MadeLinks) -> dict[str, Any]:
    if not made:
        return {"made": []}
    entries = [(_address(link, secret), _file(link)) for link, secret in made]
    return {
        "made": [
            {"path": file.path, "address": address, "curl": curl_command(address)}
            for address, file in entries
        ],
        "made_until": made[0][0].expires_at,
        "aria2_input": aria2_input(entries),
    }


def _address(link: Link, secret: str) -> str:
    return absolute(reverse("link_download", args=[secret, link.filename]))


def _file(link: Link) -> File:
    return File(link.artifact.path, link.artifact.size, link.artifact.sha256)


@login_required
@require_POST
def links_revoke(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """Revoke one of my links to files of a release, or all of them."""
    user = signed_in(request)
    release = release_by_name(namespace, name, version)
    if release is None:
        raise Http404
    links = links_of(user, release).filter(revoked_at__isnull=True)
    wanted = request.POST.get("link", "")
    if wanted:
        links = links.filter(public_id=_uuid_or_404(wanted))
    found = list(links)
    if not found:
        raise Http404
    count = services.revoke_links(actor=user, links=found)
    messages.success(
        request,
        ngettext("%d link is revoked.", "%d links are revoked.", count) % count
        + " "
        + _("The next request is refused."),
    )
    return redirect("release_links", namespace, name, version)


def _uuid_or_404(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


@require_safe
def link_download(request: HttpRequest, secret: str, filename: str) -> HttpResponseBase:
    """Send the file of a link in its maker's name, checked like every other request."""
    link = link_by_secret(secret)
    if link is None or link.filename != filename:
        raise Http404
    if link.is_over(timezone.now()):
        sentence = _("This link has expired or was revoked. Whoever made it can make another one.")
        response: HttpResponseBase = _told(request, 410, sentence)
    else:
        sentence = _(
            "This link cannot be used now. Whoever made it can see why on the release's page."
        )
        # What the verdict says of its maker is not for everybody who holds the link.
        response = serve(
            request,
            bearer_of(link, request),
            link.artifact,
            refuse=lambda _verdict: _told(request, 403, sentence),
        )
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _told(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    if "text/html" in request.headers.get("Accept", ""):
        response = render(request, "delivery/link_over.html", {"sentence": sentence}, status=status)
    else:
        response = JsonResponse({"allowed": False, "error": sentence}, status=status)
    response["Cache-Control"] = "private, no-store"
    return response

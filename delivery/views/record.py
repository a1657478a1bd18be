"""The record of downloads: one's own, a release's, a grant's; as pages and as files."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import signed_in
from common.csv_export import csv_response
from common.templatetags.ui import bytes_size
from delivery import exports, permissions, records, services
from delivery.forms import DownloadFilterForm
from delivery.models import Download
from licensing.selectors import holder_name, person_name
from releases.models import Release

PAGE_LENGTH = 50
Downloads = QuerySet[Download]
Data = dict[str, Any]


@login_required
@require_safe
def my_downloads(request: HttpRequest) -> HttpResponse:
    """What I downloaded: by release, range, bytes, when, with which token, and from where."""
    user = signed_in(request)
    form, downloads = _filtered(request, records.downloads_of_user(user), _own_releases(request))
    page, next_url = _page(request, downloads)
    opened = records.origins(page)
    rows = [
        {**_row(download), "address": origin.address}
        for download, origin in zip(page, opened, strict=True)
    ]
    context = {
        "title": _("My downloads"),
        "lede": _(
            "Every file that was handed out in your name. Revoke a token that you do not know."
        ),
        "own": True,
        "show_release": True,
        "export_url": _with_query(request, reverse("my_downloads_export")),
    }
    return _render(request, form, rows, next_url, context)


@login_required
@require_safe
def my_downloads_export(request: HttpRequest) -> HttpResponseBase:
    """My downloads as a file."""
    user = signed_in(request)
    _form, downloads = _filtered(request, records.downloads_of_user(user), _own_releases(request))
    return _file("downloads", exports.OWN_HEADER, exports.own_rows(downloads))


@login_required
@require_safe
def release_downloads(
    request: HttpRequest, namespace: str, name: str, version: str
) -> HttpResponse:
    """Who downloaded a release, how much and when, and whose volume is unusual."""
    user = signed_in(request)
    release = permissions.get_read_release_or_404(user, namespace, name, version)
    everybody = records.downloads_of_release(release)
    form, downloads = _filtered(request, _by_person(request, everybody))
    page, next_url = _page(request, downloads)
    context = {
        "title": _("Downloads of %(release)s") % {"release": release},
        "lede": _("Who was handed which files, under which grant, and how far each download got."),
        "release": release,
        "usage": records.usage_of_release(release, timezone.now()),
        "times": records.UNUSUAL_TIMES,
        "who": request.GET.get("who", ""),
        "export_url": _with_query(
            request, reverse("release_downloads_export", args=[namespace, name, version])
        ),
    }
    return _render(request, form, [_row(each) for each in page], next_url, context)


@login_required
@require_safe
def release_downloads_export(
    request: HttpRequest, namespace: str, name: str, version: str
) -> HttpResponseBase:
    """The downloads of a release as a file. That it was taken is written down."""
    user = signed_in(request)
    release = permissions.get_read_release_or_404(user, namespace, name, version)
    _form, downloads = _filtered(
        request, _by_person(request, records.downloads_of_release(release))
    )
    services.record_export(actor=user, about=release)
    filename = f"downloads-{release.model.name}-{release.version}"
    return _file(filename, exports.STAFF_HEADER, exports.staff_rows(downloads))


@login_required
@require_safe
def grant_downloads(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was downloaded under a grant, for who keeps or governs it."""
    user = signed_in(request)
    grant = permissions.get_read_grant_or_404(user, public_id)
    form, downloads = _filtered(request, records.downloads_of_grant(grant))
    page, next_url = _page(request, downloads)
    context = {
        "title": _("Downloads under the grant for %(model)s") % {"model": grant.model},
        "lede": _("Held by %(holder)s.") % {"holder": holder_name(grant)},
        "grant": grant,
        "show_release": True,
        "export_url": _with_query(request, reverse("grant_downloads_export", args=[public_id])),
    }
    return _render(request, form, [_row(each) for each in page], next_url, context)


@login_required
@require_safe
def grant_downloads_export(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The downloads under a grant as a file. That it was taken is written down."""
    user = signed_in(request)
    grant = permissions.get_read_grant_or_404(user, public_id)
    _form, downloads = _filtered(request, records.downloads_of_grant(grant))
    services.record_export(actor=user, about=grant)
    return _file("downloads-grant", exports.STAFF_HEADER, exports.staff_rows(downloads))


def _own_releases(request: HttpRequest) -> list[Release]:
    return records.releases_downloaded(signed_in(request))


def _filtered(
    request: HttpRequest, downloads: Downloads, releases: Sequence[Release] = ()
) -> tuple[DownloadFilterForm, Downloads]:
    form = DownloadFilterForm(releases, request.GET)
    # A filter that is not understood is said in the form, and filters nothing.
    return form, downloads.filter(**form.conditions()) if form.is_valid() else downloads


def _by_person(request: HttpRequest, downloads: Downloads) -> Downloads:
    who = request.GET.get("who", "")
    if not who:
        return downloads
    try:
        return downloads.filter(user__pseudonym=UUID(who))
    except ValueError:
        raise Http404 from None


def _page(request: HttpRequest, downloads: Downloads) -> tuple[list[Download], str]:
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        downloads = downloads.filter(pk__lt=int(before[:18]))
    page = list(downloads.order_by("-pk")[: PAGE_LENGTH + 1])
    if len(page) <= PAGE_LENGTH:
        return page, ""
    query = request.GET.copy()
    query["before"] = str(page[PAGE_LENGTH - 1].pk)
    return page[:PAGE_LENGTH], f"?{query.urlencode()}"


def _with_query(request: HttpRequest, url: str) -> str:
    query = request.GET.copy()
    query.pop("before", None)
    return f"{url}?{query.urlencode()}" if query else url


def _row(download: Download) -> Data:
    part = ""
    if (download.start, download.stop) != (0, download.artifact.size):
        part = _("bytes %(first)d to %(last)d of %(size)s") % {
            "first": download.start,
            "last": download.stop - 1,
            "size": bytes_size(download.artifact.size),
        }
    return {
        "download": download,
        "person": person_name(download.user),
        "holder": holder_name(download.grant),
        "release": download.release,
        "part": part,
        "token": download.token.name if download.token else "",
    }


def _render(
    request: HttpRequest, form: DownloadFilterForm, rows: list[Data], next_url: str, more: Data
) -> HttpResponse:
    context = {"form": form, "rows": rows, "next_url": next_url, "reset_url": request.path, **more}
    return render(request, "delivery/downloads.html", context)


def _file(name: str, header: Sequence[str], rows: Iterator[list[object]]) -> HttpResponseBase:
    return csv_response(f"{name}-{timezone.localdate().isoformat()}.csv", header, rows)

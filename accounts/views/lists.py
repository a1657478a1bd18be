"""Lists of restricted parties: what is in force, uploading a file, what differs between two."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.forms_lists import UploadListForm
from accounts.models import ListEntry, ListSnapshot
from accounts.permissions import can_operate, signed_in
from accounts.selectors import screening as reading
from accounts.services import screening
from common.errors import Refused
from common.uploads import refused_files

SHOWN = 50
OF_EACH = 100


def _require_operator(request: HttpRequest) -> None:
    if not can_operate(request.user):
        raise Http404


@login_required
@require_safe
def screening_lists(request: HttpRequest) -> HttpResponse:
    """Show what is in force, what is being read, what was refused, and how far the round is."""
    _require_operator(request)
    snapshots = list(
        ListSnapshot.objects.select_related("on_list", "former").order_by("-pk")[:SHOWN]
    )
    context = {
        "current": list(reading.current_snapshots().select_related("on_list")),
        "snapshots": snapshots,
        "progress": reading.progress(),
    }
    return render(request, "accounts/list_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def screening_upload(request: HttpRequest) -> HttpResponse:
    """Take a file of a list, a known one or a new one."""
    _require_operator(request)
    too_large = refused_files(request).get("file", []) if request.method == "POST" else []
    form = UploadListForm(
        list(reading.all_lists()),
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        too_large=too_large,
        chosen=request.GET.get("list", ""),
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            snapshot = screening.upload_list(
                actor=signed_in(request),
                file=file,
                file_name=file.name,
                size=file.size,
                on_list=form.cleaned_data["on_list"],
                title=form.cleaned_data["title"],
                format_name=form.cleaned_data["format_name"],
                may_shrink=form.cleaned_data["may_shrink"],
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(request, _("The file is kept, and is being read now."))
            return redirect("screening_snapshot", snapshot.pk)
    return render(request, "accounts/list_upload.html", {"form": form}, status=status)


def _snapshot_or_404(snapshot_id: int) -> ListSnapshot:
    found = (
        ListSnapshot.objects.select_related("on_list", "former", "uploaded_by")
        .filter(pk=snapshot_id)
        .first()
    )
    if found is None:
        raise Http404
    return found


@login_required
@require_safe
def screening_snapshot(request: HttpRequest, snapshot_id: int) -> HttpResponse:
    """Show one file of a list: its hash, how far it is read, what was wrong, what differs."""
    _require_operator(request)
    snapshot = _snapshot_or_404(snapshot_id)
    others = (
        snapshot.on_list.snapshots.filter(state__in=["current", "former"])
        .exclude(pk=snapshot.pk)
        .order_by("-pk")[:SHOWN]
    )
    context = {
        "snapshot": snapshot,
        "progress": reading.progress() if snapshot.state == "current" else None,
        "others": list(others) if snapshot.state in ("current", "former") else [],
        "in_force": reading.current_snapshot(snapshot.on_list),
    }
    if getattr(request, "htmx", False):
        if snapshot.state == "importing":
            return render(request, "accounts/_list_import.html", context)
        # The rest of the page says more once it is done.
        return HttpResponseClientRefresh()
    return render(request, "accounts/list_snapshot.html", context)


@login_required
@require_safe
def screening_compare(request: HttpRequest, snapshot_id: int, other_id: int) -> HttpResponse:
    """Show what the later of two files of a list has and the earlier has not."""
    _require_operator(request)
    both = sorted(map(_snapshot_or_404, (snapshot_id, other_id)), key=lambda each: each.pk)
    former, later = both
    usable = {"current", "former"}
    if former.on_list_id != later.on_list_id or not {former.state, later.state} <= usable:
        raise Http404
    found = reading.differences(former, later)
    whole = all(reading.is_whole(each) for each in both)
    groups = [
        _group(_("Added"), "added", found.added),
        _group(_("Removed"), "removed", found.removed),
        _group(_("Changed"), "changed", found.changed, former),
    ]
    context = {
        "former": former,
        "later": later,
        "follows": later.former_id == former.pk,
        "groups": groups if whole else [],
    }
    return render(request, "accounts/list_compare.html", context)


def _group(
    title: str, slug: str, entries: QuerySet[ListEntry], former: ListSnapshot | None = None
) -> dict[str, Any]:
    """Return one kind of difference for the page; of entries that changed, what they were."""
    rows = list(entries.defer("blocking")[: OF_EACH + 1])
    shown = rows[:OF_EACH]
    before = reading.entries_by_key(former, [entry.key for entry in shown]) if former else {}
    return {
        "title": title,
        "slug": slug,
        "count": len(rows) if len(rows) <= OF_EACH else entries.count(),
        "rows": [(entry, _changes(before.get(entry.key), entry)) for entry in shown],
        "more": len(rows) > OF_EACH,
    }


def _changes(before: ListEntry | None, after: ListEntry) -> list[tuple[str, str, str]]:
    """Return what an entry says otherwise than before: of what, what it was, what it is."""
    if before is None:
        return []
    told = zip(_said(before), _said(after), strict=True)
    return [(label, was, now) for (label, was), (_label, now) in told if was != now]


def _said(entry: ListEntry) -> list[tuple[str, str]]:
    return [
        (_("Name"), entry.name),
        (_("Other names"), "; ".join(entry.aliases)),
        (_("Kind"), entry.kind),
        (_("Countries"), ", ".join(entry.countries)),
        (_("Born"), ", ".join(map(str, entry.born))),
        (_("Addresses"), "; ".join(entry.addresses)),
        (_("Programme"), entry.program),
    ]

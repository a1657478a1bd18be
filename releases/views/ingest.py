"""Starting an ingest from what the operator allowed, and watching it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import signed_in
from common.errors import Refused
from common.templatetags.ui import bytes_size, span
from releases import permissions, services
from releases.choices import ReleaseState
from releases.forms import IngestForm, OverrideForm
from releases.selectors import IngestProgress
from releases.selectors import ingest_progress as progress_of
from releases.source import directories_below
from releases.views.shared import GET_OR_POST, sent

RUNNING = (ReleaseState.INGESTING, ReleaseState.VERIFYING)


@login_required
@require_http_methods(GET_OR_POST)
def release_ingest(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
    """Choose a source and a version; a worker reads it."""
    user = signed_in(request)
    model = permissions.get_model_or_404(user, namespace, name)
    permissions.require(permissions.can_manage(user, model))
    directories = directories_below(settings.INGEST_ROOTS)
    buckets = [f"s3://{root.name}/{root.prefix}" for root in settings.INGEST_S3_ROOTS]
    form = IngestForm(sent(request), directories=directories, buckets=buckets)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            release = services.start_ingest(
                actor=user,
                model=model,
                version=form.cleaned_data["version"],
                directory=form.cleaned_data["source"],
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request, _("The ingest of %(release)s has begun.") % {"release": release}
            )
            return redirect("ingest_progress", namespace, name, release.version)
    context = {"model": model, "form": form, "possible": bool(directories or buckets)}
    return render(request, "releases/release_ingest.html", context, status=status)


@login_required
@require_http_methods(GET_OR_POST)
def format_override(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
    """Admit formats that can run code into one version, with a reason."""
    user = signed_in(request)
    model = permissions.get_model_or_404(user, namespace, name)
    permissions.require(permissions.can_manage(user, model))
    form = OverrideForm(sent(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            override = services.override_formats(
                actor=user,
                model=model,
                version=form.cleaned_data["version"],
                extensions=form.cleaned_data["formats"],
                reason=form.cleaned_data["reason"],
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request,
                _("%(formats)s may now be ingested as a part of %(version)s.")
                % {"formats": ", ".join(override.formats), "version": override.version},
            )
            return redirect("release_ingest", namespace, name)
    context = {
        "model": model,
        "form": form,
        "confirm": {
            "title": _("Admit formats that can run code"),
            "lede": _("For one version of %(model)s, by your name and with your reason.")
            % {"model": model},
            "effects": [
                _("What a file of these formats imports is inspected, and listed on the page."),
                _("A file that imports something dangerous is refused all the same."),
                _("Your reason stands on the release's page, for whoever may see the release."),
            ],
            "submit": _("Admit the formats"),
            "cancel_url": reverse("release_ingest", args=[namespace, name]),
        },
    }
    return render(request, "releases/format_override.html", context, status=status)


@login_required
@never_cache
@require_safe
def ingest_progress(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """How far an ingest has come; htmx asks for the middle of the page again and again."""
    release = permissions.get_release_or_404(request.user, namespace, name, version)
    progress = progress_of(release)
    running = release.state in RUNNING
    context = {
        "release": release,
        "model": release.model,
        "running": running,
        "progress": progress,
        "bars": _bars(progress),
        "left": span(timedelta(seconds=progress.seconds_left))
        if progress.seconds_left is not None
        else "",
    }
    is_fragment = getattr(request, "htmx", False)
    template = "releases/_ingest_progress.html" if is_fragment else "releases/ingest_progress.html"
    return render(request, template, context)


def _bars(progress: IngestProgress) -> list[dict[str, Any]]:
    """One bar for reading and one for verifying, in bytes; empty files count as done."""
    if not progress.files:
        return []
    return [
        _bar("read", _("Read into the store"), progress.read_files, progress.read_size, progress),
        _bar(
            "verified",
            _("Verified"),
            progress.verified_files,
            progress.verified_size,
            progress,
        ),
    ]


def _bar(key: str, label: str, files: int, size: int, progress: IngestProgress) -> dict[str, Any]:
    return {
        "id": key,
        "label": label,
        # By files where the bytes say nothing, as for a release of empty files.
        "value": size if progress.size else files,
        "max": progress.size or progress.files,
        "text": _("%(files)d of %(all)d files, %(size)s of %(total)s")
        % {
            "files": files,
            "all": progress.files,
            "size": bytes_size(size),
            "total": bytes_size(progress.size),
        },
    }

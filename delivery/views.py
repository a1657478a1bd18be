"""Downloads, by a browser's session or with a personal token."""

import logging
import os
from contextlib import ExitStack
from typing import BinaryIO

from django.db import DatabaseError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from delivery import refusals
from delivery.callers import Caller, InvalidCredentials, identify
from delivery.ranges import ByteRange, Unsatisfiable, select_range
from delivery.selectors import artifact_by_path, checksum_lines
from delivery.services import authorise_download
from delivery.slices import Slice
from licensing import shown
from licensing.facts import Verdict, VerdictAction
from licensing.verdict import decide
from releases.models import Artifact, Release
from releases.selectors import release_by_name
from releases.store import open_object

logger = logging.getLogger(__name__)


@require_safe
def download(
    request: HttpRequest, namespace: str, name: str, version: str, path: str
) -> HttpResponseBase:
    """Send a file or one range of it, after the verdict and the event."""
    try:
        caller = identify(request)
    except InvalidCredentials:
        return _invalid_token()
    artifact = _artifact_or_404(namespace, name, version, path)
    answer = _answer_without_bytes(request, artifact)
    if answer is None:
        return _send(request, caller, artifact)
    verdict = decide(caller.subject, artifact.release, VerdictAction.DOWNLOAD, caller.context)
    if not verdict.allowed:
        return _refuse(request, caller, artifact.release, verdict)
    return _with_headers(answer, artifact)


@require_safe
def checksums(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """Send the SHA-256 of every file, in the form that `sha256sum --check` reads."""
    try:
        caller = identify(request)
    except InvalidCredentials:
        return _invalid_token()
    release = release_by_name(namespace, name, version)
    if release is None or not _may_see(caller, release):
        raise Http404
    response = HttpResponse(checksum_lines(release), content_type="text/plain; charset=utf-8")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _artifact_or_404(namespace: str, name: str, version: str, path: str) -> Artifact:
    release = release_by_name(namespace, name, version)
    artifact = artifact_by_path(release, path) if release is not None else None
    if artifact is None:
        raise Http404
    return artifact


def _may_see(caller: Caller, release: Release) -> bool:
    return decide(caller.subject, release, VerdictAction.SEE, caller.context).allowed


def _answer_without_bytes(request: HttpRequest, artifact: Artifact) -> HttpResponseBase | None:
    """Return what answers a HEAD, a precondition or a range outside the file; else None."""
    unmet = get_conditional_response(request, etag=f'"{artifact.sha256}"')
    if unmet is not None:
        return unmet
    if request.method == "HEAD":
        response = HttpResponse(content_type="application/octet-stream")
        response["Content-Length"] = artifact.size
        return response
    try:
        _wanted(request, artifact)
    except Unsatisfiable:
        response = HttpResponse(status=416, content_type="text/plain")
        response["Content-Range"] = f"bytes */{artifact.size}"
        return response
    return None


def _wanted(request: HttpRequest, artifact: Artifact) -> ByteRange | None:
    return select_range(
        request.headers.get("Range", ""),
        request.headers.get("If-Range", ""),
        etag=f'"{artifact.sha256}"',
        size=artifact.size,
    )


def _send(request: HttpRequest, caller: Caller, artifact: Artifact) -> HttpResponseBase:
    """Open the file first, so that a missing one leaves no event; then ask, then send."""
    wanted = _wanted(request, artifact)
    file = _open(artifact)
    if file is None:
        verdict = decide(caller.subject, artifact.release, VerdictAction.DOWNLOAD, caller.context)
        if not verdict.allowed:
            return _refuse(request, caller, artifact.release, verdict)
        return _unavailable(_("This file cannot be read at the moment. The operator can see why."))
    with ExitStack() as closing:
        closing.callback(file.close)
        try:
            verdict = authorise_download(
                actor=caller.subject, artifact=artifact, wanted=wanted, context=caller.context
            )
        except DatabaseError:
            logger.exception("A download was not written down, so it was not begun.")
            return _unavailable(_("This download could not be recorded, so it was not begun."))
        if not verdict.allowed:
            return _refuse(request, caller, artifact.release, verdict)
        closing.pop_all()
    return _stream(file, artifact, wanted)


def _open(artifact: Artifact) -> BinaryIO | None:
    try:
        file = open_object(artifact.sha256)
    except OSError:
        logger.exception("The stored file of artifact %s cannot be opened.", artifact.pk)
        return None
    if os.fstat(file.fileno()).st_size != artifact.size:
        file.close()
        logger.error("The stored file of artifact %s has another size.", artifact.pk)
        return None
    return file


def _stream(file: BinaryIO, artifact: Artifact, wanted: ByteRange | None) -> FileResponse:
    part = wanted or ByteRange(0, artifact.size, artifact.size)
    response = FileResponse(
        Slice(file, part.start, part.length),
        as_attachment=True,
        filename=artifact.path.rsplit("/", 1)[-1],
        content_type="application/octet-stream",
        status=206 if wanted else 200,
    )
    # For servers that cannot let the kernel copy: fewer, larger reads.
    response.block_size = 1024 * 1024
    response["Content-Length"] = part.length
    if wanted:
        response["Content-Range"] = wanted.content_range
    _with_headers(response, artifact)
    return response


def _with_headers(response: HttpResponseBase, artifact: Artifact) -> HttpResponseBase:
    response["ETag"] = f'"{artifact.sha256}"'
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _refuse(
    request: HttpRequest, caller: Caller, release: Release, verdict: Verdict
) -> HttpResponse:
    """Say every reason: as a page to a browser, as JSON to a program; 404 without `see`."""
    if not _may_see(caller, release):
        raise Http404
    # Browsers name text/html; curl and its like accept anything and want no page.
    if not caller.is_script and "text/html" in request.headers.get("Accept", ""):
        context = {"release": release, "verdict": shown.verdict(verdict)}
        response = render(request, "delivery/download_refused.html", context, status=403)
    elif caller.subject.is_authenticated:
        response = JsonResponse(refusals.refusal(verdict), status=403)
    else:
        response = JsonResponse(refusals.refusal(verdict), status=401)
        response["WWW-Authenticate"] = "Bearer"
    response["Cache-Control"] = "private, no-store"
    return response


def _invalid_token() -> HttpResponse:
    response = JsonResponse({"allowed": False, "error": refusals.INVALID_CREDENTIALS}, status=401)
    response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return response


def _unavailable(sentence: str) -> HttpResponse:
    response = HttpResponse(f"{sentence}\n", status=503, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = "30"
    response["Cache-Control"] = "private, no-store"
    return response

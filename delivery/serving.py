"""One piece of code decides, logs and sends: every address that hands out bytes ends here."""

import logging
import os
from collections.abc import Callable
from contextlib import ExitStack
from typing import BinaryIO

from django.db import DatabaseError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from delivery.callers import Caller
from delivery.choices import Way
from delivery.models import Download
from delivery.origins import origin_of
from delivery.ranges import ByteRange, Unsatisfiable, select_range
from delivery.services import authorise_download, note_sent
from delivery.slices import Slice
from licensing.facts import Verdict, VerdictAction
from licensing.verdict import decide
from releases.models import Artifact
from releases.store import open_object

logger = logging.getLogger(__name__)

# How an address words a refusal: a page, JSON, or the headers that a client reads.
Refuse = Callable[[Verdict], HttpResponseBase]


def serve(
    request: HttpRequest,
    caller: Caller,
    artifact: Artifact,
    *,
    refuse: Refuse,
    way: Way | None = None,
) -> HttpResponseBase:
    """Answer a HEAD or GET of a file, after the verdict and, before a byte, the event.

    Knows preconditions, one range, and 416. `refuse` words what the verdict denies. `way` is
    how the record calls this address; by default a token or a browser's session.
    """
    answer = _answer_without_bytes(request, artifact)
    if answer is None:
        way = way or (Way.TOKEN if caller.token else Way.SESSION)
        return _send(request, caller, artifact, refuse, way)
    verdict = decide(caller.subject, artifact.release, VerdictAction.DOWNLOAD, caller.context)
    if not verdict.allowed:
        return refuse(verdict)
    return _with_headers(answer, artifact)


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


def _send(
    request: HttpRequest, caller: Caller, artifact: Artifact, refuse: Refuse, way: Way
) -> HttpResponseBase:
    """Open the file first, so that a missing one leaves no event; then ask, then send."""
    wanted = _wanted(request, artifact)
    file = _open(artifact)
    if file is None:
        verdict = decide(caller.subject, artifact.release, VerdictAction.DOWNLOAD, caller.context)
        if not verdict.allowed:
            return refuse(verdict)
        return _unavailable(_("This file cannot be read at the moment. The operator can see why."))
    with ExitStack() as closing:
        closing.callback(file.close)
        try:
            authorised = authorise_download(
                actor=caller.subject,
                artifact=artifact,
                wanted=wanted,
                context=caller.context,
                origin=origin_of(request, way),
            )
        except DatabaseError:
            logger.exception("A download was not written down, so it was not begun.")
            return _unavailable(_("This download could not be recorded, so it was not begun."))
        if authorised.download is None:
            return refuse(authorised.verdict)
        closing.pop_all()
    return _stream(file, artifact, wanted, authorised.download)


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


def _stream(
    file: BinaryIO, artifact: Artifact, wanted: ByteRange | None, download: Download
) -> FileResponse:
    part = wanted or ByteRange(0, artifact.size, artifact.size)
    content = NotedSlice(file, part, download.pk)
    response = FileResponse(
        content,
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


class NotedSlice(Slice):
    """A slice that tells the record how far it got, when the server has done with it."""

    def __init__(self, file: BinaryIO, part: ByteRange, download_id: int) -> None:
        super().__init__(file, part.start, part.length)
        self._download_id = download_id

    def close(self) -> None:
        """Close the file and note the bytes. What cannot be noted stays unknown."""
        super().close()
        try:
            note_sent(download_id=self._download_id, bytes_sent=self.sent)
        except DatabaseError:
            logger.exception("It could not be noted how far download %s got.", self._download_id)


def _with_headers(response: HttpResponseBase, artifact: Artifact) -> HttpResponseBase:
    response["ETag"] = f'"{artifact.sha256}"'
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _unavailable(sentence: str) -> HttpResponse:
    response = HttpResponse(f"{sentence}\n", status=503, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = "30"
    response["Cache-Control"] = "private, no-store"
    return response

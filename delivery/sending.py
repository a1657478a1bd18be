"""How the bytes leave: sent by this process, or handed over to nginx. Nothing here decides.

`DELIVERY` chooses. nginx learns of a file by X-Accel-Redirect to a location of deploy/nginx.conf
that nobody reaches from outside; the answer's headers are the same on every path.
"""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.db import DatabaseError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from delivery.models import Download
from delivery.ranges import ByteRange
from delivery.services import note_sent
from delivery.slices import Slice
from releases import store
from releases.models import Artifact

logger = logging.getLogger(__name__)

# nginx would judge these by the date and inode of its file, and refuse what we have allowed.
_JUDGED_BY_NGINX = ("If-Match", "If-Unmodified-Since")


class Unreadable(Exception):
    """The stored file is not there, or not what it should be; the text is for the log."""


@dataclass(frozen=True)
class Parcel:
    """A file, or a range of it, that can leave as soon as it may.

    `respond` makes the answer, for a download that is written down; `close` lets the file go
    where it may not leave.
    """

    respond: Callable[[Download], HttpResponseBase]
    close: Callable[[], None]


def prepare(request: HttpRequest, artifact: Artifact, wanted: ByteRange | None) -> Parcel:
    """See that the bytes are there, before anything is written down. Raises Unreadable."""
    if settings.DELIVERY == "nginx" and not any(
        name in request.headers for name in _JUDGED_BY_NGINX
    ):
        return _hand_over(artifact, wanted)
    return _send_ourselves(artifact, wanted)


def file_response(artifact: Artifact) -> HttpResponse:
    """Return the answer that tells a browser what to do with the file, without its bytes."""
    response = HttpResponse(content_type="application/octet-stream")
    name = artifact.path.rsplit("/", 1)[-1]
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _hand_over(artifact: Artifact, wanted: ByteRange | None) -> Parcel:
    try:
        size = store.size_of(artifact.sha256)
    except OSError as error:
        raise Unreadable(f"cannot be found: {error}") from error
    _check_size(artifact, size)
    # nginx reads the Range header again: where we took none, it must not either.
    location = "range" if wanted else "whole"

    def respond(download: Download) -> HttpResponseBase:
        response = file_response(artifact)
        response["X-Accel-Redirect"] = f"/internal/{location}/{store.name_of(artifact.sha256)}"
        # Whose streams are counted.
        response["X-Sluice-Person"] = str(download.user.pseudonym)
        return response

    return Parcel(respond, lambda: None)


def _send_ourselves(artifact: Artifact, wanted: ByteRange | None) -> Parcel:
    try:
        file = store.open_object(artifact.sha256)
    except OSError as error:
        raise Unreadable(f"cannot be opened: {error}") from error
    try:
        _check_size(artifact, os.fstat(file.fileno()).st_size)
    except Unreadable:
        file.close()
        raise

    def respond(download: Download) -> HttpResponseBase:
        part = wanted or ByteRange(0, artifact.size, artifact.size)
        response = FileResponse(
            NotedSlice(file, part, download.pk),
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
        return response

    return Parcel(respond, file.close)


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


def _check_size(artifact: Artifact, size: int) -> None:
    if size != artifact.size:
        raise Unreadable(f"has {size} bytes instead of {artifact.size}")

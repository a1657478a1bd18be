"""How the bytes leave. Nothing here decides.

`DELIVERY` chooses between this process, which sends a file or passes on what a bucket sends, and
nginx, which learns by X-Accel-Redirect of a location of deploy/nginx.conf that nobody reaches from
outside. The answer's headers are the same on each of these ways. Openly released files in a bucket
may also be fetched from the bucket itself, where `DELIVERY_PUBLIC_URL` says so.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from delivery.models import Download
from delivery.noting import NotedFlow, NotedSlice
from delivery.ranges import ByteRange
from releases import store
from releases.models import Artifact

# nginx would judge these by the date and inode of its file, and refuse what we have allowed.
# deploy/nginx.conf limits the streams that this process then sends.
_JUDGED_BY_NGINX = ("If-Match", "If-Unmodified-Since")
# A signed address is used at once, by nginx; the clocks of two machines may differ by a little.
_INTERNAL_SECONDS = 300
# A client that follows a link may come back for the rest of a file, but asks us again first.
_PUBLIC_SECONDS = 3600
_BLOCK = 1024 * 1024


class Unreadable(Exception):
    """The stored file is not there, or not what it should be; the text is for the log."""


@dataclass(frozen=True)
class Parcel:
    """A file, or a range of it, that can leave as soon as it may.

    `respond` makes the answer, for a download that is written down; it raises Unreadable where
    the file is gone after all. `close` lets the file go where it may not leave. `link` makes the
    redirect to where nobody checks again, where there is one; whether it may be used is not
    decided here.
    """

    respond: Callable[[Download], HttpResponseBase]
    close: Callable[[], None] = lambda: None
    link: Callable[[], HttpResponseBase] | None = None


def prepare(request: HttpRequest, artifact: Artifact, wanted: ByteRange | None) -> Parcel:
    """See that the bytes are there, before anything is written down. Raises Unreadable."""
    if not store.is_bucket():
        by_nginx = settings.DELIVERY == "nginx" and not any(
            name in request.headers for name in _JUDGED_BY_NGINX
        )
        return _file_by_nginx(artifact, wanted) if by_nginx else _file(artifact, wanted)
    # Not opened yet: whoever may not have it costs the bucket no more than a question.
    _look(artifact)
    send = _bucket_by_nginx if settings.DELIVERY == "nginx" else _bucket
    return Parcel(
        lambda download: send(artifact, wanted, download),
        link=(lambda: _link(artifact)) if settings.DELIVERY_PUBLIC_URL else None,
    )


def file_response(artifact: Artifact) -> HttpResponse:
    """Return the answer that tells a browser what to do with the file, without its bytes."""
    response = HttpResponse(content_type="application/octet-stream")
    name = artifact.path.rsplit("/", 1)[-1]
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _look(artifact: Artifact) -> None:
    try:
        size = store.size_of(artifact.sha256)
    except (OSError, store.StoreError) as error:
        raise Unreadable(f"cannot be found: {error}") from error
    _check_size(artifact, size)


def _check_size(artifact: Artifact, size: int) -> None:
    if size != artifact.size:
        raise Unreadable(f"has {size} bytes instead of {artifact.size}")


# By this process


def _file(artifact: Artifact, wanted: ByteRange | None) -> Parcel:
    try:
        file = store.open_object(artifact.sha256)
    except OSError as error:
        raise Unreadable(f"cannot be opened: {error}") from error
    try:
        _check_size(artifact, os.fstat(file.fileno()).st_size)
    except Unreadable:
        file.close()
        raise
    part = wanted or ByteRange(0, artifact.size, artifact.size)
    return Parcel(
        lambda download: _stream(NotedSlice(file, part, download.pk), artifact, wanted), file.close
    )


def _bucket(artifact: Artifact, wanted: ByteRange | None, download: Download) -> HttpResponseBase:
    try:
        flow = (
            store.open_range(artifact.sha256, wanted.start, wanted.stop)
            if wanted
            else store.open_object(artifact.sha256)
        )
    except (OSError, store.StoreError) as error:
        raise Unreadable(f"cannot be opened: {error}") from error
    return _stream(NotedFlow(flow, download.pk), artifact, wanted)


def _stream(
    content: NotedSlice | NotedFlow, artifact: Artifact, wanted: ByteRange | None
) -> FileResponse:
    response = FileResponse(
        content,
        as_attachment=True,
        filename=artifact.path.rsplit("/", 1)[-1],
        content_type="application/octet-stream",
        status=206 if wanted else 200,
    )
    # For servers that cannot let the kernel copy: fewer, larger reads.
    response.block_size = _BLOCK
    response["Content-Length"] = wanted.length if wanted else artifact.size
    if wanted:
        response["Content-Range"] = wanted.content_range
    return response


# By nginx


def _file_by_nginx(artifact: Artifact, wanted: ByteRange | None) -> Parcel:
    _look(artifact)
    # nginx reads the Range header again: where we took none, it must not either.
    location = "range" if wanted else "whole"
    address = f"/internal/{location}/{store.name_of(artifact.sha256)}"
    return Parcel(lambda download: _hand_over(artifact, address, download))


def _bucket_by_nginx(
    artifact: Artifact, wanted: ByteRange | None, download: Download
) -> HttpResponseBase:
    origin = settings.WEIGHTS_BUCKET.endpoint if settings.WEIGHTS_BUCKET else ""
    signed = _signed(artifact, origin, _INTERNAL_SECONDS)
    address = f"/internal/s3{signed.removeprefix(origin)}"
    response = _hand_over(artifact, address, download)
    if wanted:
        # The only thing that nginx asks the bucket for, beside the address.
        response["X-Sluice-Range"] = f"bytes={wanted.start}-{wanted.stop - 1}"
    return response


def _hand_over(artifact: Artifact, address: str, download: Download) -> HttpResponseBase:
    response = file_response(artifact)
    response["X-Accel-Redirect"] = address
    # Whose streams are counted.
    response["X-Sluice-Person"] = str(download.user.pseudonym)
    return response


# By the bucket itself


def _link(artifact: Artifact) -> HttpResponseBase:
    """Return the redirect that clients of the Hub understand: to another host, with the facts."""
    address = _signed(artifact, settings.DELIVERY_PUBLIC_URL, _PUBLIC_SECONDS)
    response = HttpResponse(status=302, content_type="application/octet-stream")
    response["Location"] = address
    response["X-Linked-Etag"] = f'"{artifact.sha256}"'
    response["X-Linked-Size"] = str(artifact.size)
    return response


def _signed(artifact: Artifact, endpoint: str, seconds: int) -> str:
    try:
        return store.presigned(artifact.sha256, endpoint=endpoint, seconds=seconds)
    except (OSError, store.StoreError) as error:
        raise Unreadable(f"cannot be given an address: {error}") from error

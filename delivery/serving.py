"""One piece of code decides and writes down: every address that hands out bytes ends here."""

import logging
from collections.abc import Callable
from contextlib import ExitStack

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from accounts.models import User
from delivery.callers import Caller
from delivery.choices import Way
from delivery.origins import origin_of
from delivery.ranges import ByteRange, Unsatisfiable, select_range
from delivery.selectors import handed_out
from delivery.sending import Unreadable, file_response, prepare
from delivery.services import authorise_download, bound, foreseen, note_sent
from licensing.facts import Verdict, VerdictAction
from licensing.verdict import decide
from releases.models import Artifact

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
    verdict: Verdict | None = None,
) -> HttpResponseBase:
    """Answer a HEAD or GET of a file, after the verdict and, before a byte, the event.

    Knows preconditions, one range, and 416. `refuse` words what the verdict denies. `way` is
    how the record calls this address; by default what the caller came with. `verdict` is the one
    on this download if this request has it already: it holds for an answer without bytes. Bytes
    leave after one that is made under the locks of `authorise_download` only.
    """
    answer = _answer_damaged(artifact) or _answer_without_bytes(request, artifact)
    if answer is None:
        return _send(request, caller, artifact, refuse, way or caller.way)
    verdict = bound(verdict, caller.link) if verdict else _judge(caller, artifact)
    if request.method == "HEAD":
        verdict = _foresee(verdict, caller, artifact)
    if not verdict.allowed:
        return refuse(verdict)
    return _with_headers(answer, artifact)


def _judge(caller: Caller, artifact: Artifact) -> Verdict:
    verdict = decide(caller.subject, artifact.release, VerdictAction.DOWNLOAD, caller.context)
    return bound(verdict, caller.link)


def _foresee(verdict: Verdict, caller: Caller, artifact: Artifact) -> Verdict:
    """Return the verdict as a GET would find it within the quota."""
    now = caller.context.now
    whole = foreseen(verdict, artifact.size, now)
    if whole.allowed or not verdict.allowed or not isinstance(caller.subject, User):
        return whole
    # Programs ask with HEAD before they go on with a file of which they have a part.
    left = artifact.size - handed_out(caller.subject, artifact)
    return foreseen(verdict, left, now) if 0 < left < artifact.size else whole


def _answer_damaged(artifact: Artifact) -> HttpResponseBase | None:
    """Return the refusal to send bytes that are known to be wrong."""
    if not artifact.damage:
        return None
    return _unavailable(
        _("This file was found damaged in the store, so it is not sent. The operator was told.")
    )


def _answer_without_bytes(request: HttpRequest, artifact: Artifact) -> HttpResponseBase | None:
    """Return what answers a HEAD, a precondition or a range outside the file; else None."""
    # To be ignored where no date is given out (RFC 9110, section 13.1.4); Django would refuse.
    request.META.pop("HTTP_IF_UNMODIFIED_SINCE", None)
    unmet = get_conditional_response(request, etag=f'"{artifact.sha256}"')
    if unmet is not None:
        return unmet
    if request.method == "HEAD":
        response = file_response(artifact)
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
    """Find the file first, so that a missing one leaves no event; then ask, then send."""
    wanted = _wanted(request, artifact)
    try:
        parcel = prepare(request, artifact, wanted)
    except Unreadable as error:
        verdict = _judge(caller, artifact)
        if not verdict.allowed:
            return refuse(verdict)
        return _unreadable(artifact, error)
    with ExitStack() as closing:
        closing.callback(parcel.close)
        try:
            authorised = authorise_download(
                actor=caller.subject,
                artifact=artifact,
                wanted=wanted,
                context=caller.context,
                origin=origin_of(request, way),
                link=caller.link,
                redirects=parcel.link is not None,
            )
        except DatabaseError:
            logger.exception("A download was not written down, so it was not begun.")
            return _unavailable(_("This download could not be recorded, so it was not begun."))
        if authorised.download is None:
            return refuse(authorised.verdict)
        closing.pop_all()
    try:
        if authorised.redirect and parcel.link is not None:
            response = parcel.link()
        else:
            response = parcel.respond(authorised.download)
    except Unreadable as error:
        # It was allowed, and nothing left: it counts for no byte of a quota.
        note_sent(download_id=authorised.download.pk, bytes_sent=0)
        return _unreadable(artifact, error)
    # By this nginx's log names what it sent.
    response["X-Sluice-Download"] = authorised.download.public_id.hex
    return _with_headers(response, artifact)


def _with_headers(response: HttpResponseBase, artifact: Artifact) -> HttpResponseBase:
    response["ETag"] = f'"{artifact.sha256}"'
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _unreadable(artifact: Artifact, error: Unreadable) -> HttpResponse:
    logger.error("The stored file of artifact %s %s.", artifact.pk, error)
    return _unavailable(_("This file cannot be read at the moment. The operator can see why."))


def _unavailable(sentence: str) -> HttpResponse:
    response = HttpResponse(f"{sentence}\n", status=503, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = "30"
    response["Cache-Control"] = "private, no-store"
    return response

"""The record of downloads as rows of a file."""

from collections.abc import Iterator
from itertools import islice

from django.db.models import QuerySet

from delivery.models import Download
from delivery.records import Origin, origins
from licensing.selectors import holder_name, person_name

# Read and opened together: the file is made while it is sent, in flat memory.
CHUNK = 500
_WHAT = ("started_at", "model", "release", "path", "sha256", "first_byte", "last_byte")
_HOW = ("bytes_authorised", "bytes_sent", "outcome", "finished_at", "way", "token", "client")
OWN_HEADER = ("id", *_WHAT, *_HOW, "address")
STAFF_HEADER = ("id", "person", "pseudonym", "holder", "grant", *_WHAT, *_HOW)


def own_rows(downloads: QuerySet[Download]) -> Iterator[list[object]]:
    """Return the rows for the person who downloaded: with their own addresses and tokens."""
    rows = downloads.order_by("-pk").iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        for download, origin in zip(chunk, origins(chunk), strict=True):
            yield _own_row(download, origin)


def _own_row(download: Download, origin: Origin) -> list[object]:
    token = download.token.name if download.token else ""
    return [download.public_id, *_what(download), *_how(download, token), origin.address]


def staff_rows(downloads: QuerySet[Download]) -> Iterator[list[object]]:
    """Return the rows for staff and keepers: with names, without anybody's address."""
    for download in downloads.order_by("-pk").iterator(chunk_size=CHUNK):
        token = download.token.hint if download.token else ""
        yield [
            download.public_id,
            person_name(download.user),
            download.user.pseudonym,
            holder_name(download.grant),
            download.grant.public_id,
            *_what(download),
            *_how(download, token),
        ]


def _what(download: Download) -> list[object]:
    return [
        download.started_at.isoformat(),
        str(download.release.model),
        download.release.version,
        download.artifact.path,
        download.artifact.sha256,
        download.start,
        # As in a Content-Range; an empty file has no last byte.
        download.stop - 1 if download.length else None,
    ]


def _how(download: Download, token: str) -> list[object]:
    return [
        download.length,
        download.bytes_sent,
        download.outcome,
        download.finished_at.isoformat() if download.finished_at else None,
        download.way,
        token,
        download.client,
    ]

"""Documents that are uploaded about a release. The bytes are kept first, then the row."""

import hashlib
import io
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from audit.services import record
from common import document_store
from common.document_store import DocumentStoreError
from common.documents import DocumentProblem, document_name, inspect_document
from common.errors import Refused
from releases import permissions
from releases.actions import Action
from releases.models import Document, Release

DOCUMENTS_LOCK = 0x5155_1CE6
# Who fills a form takes less; what has arrived and was not used by then is removed.
UNUSED_DAYS = 7
GONE = gettext_lazy(
    "A document that had arrived is not there any more: what nothing uses is removed after a "
    "week. Attach it again."
)


class Readable(Protocol):
    """Something to read from: a file, or one that was uploaded."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes."""


@dataclass(frozen=True)
class GivenDocument:
    """A document as it came: under a name that can be shown, and what its bytes tell it is."""

    name: str
    content: bytes
    media_type: str

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content)

    @property
    def sha256(self) -> str:
        """The digest of its own bytes: where they are kept sealed, the store has another."""
        return hashlib.sha256(self.content).hexdigest()


def read_document(file: Readable, name: str) -> GivenDocument:
    """Read a document that somebody gave. Raises Refused, with the file's name."""
    name = document_name(name)
    most = settings.ATTACHMENT_MOST_BYTES
    content = file.read(most + 1)
    if len(content) > most:
        raise Refused(
            _("%(name)s is larger than the %(most)d MB that are taken.")
            % {"name": name, "most": most // 1_000_000}
        )
    try:
        media_type = inspect_document(content, name)
    except DocumentProblem as problem:
        raise Refused(f"{name} {problem}.") from None
    return GivenDocument(name, content, media_type)


def keep_attachment(*, actor: User, release: Release, file: Readable, name: str) -> Document:
    """Keep a document that people read: what it is told from its bytes.

    It is listed nowhere until a dossier refers to it. Raises Refused, with the file's name.
    """
    if not permissions.can_attach(actor, release):
        raise Refused(
            _("You need the right to propose moves of %(release)s.") % {"release": release}
        )
    given = read_document(file, name)
    with transaction.atomic():
        sha256 = keep_bytes(io.BytesIO(given.content))
        document = keep_row(
            actor=actor,
            release=release,
            name=given.name,
            sha256=sha256,
            size=given.size,
            media_type=given.media_type,
        )
        record(
            actor=actor,
            action=Action.DOCUMENT_KEPT,
            target=document,
            also=(release,),
            data={"sha256": sha256, "size": given.size, "media_type": given.media_type},
        )
    return document


def keep_bytes(file: BinaryIO) -> str:
    """Put the bytes into the store and return their SHA-256. Raises Refused.

    In the transaction of the row that names them: until its commit nobody removes bytes that no
    row names.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [DOCUMENTS_LOCK])
    try:
        return document_store.keep(file)
    except DocumentStoreError as error:
        raise Refused(
            _("The file could not be kept. %(why)s Try again later.") % {"why": error}
        ) from None


def keep_row(
    *, actor: User, release: Release, name: str, sha256: str, size: int, media_type: str
) -> Document:
    """Write the row of bytes that are in the store, in the transaction of an act with an event."""
    return Document.objects.create(
        release=release,
        sha256=sha256,
        size=size,
        name=name,
        media_type=media_type,
        uploaded_by=actor,
    )

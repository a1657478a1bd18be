"""Documents that were uploaded and came to nothing are removed, with their bytes.

What a dossier names, also a former one, or evidence has as its file, stays for good: the database
itself refuses to let go of it. Whoever attaches a document does so under its release's lock, which
is held here too, so that none goes from under their hands.
"""

import logging
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from audit.services import record
from common import document_store
from releases.actions import Action
from releases.models import Document
from releases.selectors.documents import is_used, unused_documents
from releases.services.checks import lock_release
from releases.services.documents import DOCUMENTS_LOCK, UNUSED_DAYS

logger = logging.getLogger(__name__)

MOST_SWEPT = 200


def sweep_unused_documents() -> int:
    """Remove what nothing has used for so long; return how many documents that were.

    Each in a transaction of its own, so that one that fails does not hold up the others.
    """
    count = 0
    before = timezone.now() - timedelta(days=UNUSED_DAYS)
    for document in unused_documents(before)[:MOST_SWEPT]:
        try:
            count += _remove_unused(document.pk)
        except Exception:
            logger.exception("The unused document %s could not be removed.", document.public_id)
    return count


@transaction.atomic
def _remove_unused(document_id: int) -> bool:
    """Remove one document, unless it is used by now, or somebody is about to keep another.

    The bytes go last: where that fails the row stays, and the sweep comes again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [DOCUMENTS_LOCK])
        if not cursor.fetchone()[0]:
            return False
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        return False
    release = lock_release(document.release_id)
    if is_used(document):
        return False
    record(
        actor=None,
        action=Action.DOCUMENT_REMOVED,
        target=document,
        also=(release,),
        data={"sha256": document.sha256, "size": document.size},
    )
    sha256 = document.sha256
    document.delete()
    if not Document.objects.filter(sha256=sha256).exists():
        document_store.remove(sha256)
    return True

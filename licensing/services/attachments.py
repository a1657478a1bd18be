"""Files that applicants attach: kept sealed under the applicant's key, swept when nothing has them.

What they are is told from their bytes by the same inspection as a dossier's documents.
"""

import io
import json
import logging
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit import personal
from audit.models import Subject
from common import document_store
from common.documents import document_name
from common.errors import Refused
from licensing import selectors
from licensing.application_form import MOST_FILES, file_ids
from licensing.asking import questions_of
from licensing.models import Application, Attachment
from licensing.selectors import asked
from licensing.services.applications import EDITABLE_STATES, editable, keep_answers
from releases.services.documents import (
    DOCUMENTS_LOCK,
    GivenDocument,
    Readable,
    keep_bytes,
    read_document,
)

logger = logging.getLogger(__name__)

# Whoever fills in a form takes less; a file that no answer names by then is removed.
UNUSED = timedelta(days=7)
MOST_ATTACHED = 60
MOST_SWEPT = 200


@transaction.atomic
def attach_file(
    *, actor: User, application: Application, question: str, file: Readable, name: str
) -> Attachment:
    """Keep a file as an answer to one question. Raises Refused, with the file's name."""
    application = editable(actor, application)
    put = questions_of(asked.asked_now(application)).get(question)
    if put is None or put.kind != "files":
        raise Refused(_("The form takes no file there."))
    answers = selectors.answers_of(application)
    given = list(answers.get(question) or [])
    if len(given) >= MOST_FILES:
        raise Refused(
            _("%(name)s was not kept: at most %(most)d files answer a question.")
            % {"name": document_name(name), "most": MOST_FILES}
        )
    if application.attachments.count() >= MOST_ATTACHED:
        raise Refused(
            _("%(name)s was not kept: too many files were attached.")
            % {"name": document_name(name)}
        )
    kept = _keep(application, question, read_document(file, name))
    keep_answers(application, answers | {question: [*given, str(kept.public_id)]})
    return kept


def _keep(application: Application, question: str, given: GivenDocument) -> Attachment:
    facts = {"name": given.name, "sha256": given.sha256}
    pseudonym = application.applicant.pseudonym
    try:
        sealed_bytes = personal.seal_bytes(pseudonym, given.content)
        sealed_facts = personal.seal(pseudonym, json.dumps(facts))
    except Subject.DoesNotExist:
        raise Refused(_("Your account is closed.")) from None
    return Attachment.objects.create(
        application=application,
        question=question,
        media_type=given.media_type,
        size=given.size,
        sha256=keep_bytes(io.BytesIO(sealed_bytes)),
        sealed=sealed_facts,
    )


def sweep_attachments(now: datetime | None = None) -> int:
    """Remove files that no answer and no submission names any more; return how many."""
    before = (now or timezone.now()) - UNUSED
    unsent = Attachment.objects.filter(created_at__lt=before, submissions__isnull=True)
    count = 0
    for attachment in unsent.order_by("pk")[:MOST_SWEPT]:
        try:
            count += _remove_unused(attachment)
        except Exception:
            logger.exception("The attachment %s could not be removed.", attachment.public_id)
    return count


@transaction.atomic
def _remove_unused(attachment: Attachment) -> bool:
    """Remove one file, unless an answer names it by now. The bytes go last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [DOCUMENTS_LOCK])
        if not cursor.fetchone()[0]:
            return False
    application = (
        Application.objects.select_for_update(no_key=True, of=("self",))
        .select_related("applicant", "questionnaire")
        .get(pk=attachment.application_id)
    )
    if attachment.submissions.exists():
        return False
    named = str(attachment.public_id) in file_ids(selectors.answers_of(application))
    if named and application.state in EDITABLE_STATES:
        return False
    attachment.delete()
    document_store.remove(attachment.sha256)
    return True

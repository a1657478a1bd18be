"""Records of decisions: signing what is owed, and what the chair writes after the close."""

import logging

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import has_signing_key, record, sign
from boards import gathering, permissions
from boards.actions import Action
from boards.models import (
    DecisionRecord,
    IssueSummary,
    Motion,
    PublicSummary,
    SummaryRelease,
)
from boards.record import statement
from boards.services.guards import clean_paragraphs, live_actor, locked
from common.errors import Refused
from common.intoto import PAYLOAD_TYPE, file_of
from common.queue import enqueue

logger = logging.getLogger(__name__)

SUMMARY_LENGTH = 10_000
SIGNED_AT_ONCE = 20


def owe_record(motion: Motion) -> None:
    """Note on a locked motion, without saving it, that its record has to be signed (again).

    Nothing happens to a motion whose votes were never opened: it has no record. Whoever calls
    this saves `record_owed` with what has changed.
    """
    if motion.tally is not None:
        motion.record_owed = True
        enqueue("boards.sign_record", motion.pk)


@transaction.atomic
def renew_record(*, motion: Motion) -> None:
    """Have the record of a decision signed anew: the owning room's annex to it has changed."""
    current = locked(motion)
    owe_record(current)
    current.save(update_fields=["record_owed"])


@transaction.atomic
def sign_record(*, motion_id: int) -> DecisionRecord | None:
    """Sign the record that is owed. Without a key, or where none is owed, nothing happens."""
    motion = locked(Motion(pk=motion_id))
    if not motion.record_owed or not has_signing_key():
        return None
    former = motion.records.first()
    payload = statement(
        gathering.record_of(motion),
        base_url=settings.BASE_URL,
        version=former.version + 1 if former else 1,
        previous=former.digest if former else None,
    )
    key, envelope = sign(payload_type=PAYLOAD_TYPE, payload=payload)
    file, digest = file_of(envelope, key.fingerprint)
    signed = DecisionRecord.objects.create(
        motion=motion,
        version=former.version + 1 if former else 1,
        file=file,
        digest=digest,
        key=key,
    )
    motion.record_owed = False
    motion.save(update_fields=["record_owed"])
    record(
        actor=None,
        action=Action.RECORD_SIGNED,
        target=motion,
        also=(motion.board,),
        data={"version": signed.version, "digest": digest, "key": key.fingerprint},
    )
    return signed


def sign_owed() -> int:
    """Sign the records that are owed, a few at a time; return how many were.

    One that fails does not hold up the others; it stays owed.
    """
    if not has_signing_key():
        return 0
    signed = 0
    for motion_id in gathering.owed_records().values_list("pk", flat=True):
        if signed == SIGNED_AT_ONCE:
            break
        try:
            signed += sign_record(motion_id=motion_id) is not None
        except Exception:
            logger.exception("The record of motion %s could not be signed.", motion_id)
    return signed


@transaction.atomic
def add_summary(*, actor: User | None, motion: Motion, text: str) -> IssueSummary:
    """Add the chair's account of the controverted issues to the record of a decision."""
    chair = live_actor(actor)
    current = locked(motion)
    if why := permissions.why_no_issue_summary(chair, current):
        raise Refused(why)
    text = clean_paragraphs(text, what=_("The summary"), limit=SUMMARY_LENGTH)
    summary = IssueSummary.objects.create(motion=current, text=text, written_by=chair)
    owe_record(current)
    current.save(update_fields=["record_owed"])
    record(actor=chair, action=Action.ISSUES_SUMMARISED, target=current, also=(current.board,))
    return summary


@transaction.atomic
def draft_public_summary(*, actor: User | None, motion: Motion, text: str) -> PublicSummary:
    """Write a version of the text for the public. It is shown to nobody outside until released."""
    writer = live_actor(actor)
    current = locked(motion)
    if why := permissions.why_no_public_draft(writer, current):
        raise Refused(why)
    text = clean_paragraphs(text, what=_("The summary"), limit=SUMMARY_LENGTH)
    newest = current.public_summaries.aggregate(newest=Max("version"))["newest"] or 0
    summary = PublicSummary.objects.create(
        motion=current, version=newest + 1, text=text, written_by=writer
    )
    record(
        actor=writer,
        action=Action.SUMMARY_DRAFTED,
        target=current,
        also=(current.board,),
        data={"version": summary.version},
    )
    return summary


@transaction.atomic
def release_summary(*, actor: User | None, summary: PublicSummary) -> SummaryRelease:
    """Publish a version of the summary: the chair's act. Only the newest can be released."""
    chair = live_actor(actor)
    current = locked(summary.motion)
    if why := permissions.why_no_public_release(chair, current):
        raise Refused(why)
    newest = current.public_summaries.select_related("release").first()
    if newest is None or newest.pk != summary.pk:
        raise Refused(_("There is a newer version of the summary. Read that one, then release it."))
    if SummaryRelease.objects.filter(summary=summary).exists():
        raise Refused(_("This version of the summary is released already."))
    released = SummaryRelease.objects.create(summary=summary, released_by=chair)
    record(
        actor=chair,
        action=Action.SUMMARY_RELEASED,
        target=current,
        also=(current.board,),
        data={"version": summary.version},
    )
    return released

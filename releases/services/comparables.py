"""The only writers of the register of other developers' models.

A correction is a row that supersedes another; a verification is for what stands at that moment, by
somebody who entered none of it.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.canonical import canonical_json, digest
from common.errors import Refused
from common.text import paragraphs
from releases import notifications, permissions
from releases.actions import Action
from releases.comparables.entry import LONGEST_NOTE, ReferenceEntry, ResultEntry
from releases.comparables.record import verified
from releases.models import (
    Comparable,
    ComparableReminder,
    ComparableResult,
    ComparableStatement,
    ComparableVerification,
)
from releases.selectors.comparables import (
    Reference,
    about_to_lapse,
    entry_of,
    exhibit_of,
    references_of,
    result_entry_of,
)
from releases.services.checks import checked_reason

logger = logging.getLogger(__name__)


@transaction.atomic
def add_comparable(*, actor: User, entry: ReferenceEntry) -> Comparable:
    """Enter a model. Raises Refused where the developer has one of that name in the register."""
    guard_keeper(actor)
    try:
        with transaction.atomic():
            comparable = Comparable.objects.create(
                key=entry.key, developer=entry.developer, name=entry.name
            )
    except IntegrityError:
        raise Refused(_taken(entry)) from None
    ComparableStatement.objects.create(
        comparable=comparable, entered_by=actor, **statement_columns(entry)
    )
    record(actor=actor, action=Action.COMPARABLE_ADDED, target=comparable, data=_summary(entry))
    return comparable


@transaction.atomic
def correct_comparable(
    *,
    actor: User,
    comparable: Comparable,
    statement: str,
    entry: ReferenceEntry,
    reason: str,
) -> ComparableStatement:
    """State something else of a model from now on; what was stated stays to be read.

    `statement` is the id of what the person read. Raises Refused where that was corrected since.
    """
    guard_keeper(actor)
    comparable = _lock(comparable)
    reason = checked_reason(reason)
    former = ComparableStatement.objects.get(comparable=comparable, successor=None)
    if str(former.pk) != statement:
        raise Refused(
            _("Somebody corrected this after you opened the page. Read what is stated now first.")
        )
    if entry_of(former) == entry:
        raise Refused(_("That is what the register says already, so nothing was changed."))
    try:
        with transaction.atomic():
            rename(comparable, entry)
    except IntegrityError:
        raise Refused(_taken(entry)) from None
    correction = ComparableStatement.objects.create(
        comparable=comparable,
        supersedes=former,
        reason=reason,
        entered_by=actor,
        **statement_columns(entry),
    )
    record(
        actor=actor,
        action=Action.COMPARABLE_CORRECTED,
        target=comparable,
        data={**_summary(entry), "reason": reason},
    )
    return correction


@transaction.atomic
def add_result(*, actor: User, comparable: Comparable, entry: ResultEntry) -> ComparableResult:
    """Enter a result. Raises Refused where one of the same task, metric and source stands."""
    guard_keeper(actor)
    comparable = _lock(comparable)
    task, metric, source_url = entry.key
    last = ComparableResult.objects.filter(
        comparable=comparable, task=task, metric=metric, source_url=source_url, successor=None
    ).first()
    if last is not None and not last.withdrawn:
        raise Refused(
            _("The register has this metric on this task from that source; correct it instead.")
        )
    result = ComparableResult.objects.create(
        comparable=comparable,
        supersedes=last,
        reason="Entered again." if last else "",
        entered_by=actor,
        **asdict(entry),
    )
    record(
        actor=actor,
        action=Action.COMPARABLE_RESULT_ADDED,
        target=comparable,
        data={"result": entry.stated()},
    )
    return result


@transaction.atomic
def correct_result(
    *, actor: User, result: ComparableResult, entry: ResultEntry, reason: str
) -> ComparableResult:
    """Give a result other numbers. Its task, metric and source are what it is known by."""
    guard_keeper(actor)
    comparable, former = _lock_result(result)
    reason = checked_reason(reason)
    known = result_entry_of(former)
    if known.key != entry.key:
        raise Refused(
            _("Another task, metric or source is another result: withdraw this one and enter it.")
        )
    if known == entry:
        raise Refused(_("That is what the register says already, so nothing was changed."))
    corrected = ComparableResult.objects.create(
        comparable=comparable,
        supersedes=former,
        reason=reason,
        entered_by=actor,
        **asdict(entry),
    )
    record(
        actor=actor,
        action=Action.COMPARABLE_RESULT_CORRECTED,
        target=comparable,
        data={"result": entry.stated(), "former": known.stated(), "reason": reason},
    )
    return corrected


@transaction.atomic
def withdraw_result(*, actor: User, result: ComparableResult, reason: str) -> ComparableResult:
    """Say that a result is not to be relied on; it stays to be read."""
    guard_keeper(actor)
    comparable, former = _lock_result(result)
    reason = checked_reason(reason)
    known = result_entry_of(former)
    withdrawal = ComparableResult.objects.create(
        comparable=comparable,
        supersedes=former,
        withdrawn=True,
        reason=reason,
        entered_by=actor,
        **asdict(known),
    )
    record(
        actor=actor,
        action=Action.COMPARABLE_RESULT_WITHDRAWN,
        target=comparable,
        data={"result": known.stated(), "reason": reason},
    )
    return withdrawal


@transaction.atomic
def verify_comparable(
    *,
    actor: User,
    comparable: Comparable,
    content_digest: str,
    note: str,
    verified_at: datetime | None = None,
) -> ComparableVerification:
    """Vouch for a reference as it stands; `content_digest` is of what the person looked at.

    It counts for six months, from now or from an earlier `verified_at`, until something of the
    reference is changed. Raises Refused for whoever entered some of what stands.
    """
    guard_keeper(actor)
    comparable = _lock(comparable)
    now = timezone.now()
    done_at = verified_at or now
    if done_at > now:
        raise Refused(_("It cannot have been verified in the future."))
    [reference] = references_of([comparable], now)
    if why := why_no_verification(actor, reference):
        raise Refused(why)
    if content_digest != reference.digest:
        raise Refused(_("The reference was changed since you opened this page. Look at it again."))
    try:
        note = paragraphs(note, max_length=LONGEST_NOTE)
    except ValueError as error:
        raise Refused(_("How you verified it: %(problem)s") % {"problem": error}) from None
    stated = verified(reference.content, by=str(actor.pseudonym), at=done_at, note=note)
    verification = ComparableVerification.objects.create(
        comparable=comparable,
        content_digest=reference.digest,
        record=canonical_json(stated).decode(),
        digest=digest(stated),
        note=note,
        verified_by=actor,
        verified_at=done_at,
    )
    record(
        actor=actor,
        action=Action.COMPARABLE_VERIFIED,
        target=comparable,
        data={"digest": verification.digest, "content_digest": reference.digest},
    )
    return verification


def why_no_verification(actor: User, reference: Reference) -> str:
    """Return why this person cannot verify the reference, or nothing."""
    if actor.pk in reference.enterers:
        return _("You entered some of what stands here; somebody else has to verify it.")
    return ""


def remind_of_lapses() -> int:
    """Remind whoever keeps the register of references that lapse soon, each once.

    Each in a transaction of its own, so that one that fails does not hold up the others.
    """
    now, told = timezone.now(), 0
    for verification_id in about_to_lapse(now).values_list("pk", flat=True):
        try:
            told += _remind(verification_id, now)
        except Exception:
            logger.exception("Nobody could be reminded of verification %s.", verification_id)
    return told


@transaction.atomic
def _remind(verification_id: int, now: datetime) -> bool:
    # Of two workers, the one that comes second finds the row there.
    _row, is_new = ComparableReminder.objects.get_or_create(verification_id=verification_id)
    if not is_new:
        return False
    verification = ComparableVerification.objects.select_related("comparable").get(
        pk=verification_id
    )
    notifications.reference_lapses(verification, now)
    return True


def compared_with(comparables: Sequence[Comparable]) -> list[dict[str, str]]:
    """Return references as exhibits of a dossier. Raises Refused where one does not stand now."""
    found = references_of(comparables, timezone.now())
    for each in found:
        if not each.standing.is_live:
            raise Refused(
                _("%(model)s cannot be a reference. %(why)s")
                % {"model": each.comparable, "why": each.standing.sentence}
            )
    return [exhibit_of(each) for each in sorted(found, key=lambda each: each.comparable.key)]


def guard_keeper(actor: User) -> None:
    """Refuse whoever does not keep the register."""
    if not permissions.can_keep_comparables(actor):
        raise Refused(_("The register is kept by those who manage the releases of some model."))


def _lock(comparable: Comparable) -> Comparable:
    """Take the lock of every act on a reference: the rows of what it states cannot change."""
    return Comparable.objects.select_for_update(no_key=True).get(pk=comparable.pk)


def _lock_result(result: ComparableResult) -> tuple[Comparable, ComparableResult]:
    comparable = _lock(result.comparable)
    found = ComparableResult.objects.filter(pk=result.pk, successor=None, withdrawn=False).first()
    if found is None:
        raise Refused(_("This result was corrected or withdrawn already. Look at the model again."))
    return comparable, found


def rename(comparable: Comparable, entry: ReferenceEntry) -> None:
    """Let the row that names a model follow what is stated of it."""
    comparable.key, comparable.developer, comparable.name = entry.key, entry.developer, entry.name
    comparable.save(update_fields=["key", "developer", "name"])


def statement_columns(entry: ReferenceEntry) -> dict[str, Any]:
    """Return what is stated, as columns."""
    return entry.stated()


def _summary(entry: ReferenceEntry) -> dict[str, Any]:
    return {
        "developer": entry.developer,
        "name": entry.name,
        "level": entry.level,
        "licence": entry.licence,
        "visibility": entry.visibility,
    }


def _taken(entry: ReferenceEntry) -> str:
    return _("The register has %(name)s by %(developer)s already.") % {
        "name": entry.name,
        "developer": entry.developer,
    }

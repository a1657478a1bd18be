"""How evidence ends: replaced by newer, withdrawn, or expired. Nothing of it is ever removed."""

import logging

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.errors import Refused
from common.queue import enqueue
from releases import notifications, selectors
from releases.actions import Action
from releases.choices import EvidenceState, Right
from releases.models import Evidence, EvidenceEnd, EvidenceReminder, Release, Transition
from releases.selectors.evidence import about_to_expire
from releases.services.checks import checked_reason, guard_right, lock_release

logger = logging.getLogger(__name__)

# Days before the end, the longest first.
REMINDERS = (30, 7)


@transaction.atomic
def supersede_evidence(
    *, actor: User, evidence: Evidence, by: Evidence, reason: str
) -> EvidenceEnd:
    """Let newer evidence take the place of this."""
    release = _lock(actor, evidence)
    if by.release_id != release.pk or by.pk == evidence.pk:
        raise Refused(_("Choose other evidence of the same release."))
    if by.release_digest != release.digest or by.expires_at <= timezone.now() or _ended(by):
        raise Refused(_("Choose evidence that still stands."))
    return _end(
        actor=actor,
        release=release,
        end=EvidenceEnd(evidence=evidence, state=EvidenceState.SUPERSEDED, superseded_by=by),
        action=Action.EVIDENCE_SUPERSEDED,
        reason=reason,
    )


@transaction.atomic
def withdraw_evidence(*, actor: User, evidence: Evidence, reason: str) -> EvidenceEnd:
    """Say that this evidence is not to be relied on."""
    return _end(
        actor=actor,
        release=_lock(actor, evidence),
        end=EvidenceEnd(evidence=evidence, state=EvidenceState.WITHDRAWN),
        action=Action.EVIDENCE_WITHDRAWN,
        reason=reason,
    )


def _lock(actor: User, evidence: Evidence) -> Release:
    """Take the release's lock: the rows of evidence themselves cannot change."""
    release = lock_release(evidence.release_id)
    guard_right(actor, Right.MANAGE_RELEASE, release.model)
    if _ended(evidence):
        raise Refused(_("It was superseded or withdrawn already."))
    return release


def _ended(evidence: Evidence) -> bool:
    return EvidenceEnd.objects.filter(evidence=evidence).exists()


def _end(
    *, actor: User, release: Release, end: EvidenceEnd, action: Action, reason: str
) -> EvidenceEnd:
    evidence, by = end.evidence, end.superseded_by
    end.reason = checked_reason(reason)
    end.ended_by = actor
    end.save(force_insert=True)
    named_in = _open_move_naming(release, evidence)
    record(
        actor=actor,
        action=action,
        target=evidence,
        also=(release, release.model, *([named_in.motion] if named_in else [])),
        data={
            "title": evidence.title,
            "digest": evidence.digest,
            "superseded_by": by.digest if by else None,
            "reason": end.reason,
        },
    )
    if named_in is not None:
        notifications.exhibit_fell(named_in, evidence, end.reason)
    enqueue("releases.check_conditions", release.pk)
    return end


def _open_move_naming(release: Release, evidence: Evidence) -> Transition | None:
    transition = selectors.open_transition(release)
    if transition is None:
        return None
    transition.release = release
    url = evidence.get_absolute_url()
    exhibits = transition.motion.dossier.get("exhibits", [])
    return transition if any(exhibit["url"] == url for exhibit in exhibits) else None


def remind_of_expiry() -> int:
    """Remind the managers of evidence that expires soon, each time once; return how many times.

    Each in a transaction of its own, so that one that fails does not hold up the others.
    """
    told = 0
    for days in reversed(REMINDERS):
        for evidence_id in about_to_expire(timezone.now(), days).values_list("pk", flat=True):
            try:
                told += _remind(evidence_id, days)
            except Exception:
                logger.exception("Nobody could be reminded of evidence %s.", evidence_id)
    return told


@transaction.atomic
def _remind(evidence_id: int, days: int) -> bool:
    # Of two workers, the one that comes second finds the row there.
    _row, is_new = EvidenceReminder.objects.get_or_create(evidence_id=evidence_id, days=days)
    if not is_new:
        return False
    evidence = Evidence.objects.select_related("release__model").get(pk=evidence_id)
    notifications.evidence_expires(evidence, days)
    return True

"""Telling those concerned that a material version waits to be accepted, in good time."""

from datetime import datetime, timedelta

from django.db import transaction

from licensing import notifications
from licensing.models import TermsNotice, TermsVersion
from licensing.selectors import waiting
from licensing.versions import Phase, phase_of

# As many are told in one run.
MOST_TOLD = 500
# Whoever has not heard by so long after access stopped hears it from the verdict.
TOLD_UNTIL = timedelta(days=7)


def tell_of_terms(*, now: datetime) -> int:
    """Tell those who have not accepted a version in force how long is left; return how many.

    Level-triggered: who is told follows from what was accepted and from the time, and each is
    told once in each phase.
    """
    told = 0
    for version in waiting.versions_that_ask(now, now - TOLD_UNTIL):
        if version.binds_at is None:
            continue
        phase = phase_of(version.binds_at, now)
        told += _tell_users(version, phase, MOST_TOLD - told)
        told += _tell_officials(version, phase, MOST_TOLD - told)
        if told >= MOST_TOLD:
            break
    return told


def _tell_users(version: TermsVersion, phase: Phase, most: int) -> int:
    told = 0
    for user in waiting.users_to_tell(version, phase)[: max(0, most)]:
        told += _note(TermsNotice(version=version, user=user, phase=phase))
    return told


def _tell_officials(version: TermsVersion, phase: Phase, most: int) -> int:
    told = 0
    if not version.organization_signs:
        return told
    memberships = waiting.officials_to_tell(version, phase).select_related("user", "organization")
    for membership in memberships[: max(0, most)]:
        organization = membership.organization
        notice = TermsNotice(
            version=version, user=membership.user, organization=organization, phase=phase
        )
        told += _note(notice)
    return told


@transaction.atomic
def _note(notice: TermsNotice) -> int:
    """Tell one person, unless another worker did so meanwhile."""
    _kept, made = TermsNotice.objects.get_or_create(
        version=notice.version,
        user=notice.user,
        organization=notice.organization,
        phase=notice.phase,
    )
    if not made:
        return 0
    notifications.terms_changed(
        notice.user, notice.version, notice.organization, Phase(notice.phase)
    )
    return 1

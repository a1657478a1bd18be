"""Clearances: what vetting found, and until when it counts."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notifications, organization_notifications
from accounts.actions import Action
from accounts.models import Clearance, Membership, Organization, Tier, User
from accounts.selectors import (
    CLEARANCE_REMINDERS,
    clearances_to_remind_of,
    live_clearances,
    live_memberships,
    membership_of,
)
from accounts.services.checks import checked_reason
from accounts.services.screening.watching import CLEARANCE, end_watching, watch_clearance
from audit.services import record
from common import reminders
from common.errors import Refused

LONGEST = timedelta(days=3 * 366)
# For how long access that was given goes on after a change that only has to be looked at. Who
# controls an organisation, and where somebody is, decides whether they may have anything at all.
GRACE = timedelta(days=30)
AT_ONCE = frozenset(
    (Clearance.Change.COUNTRY, Clearance.Change.PARENT, Clearance.Change.AFFILIATION)
)


@transaction.atomic
def grant_clearance(
    *,
    actor: User,
    tier: int,
    expires_at: datetime,
    user: User | None = None,
    organization: Organization | None = None,
    affiliation: Organization | None = None,
    country: str = "",
) -> Clearance:
    """Record that one person or one organisation was vetted. Nobody vets themselves.

    A person's clearance stands on the organisation they were vetted with and the country they
    declared: leaving the one, or another one of the other, reopens it.
    """
    if (user is None) == (organization is None):
        raise Refused(_("A clearance is for one person or for one organisation."))
    if tier not in {Tier.IDENTIFIED, Tier.VETTED, Tier.ENHANCED}:
        raise Refused(_("The tier must be 1, 2 or 3."))
    now = timezone.now()
    if not now < expires_at <= now + LONGEST:
        raise Refused(_("A clearance must end in the future, within three years."))
    if not actor.is_active:
        raise Refused(_("Your account is closed."))
    if user is not None and (user.pk == actor.pk or not user.is_active):
        raise Refused(_("You cannot clear yourself or somebody whose account is closed."))
    if organization is not None and membership_of(actor, organization) is not None:
        raise Refused(_("You cannot clear an organisation that you belong to."))
    clearance = Clearance.objects.create(
        user=user,
        organization=organization,
        tier=tier,
        granted_by=actor,
        expires_at=expires_at,
        affiliation=affiliation if user is not None else None,
        country=country if user is not None else "",
    )
    record(
        actor=actor,
        action=Action.CLEARANCE_GRANTED,
        target=clearance,
        also=(_subject(clearance),),
        data={"tier": tier, "expires_at": expires_at.isoformat()},
    )
    watch_clearance(clearance)
    notifications.clearance_granted(clearance, _concerned(clearance))
    return clearance


@transaction.atomic
def revoke_clearance(*, actor: User | None, clearance: Clearance, reason: str) -> Clearance:
    """End a clearance at once."""
    reason = checked_reason(reason)
    clearance = (
        Clearance.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user", "organization")
        .get(pk=clearance.pk)
    )
    if clearance.revoked_at is not None:
        raise Refused(_("This clearance was revoked already."))
    clearance.revoked_at = timezone.now()
    clearance.save(update_fields=["revoked_at"])
    record(
        actor=actor,
        action=Action.CLEARANCE_REVOKED,
        target=clearance,
        also=(_subject(clearance),),
        data={"reason": reason, "tier": clearance.tier},
    )
    end_watching(source=CLEARANCE, source_id=clearance.pk)
    notifications.clearance_revoked(clearance, _concerned(clearance), reason)
    return clearance


def reopen_clearances(
    *,
    actor: User | None,
    change: Clearance.Change,
    user: User | None = None,
    organization: Organization | None = None,
    affiliation: Organization | None = None,
) -> list[Clearance]:
    """Say that what vetting stood on changed: what it found counts for nothing new from now on.

    Access that was given goes on for a grace, or stops at once where country, parent or
    affiliation changed. A later change shortens a grace and never lengthens it. With
    `affiliation` only the clearances that stand on that organisation are reopened.
    """
    now = timezone.now()
    found = live_clearances(now).filter(user=user, organization=organization)
    if affiliation is not None:
        found = found.filter(affiliation=affiliation)
    reopened = []
    with transaction.atomic():
        locked = found.select_for_update(no_key=True, of=("self",))
        for clearance in locked.select_related("user", "organization").order_by("pk"):
            until = now if change in AT_ONCE else now + GRACE
            if clearance.counts_until is not None and clearance.counts_until <= until:
                continue
            clearance.reopened_at = now
            clearance.reopened_for = change
            clearance.counts_until = until
            clearance.save(update_fields=["reopened_at", "reopened_for", "counts_until"])
            record(
                actor=actor,
                action=Action.CLEARANCE_REOPENED,
                target=clearance,
                also=(_subject(clearance),),
                data={"change": change.value, "counts_until": until.isoformat()},
            )
            reopened.append(clearance)
        if reopened:
            last = max(reopened, key=lambda each: each.tier)
            organization_notifications.clearance_reopened(last, _concerned(last))
    return reopened


@transaction.atomic
def declare_change(*, actor: User, change: str) -> list[Clearance]:
    """Say of oneself that something changed which the pages cannot know, such as the country."""
    if change not in (Clearance.Change.COUNTRY, Clearance.Change.AFFILIATION):
        raise Refused(_("Choose what changed."))
    reopened = reopen_clearances(actor=actor, change=Clearance.Change(change), user=actor)
    if not reopened:
        raise Refused(_("You have no clearance that this would reopen."))
    return reopened


def remind_of_clearances(*, most: int = 500) -> int:
    """Tell people and owners 60, 30 and 7 days before a clearance ends; return how many told."""
    due = clearances_to_remind_of(timezone.now()).order_by("expires_at")
    return sum(_remind(clearance_id) for clearance_id in due.values_list("pk", flat=True)[:most])


@transaction.atomic
def _remind(clearance_id: int) -> bool:
    now = timezone.now()
    clearance = (
        clearances_to_remind_of(now)
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("user", "organization")
        .filter(pk=clearance_id)
        .first()
    )
    if clearance is None:
        return False
    clearance.reminded = reminders.step(clearance.expires_at, CLEARANCE_REMINDERS, now)
    clearance.save(update_fields=["reminded"])
    organization_notifications.clearance_ending(clearance, _concerned(clearance))
    return True


def _subject(clearance: Clearance) -> User | Organization:
    subject = clearance.user or clearance.organization
    assert subject is not None  # noqa: S101 - the table's constraint says so
    return subject


def _concerned(clearance: Clearance) -> list[User]:
    if clearance.user is not None:
        return [clearance.user]
    owners = live_memberships().filter(
        organization=clearance.organization_id, role=Membership.Role.OWNER
    )
    return [membership.user for membership in owners.select_related("user")]

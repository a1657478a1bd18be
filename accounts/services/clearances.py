"""Clearances: what vetting found, and until when it counts."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notifications
from accounts.actions import Action
from accounts.models import Clearance, Membership, Organization, Tier, User
from accounts.selectors import live_memberships, membership_of
from accounts.services.checks import checked_reason
from accounts.services.screening.watching import CLEARANCE, end_watching, watch_clearance
from audit.services import record
from common.errors import Refused

LONGEST = timedelta(days=3 * 366)


@transaction.atomic
def grant_clearance(
    *,
    actor: User,
    tier: int,
    expires_at: datetime,
    user: User | None = None,
    organization: Organization | None = None,
) -> Clearance:
    """Record that one person or one organisation was vetted. Nobody vets themselves."""
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
        user=user, organization=organization, tier=tier, granted_by=actor, expires_at=expires_at
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

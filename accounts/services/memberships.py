"""Who acts for an organisation, in what role, and until when."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notifications, organization_notifications
from accounts.actions import Action
from accounts.models import Clearance, MailboxCheck, Membership, Organization, User
from accounts.permissions import is_owner
from accounts.selectors import (
    is_domain_verified,
    is_email_verified,
    lapsed_memberships,
    live_memberships,
)
from accounts.services.checks import checked_reason
from accounts.services.clearances import reopen_clearances
from accounts.services.links import end_checks
from audit.services import record
from common.errors import Refused

# How long whoever is at an organisation without a proof has, to bring one.
FIRST_PROOF_WITHIN = timedelta(days=60)


def affiliation_period() -> timedelta:
    """Return for how long a proof that somebody belongs to an organisation counts."""
    return timedelta(days=round(settings.AFFILIATION_MONTHS * 365 / 12))


def lock_organization(organization_id: int) -> Organization:
    """Return an organisation, locked: its members change one after the other."""
    return Organization.objects.select_for_update(no_key=True).get(pk=organization_id)


@transaction.atomic
def add_member(
    *, actor: User | None, organization: Organization, user: User, role: str
) -> Membership:
    """Let a person act for an organisation. An owner does this, or the portal itself."""
    organization = lock_organization(organization.pk)
    if actor is not None and not is_owner(actor, organization):
        raise Refused(_("Only an owner of the organisation can add members."))
    if role not in Membership.Role.values:
        raise Refused(_("There is no such role."))
    if not user.is_active or not is_email_verified(user):
        raise Refused(_("The person must have an account with a confirmed e-mail address."))
    membership = start_membership(actor, organization, user, role)
    if actor is None or actor.pk != user.pk:
        notifications.membership_started(membership)
    return membership


def start_membership(
    actor: User | None, organization: Organization, user: User, role: str, *, proven_by: str = ""
) -> Membership:
    """Insert the membership in a locked organisation.

    `proven_by` is an address at its domain that the person can read, as far as one is known.
    """
    now = timezone.now()
    until: datetime | None = None
    if is_domain_verified(organization, now):
        until = now + (affiliation_period() if proven_by else FIRST_PROOF_WITHIN)
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                user=user,
                organization=organization,
                role=role,
                affiliation_until=until,
                affiliation_address=proven_by if until else "",
            )
    except IntegrityError:
        raise Refused(_("This person is a member already.")) from None
    record(
        actor=actor,
        action=Action.MEMBERSHIP_STARTED,
        target=membership,
        also=(organization, user),
        data={"role": role},
    )
    return membership


@transaction.atomic
def change_role(*, actor: User, membership: Membership, role: str) -> Membership:
    """Give a member another role. Owners do this; the last owner stays one."""
    organization = lock_organization(membership.organization_id)
    membership = _locked(membership)
    if not is_owner(actor, organization):
        raise Refused(_("Only an owner of the organisation changes roles."))
    if role not in Membership.Role.values:
        raise Refused(_("There is no such role."))
    _require_open(membership)
    if membership.role == role:
        return membership
    if _is_last_owner(membership):
        raise Refused(_("The organisation would have no owner. Make another member one first."))
    former, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    record(
        actor=actor,
        action=Action.MEMBERSHIP_ROLE_CHANGED,
        target=membership,
        also=(organization, membership.user),
        data={"from": former, "to": role},
    )
    if membership.user_id != actor.pk:
        organization_notifications.role_changed(membership)
    return membership


@transaction.atomic
def end_membership(*, actor: User | None, membership: Membership, reason: str) -> Membership:
    """End a person's place in an organisation: by themselves, an owner, or the portal."""
    reason = checked_reason(reason)
    # The organisation is locked so that two owners cannot both leave as "not the last".
    organization = lock_organization(membership.organization_id)
    membership = _locked(membership)
    own = actor is not None and membership.user_id == actor.pk
    if actor is not None and not own and not is_owner(actor, organization):
        raise Refused(_("Only the member and the organisation's owners can end a membership."))
    _require_open(membership)
    if actor is not None and _is_last_owner(membership):
        raise Refused(_("The organisation would have no owner. Add another owner first."))
    _end(actor, membership, reason)
    if not own:
        notifications.membership_ended(membership, reason)
    return membership


def _end(actor: User | None, membership: Membership, reason: str) -> None:
    membership.ended_at = timezone.now()
    membership.save(update_fields=["ended_at"])
    end_checks(MailboxCheck.objects.filter(membership=membership))
    record(
        actor=actor,
        action=Action.MEMBERSHIP_ENDED,
        target=membership,
        also=(membership.organization, membership.user),
        data={"reason": reason},
    )
    # They were vetted as somebody of this organisation.
    reopen_clearances(
        actor=actor,
        change=Clearance.Change.AFFILIATION,
        user=membership.user,
        affiliation=membership.organization,
    )


def lapse_memberships(*, most: int = 500) -> int:
    """End the memberships that lapsed by the clock; return how many.

    They counted no more from that moment. The last owner's place stays open, so that somebody
    can still bring the proof; until then it opens nothing.
    """
    found = lapsed_memberships(timezone.now()).order_by("affiliation_until")
    return sum(_lapse(membership) for membership in found[:most])


@transaction.atomic
def _lapse(membership: Membership) -> bool:
    lock_organization(membership.organization_id)
    membership = _locked(membership)
    still = lapsed_memberships(timezone.now()).filter(pk=membership.pk).exists()
    if not still or _is_last_owner(membership):
        return False
    reason = _("You did not show in time that you still belong to this organisation.")
    _end(None, membership, reason)
    notifications.membership_ended(membership, reason)
    return True


def _locked(membership: Membership) -> Membership:
    return (
        Membership.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user", "organization")
        .get(pk=membership.pk)
    )


def _require_open(membership: Membership) -> None:
    if membership.ended_at is not None:
        raise Refused(_("This membership has ended already."))


def _is_last_owner(membership: Membership) -> bool:
    if membership.role != Membership.Role.OWNER:
        return False
    others = live_memberships().filter(
        organization=membership.organization_id, role=Membership.Role.OWNER, user__is_active=True
    )
    return not others.exclude(pk=membership.pk).exists()

"""Invitations into an organisation: by mail, for one use, also for who has no account yet."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import organization_notifications
from accounts.actions import Action
from accounts.models import Invitation, Membership, Organization, User
from accounts.permissions import is_owner
from accounts.selectors import (
    has_verified_address,
    is_email_verified,
    open_invitations,
    open_memberships,
)
from accounts.services.links import end_invitations
from accounts.services.memberships import lock_organization, start_membership
from audit.services import record
from common.errors import Refused
from common.mail_links import Purpose, new_link
from common.public_mail import is_at

LIFETIME = timedelta(days=14)
# An expired one can be sent again for so long; then its address is forgotten.
KEPT_FOR = timedelta(days=30)
MOST_OPEN = 200
MOST_A_DAY = 100
RESEND_AFTER = timedelta(minutes=10)


@transaction.atomic
def invite_member(
    *, actor: User, organization: Organization, address: str, role: str
) -> Invitation:
    """Ask somebody into the organisation. One open invitation an address; owners do this."""
    organization = lock_organization(organization.pk)
    _require_owner(actor, organization)
    if role not in Membership.Role.values:
        raise Refused(_("There is no such role."))
    address = address.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Refused(_("This is not an e-mail address.")) from None
    if open_memberships().filter(organization=organization, user__email__iexact=address).exists():
        raise Refused(_("This person is a member already."))
    now = timezone.now()
    waiting = open_invitations(organization)
    if waiting.filter(address__iexact=address).exists():
        raise Refused(_("This address is invited already. Send that invitation again instead."))
    lately = Invitation.objects.filter(
        organization=organization, created_at__gt=now - timedelta(days=1)
    )
    if waiting.count() >= MOST_OPEN or lately.count() >= MOST_A_DAY:
        raise Refused(_("Too many invitations are open, or were sent today. Take some back first."))
    secret, digest = new_link(Purpose.INVITATION)
    invitation = Invitation.objects.create(
        organization=organization,
        address=address,
        role=role,
        digest=digest,
        invited_by=actor,
        sent_at=now,
        expires_at=now + LIFETIME,
    )
    record(
        actor=actor,
        action=Action.INVITATION_SENT,
        target=invitation,
        also=(organization,),
        data={"role": role},
    )
    organization_notifications.invitation(invitation, secret)
    return invitation


@transaction.atomic
def resend_invitation(*, actor: User, invitation: Invitation) -> Invitation:
    """Send an invitation again with a fresh link; the former one opens nothing any more."""
    organization = lock_organization(invitation.organization_id)
    _require_owner(actor, organization)
    invitation = _open_one(invitation)
    now = timezone.now()
    if invitation.sent_at > now - RESEND_AFTER:
        raise Refused(_("It was sent a moment ago. Wait ten minutes before you send it again."))
    secret, invitation.digest = new_link(Purpose.INVITATION)
    # Whoever sends it answers for it.
    invitation.invited_by = actor
    invitation.sent_at, invitation.expires_at = now, now + LIFETIME
    invitation.save(update_fields=["digest", "invited_by", "sent_at", "expires_at"])
    record(
        actor=actor,
        action=Action.INVITATION_SENT,
        target=invitation,
        also=(organization,),
        data={"role": invitation.role, "again": True},
    )
    organization_notifications.invitation(invitation, secret)
    return invitation


@transaction.atomic
def revoke_invitation(*, actor: User, invitation: Invitation) -> Invitation:
    """Take an invitation back; its link opens nothing any more."""
    organization = lock_organization(invitation.organization_id)
    _require_owner(actor, organization)
    invitation = _open_one(invitation)
    invitation.revoked_at = timezone.now()
    invitation.address = ""
    invitation.save(update_fields=["revoked_at", "address"])
    record(actor=actor, action=Action.INVITATION_REVOKED, target=invitation, also=(organization,))
    return invitation


@transaction.atomic
def accept_invitation(*, actor: User, invitation: Invitation) -> Membership:
    """Join the organisation, as whoever reads the mail of the invited address."""
    organization = lock_organization(invitation.organization_id)
    invitation = _open_one(invitation)
    now = timezone.now()
    if invitation.expires_at <= now:
        raise Refused(_("This invitation has ended. Ask the organisation to send it again."))
    if not is_owner(invitation.invited_by, organization):
        raise Refused(
            _("Whoever invited you is no owner of the organisation any more. Ask another owner.")
        )
    if not User.objects.filter(pk=actor.pk, is_active=True).exists():
        raise Refused(_("Your account is closed."))
    if not is_email_verified(actor) or not has_verified_address(actor, invitation.address):
        raise Refused(
            _("This invitation went to another address. Sign in with the account that has it.")
        )
    address = invitation.address
    proven = address if is_at(address, organization.domain) else ""
    membership = start_membership(actor, organization, actor, invitation.role, proven_by=proven)
    invitation.accepted_at, invitation.accepted_by = now, actor
    invitation.address = ""
    invitation.save(update_fields=["accepted_at", "accepted_by", "address"])
    record(
        actor=actor,
        action=Action.INVITATION_ACCEPTED,
        target=invitation,
        also=(organization, membership),
    )
    organization_notifications.invitation_accepted(invitation, membership)
    return membership


def forget_old_invitations() -> None:
    """Take back what nobody took up long after its end, and blank the addresses."""
    end_invitations(Invitation.objects.filter(expires_at__lte=timezone.now() - KEPT_FOR))


def _open_one(invitation: Invitation) -> Invitation:
    found = (
        open_invitations(invitation.organization)
        .select_for_update(no_key=True, of=("self",))
        .filter(pk=invitation.pk)
        .first()
    )
    if found is None:
        raise Refused(_("This invitation was taken up or taken back already."))
    return found


def _require_owner(actor: User, organization: Organization) -> None:
    if not is_owner(actor, organization):
        raise Refused(_("Only an owner of the organisation invites members."))

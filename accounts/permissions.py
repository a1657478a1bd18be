"""Who may do what with accounts and organisations."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.models import (
    DeviceSignIn,
    Invitation,
    Membership,
    Organization,
    PersonalToken,
    User,
)
from accounts.selectors import invitations_for, live_memberships, open_memberships


def signed_in(request: HttpRequest) -> User:
    """Return the person who makes the request; to be used behind `login_required`."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def can_operate(user: object) -> bool:
    """Tell whether the person runs this instance. Opens no governed door."""
    return isinstance(user, User) and user.is_active and user.is_staff


def is_owner(user: User, organization: Organization) -> bool:
    """Tell whether the person is a live owner of the organisation."""
    return (
        live_memberships()
        .filter(user=user, organization=organization, role=Membership.Role.OWNER)
        .exists()
    )


def get_organization_or_404(user: User, slug: str) -> tuple[Organization, Membership]:
    """Return an organisation with the person's own membership; only members know of it.

    Also the membership that lapsed by the clock and is still open: there one brings the proof.
    """
    membership = (
        open_memberships()
        .select_related("organization")
        .filter(user=user, organization__slug=slug)
        .first()
    )
    if membership is None:
        raise Http404
    return membership.organization, membership


def get_membership_or_404(user: User, membership_id: int) -> Membership:
    """Return an open membership that the person may end: their own, or one that they own over."""
    membership = (
        open_memberships().select_related("organization", "user").filter(pk=membership_id).first()
    )
    if membership is None or not can_end_membership(user, membership):
        raise Http404
    return membership


def can_end_membership(user: User, membership: Membership) -> bool:
    """Tell whether the person may end the membership: it is theirs, or they are an owner."""
    return membership.user_id == user.pk or is_owner(user, membership.organization)


def get_owned_or_404(user: User, slug: str) -> tuple[Organization, Membership]:
    """Return an organisation with the person's own membership, if they are a live owner of it."""
    organization, membership = get_organization_or_404(user, slug)
    if not is_owner(user, organization):
        raise Http404
    return organization, membership


def get_owned_membership_or_404(user: User, membership_id: int) -> Membership:
    """Return an open membership of an organisation that the person owns."""
    membership = get_membership_or_404(user, membership_id)
    if not is_owner(user, membership.organization):
        raise Http404
    return membership


def get_sent_invitation_or_404(user: User, public_id: UUID) -> Invitation:
    """Return an open invitation of an organisation that the person owns."""
    invitation = (
        Invitation.objects.select_related("organization", "invited_by")
        .filter(public_id=public_id, accepted_at__isnull=True, revoked_at__isnull=True)
        .first()
    )
    if invitation is None or not is_owner(user, invitation.organization):
        raise Http404
    return invitation


def get_own_invitation_or_404(user: User, public_id: UUID, now: datetime) -> Invitation:
    """Return an invitation that went to an address which is shown to be the person's."""
    invitation = invitations_for(user, now).filter(public_id=public_id).first()
    if invitation is None:
        raise Http404
    return invitation


def get_token_or_404(user: User, token_id: int) -> PersonalToken:
    """Return one of the person's own tokens that is not revoked."""
    token = PersonalToken.objects.filter(pk=token_id, user=user, revoked_at__isnull=True).first()
    if token is None:
        raise Http404
    return token


def get_device_sign_in_or_404(user: User, public_id: UUID) -> DeviceSignIn:
    """Return a device whose code this person was the last to enter."""
    sign_in = DeviceSignIn.objects.filter(public_id=public_id, seen_by=user).first()
    if sign_in is None:
        raise Http404
    return sign_in

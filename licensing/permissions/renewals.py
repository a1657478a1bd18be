"""Who may renew a clearance, and see that it is asked for."""

from uuid import UUID

from django.http import Http404

from accounts.models import Clearance, User
from accounts.permissions import is_owner
from licensing.models import (
    Renewal,
)
from licensing.permissions.reviews import reviewed_models


def get_renewable_or_404(user: User, clearance_id: int) -> Clearance:
    """Return a clearance of the person's own, or of an organisation that they own."""
    clearance = (
        Clearance.objects.select_related("user", "organization", "affiliation")
        .filter(pk=clearance_id)
        .first()
    )
    if clearance is None:
        raise Http404
    if clearance.user_id is not None and clearance.user_id == user.pk:
        return clearance
    if clearance.organization is None or not is_owner(user, clearance.organization):
        raise Http404
    return clearance


def get_renewal_or_404(user: User, public_id: UUID) -> Renewal:
    """Return a renewal, for reviewers of any model and for whoever asked for it."""
    renewal = (
        Renewal.objects.select_related(
            "clearance__user",
            "clearance__organization",
            "clearance__affiliation",
            "asked_by",
            "first_reviewer",
        )
        .filter(public_id=public_id)
        .first()
    )
    if renewal is None:
        raise Http404
    if renewal.asked_by_id != user.pk and not reviewed_models(user).exists():
        raise Http404
    return renewal

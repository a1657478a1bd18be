"""Who publishes terms, and may see an acceptance."""

from uuid import UUID

from django.http import Http404

from accounts.models import User
from boards.models import Seat, SeatRole
from licensing.models import (
    Acceptance,
    Capacity,
    TermsDraft,
)
from licensing.selectors import (
    agreements,
)
from releases.permissions import (
    Person,
)


def can_publish_terms(user: Person) -> bool:
    """Tell whether the person holds a legal seat on a board of this portal."""
    return (
        isinstance(user, User)
        and user.is_active
        and Seat.objects.held_by(user).filter(role=SeatRole.LEGAL).exists()
    )


def get_draft_or_404(user: Person, draft_id: int) -> TermsDraft:
    """Return a draft that is worked on, for the holder of a legal seat."""
    if not can_publish_terms(user) or draft_id > 2**31:
        raise Http404
    draft = agreements.open_drafts().filter(pk=draft_id).first()
    if draft is None:
        raise Http404
    return draft


def get_acceptance_or_404(user: Person, public_id: UUID) -> Acceptance:
    """Return an acceptance of the person's own, or one that binds an organisation they sign for."""
    acceptance = agreements.acceptance_by_public_id(public_id)
    if acceptance is None or not isinstance(user, User) or not user.is_active:
        raise Http404
    if acceptance.user_id != user.pk and not (
        acceptance.capacity == Capacity.SIGNATORY
        and acceptance.organization is not None
        and agreements.may_sign(user, acceptance.organization)
    ):
        raise Http404
    return acceptance

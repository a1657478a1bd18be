"""Who may let grants out of a suspended selection, and have a board lift it."""

from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from licensing.models import (
    Grant,
    Suspension,
)
from licensing.permissions.bans import can_ask_board, can_see_bans
from licensing.permissions.grants import can_govern_grants, has_stake
from licensing.selectors import (
    suspensions,
)
from releases.permissions import (
    Person,
)


def why_not_left_out(user: User, suspension: Suspension, grant: Grant) -> str:
    """Return why a person may not let one grant out of a suspension, or an empty string.

    It takes another authorised person than the one who placed it, and nobody for themselves.
    """
    if suspension.lifted_at is not None:
        return _("The suspension is lifted already.")
    if not can_govern_grants(user, grant.model):
        return _("You have no right to govern the grants of this model.")
    if suspension.placed_by_id == user.pk:
        return _("You suspended this selection; another authorised person must let a grant out.")
    if has_stake(user, grant):
        return _("This grant is your own organisation's; somebody else must let it out.")
    return ""


def why_no_lift_of_selection(user: User, suspension: Suspension) -> str:
    """Return why a person may not ask the board to lift a suspension, or an empty string."""
    if suspension.lifted_at is not None:
        return _("The suspension is lifted already.")
    if not user.is_active:
        return _("Your account is closed.")
    if suspensions.with_stake(suspensions.affected(suspension), user).exists():
        return _("It stops a grant of your own; somebody else must propose to lift it.")
    if not can_ask_board(user, suspension.board_id):
        return _(
            "Lifting a suspension of several grants is proposed by a seat of its board, or by "
            "whoever may place holds or manage releases on a model of that board."
        )
    return ""


def get_suspension_or_404(user: Person, public_id: UUID) -> Suspension:
    """Return a suspension of a selection, for those who may know of every ban."""
    found = suspensions.by_public_id(public_id)
    if found is None or not can_see_bans(user):
        raise Http404
    return found

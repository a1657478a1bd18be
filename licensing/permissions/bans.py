"""Who may place bans, know of them, and have a board end them."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from boards.models import Seat
from licensing.models import (
    Ban,
)
from licensing.selectors import (
    bans,
)
from releases.choices import Right
from releases.models import Model
from releases.permissions import (
    Person,
    models_with_right,
)


def banning_models(user: Person) -> QuerySet[Model]:
    """Return the models in whose name the person may place a ban: any whose brake they hold."""
    return models_with_right(user, Right.PLACE_HOLD)


def can_see_bans(user: Person) -> bool:
    """Tell whether the person may know of every ban: who may place one, and every seat."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return banning_models(user).exists() or Seat.objects.held_by(user).exists()


def can_ask_board(user: User, board_id: int) -> bool:
    """Tell whether the person may put the end of something, or a looser table, before a board."""
    rights = (Right.PLACE_HOLD, Right.MANAGE_RELEASE)
    return (
        any(models_with_right(user, right).filter(board=board_id).exists() for right in rights)
        or Seat.objects.held_by(user).filter(board=board_id).exists()
    )


def why_no_lift(user: User, ban: Ban) -> str:
    """Return why a person may not ask the board to lift a ban, or an empty string.

    Whoever may place holds or manage releases on a model of the board proposes it, or a seat of
    it, who then has no vote. Nobody does in their own cause.
    """
    if ban.lifted_at is not None:
        return _("The ban is lifted already.")
    if not user.is_active:
        return _("Your account is closed.")
    if bans.is_concerned(user, ban):
        return _("The ban keeps you out yourself; somebody else must propose to lift it.")
    if not can_ask_board(user, ban.board_id):
        return _(
            "Lifting a ban is proposed by a seat of its board, or by whoever may place holds or "
            "manage releases on a model of that board."
        )
    return ""


@dataclass(frozen=True)
class BanView:
    """A ban with what the person who looks is to it."""

    ban: Ban
    concerned: bool
    staff: bool


def get_ban_or_404(user: Person, public_id: UUID) -> BanView:
    """Return a ban, for those whom it keeps out and for those who may know of every ban."""
    ban = bans.ban_by_public_id(public_id)
    if ban is None or not isinstance(user, User) or not user.is_active:
        raise Http404
    seen = BanView(ban, bans.is_concerned(user, ban), can_see_bans(user))
    if not seen.concerned and not seen.staff:
        raise Http404
    return seen

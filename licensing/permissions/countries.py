"""Who may read and change country tables, and keep export licences."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import can_operate
from boards.models import Board, Seat
from licensing.models import ExportLicence, Grant
from licensing.permissions.bans import can_ask_board
from licensing.permissions.grants import can_govern_grants
from licensing.selectors import suspensions
from releases.choices import Right
from releases.models import Model
from releases.permissions import Person, models_with_right, users_with_right
from releases.selectors import model_by_name


def _of_board(user: Person, right: Right, board: Board) -> bool:
    return models_with_right(user, right).filter(board=board).exists()


def can_see_countries(user: Person, board: Board) -> bool:
    """Tell whether the person may read a board's country table.

    Its seats, who reviews for, may place holds on or manages releases of a model of the board, and
    the operator.
    """
    if not isinstance(user, User) or not user.is_active:
        return False
    rights = (Right.REVIEW_APPLICATION, Right.PLACE_HOLD, Right.MANAGE_RELEASE)
    return (
        can_operate(user)
        or Seat.objects.held_by(user).filter(board=board).exists()
        or any(_of_board(user, right, board) for right in rights)
    )


def boards_with_countries(user: Person) -> list[Board]:
    """Return the boards whose country table the person may read, by name."""
    boards = Board.objects.order_by("name", "pk")
    return [board for board in boards if can_see_countries(user, board)]


def get_country_board_or_404(user: Person, slug: str) -> Board:
    """Return a board whose country table the person may read."""
    board = Board.objects.filter(slug=slug).first()
    if board is None or not can_see_countries(user, board):
        raise Http404
    return board


def why_no_countries(user: User, board: Board) -> str:
    """Return why a person may not let a stricter country table count, or an empty string."""
    if can_operate(user) or _of_board(user, Right.PLACE_HOLD, board):
        return ""
    return _(
        "A stricter country table is put in force by whoever may place holds on a model of the "
        "board, or by the operator."
    )


def why_no_countries_motion(user: User, board: Board) -> str:
    """Return why a person may not put another country table before the board, or ""."""
    if can_ask_board(user, board.pk):
        return ""
    return _(
        "A looser country table is proposed by a seat of the board, or by whoever may place holds "
        "or manage releases on a model of that board."
    )


def staff_of_board(board: Board) -> list[User]:
    """Return who reviews for, or may place holds on, some model of the board."""
    rights = (Right.REVIEW_APPLICATION, Right.PLACE_HOLD)
    found = {
        user.pk: user
        for model in Model.objects.filter(board=board).order_by("pk")
        for right in rights
        for user in users_with_right(right, model)
    }
    return list(found.values())


def seats_with_stake(board: Board, grants: QuerySet[Grant]) -> list[int]:
    """Return who on the board holds or may use one of the grants, or belongs to its holder."""
    seats = Seat.objects.filter(board=board, holder__isnull=False).select_related("holder")
    holders = [seat.holder for seat in seats if seat.holder]
    return [each.pk for each in holders if suspensions.with_stake(grants, each).exists()]


def licensing_models(user: Person) -> QuerySet[Model]:
    """Return the models for which the person puts export licences on record."""
    return models_with_right(user, Right.PLACE_HOLD)


def get_licensed_model_or_404(user: Person, namespace: str, name: str) -> Model:
    """Return a model whose export licences the person may read: its leads and its reviewers."""
    model = model_by_name(namespace, name)
    if model is None or not can_govern_grants(user, model):
        raise Http404
    return model


def get_licence_or_404(user: Person, public_id: UUID) -> ExportLicence:
    """Return an export licence of a model that the person leads or reviews for."""
    rows = ExportLicence.objects.select_related(
        "model", "organization", "recorded_by", "withdrawn_by"
    )
    found = rows.filter(public_id=public_id).first()
    if found is None or not can_govern_grants(user, found.model):
        raise Http404
    return found

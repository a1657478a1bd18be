"""What the person who looks is to this instance: read once for a request, in one query."""

from dataclasses import dataclass, field

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet
from django.http import HttpRequest

from accounts.models import User
from accounts.permissions import can_operate
from boards.models import Seat, SeatRole
from common.prepared import Parameter, Prepared
from releases.choices import Right
from releases.permissions import rights_by_model, rights_held


@dataclass(frozen=True)
class Viewer:
    """Rights by model id, boards by id (and which of them the person chairs), unread notifications.

    Empty for a visitor.
    """

    user: User | None = None
    rights: dict[int, set[str]] = field(default_factory=dict)
    boards: frozenset[int] = frozenset()
    chaired: frozenset[int] = frozenset()
    unread: int = 0

    def models_with(self, right: Right) -> list[int]:
        """Return the ids of the models on which the person has the right."""
        return [model for model, rights in self.rights.items() if right in rights]

    @property
    def is_operator(self) -> bool:
        """Tell whether the person runs this instance."""
        return can_operate(self.user)


def viewer(request: HttpRequest) -> Viewer:
    """Return who looks; the second call in a request costs nothing."""
    known = getattr(request, "sluice_viewer", None)
    if known is None:
        user = getattr(request, "user", None)
        known = _read(user) if isinstance(user, User) and user.is_active else Viewer()
        request.sluice_viewer = known  # type: ignore[attr-defined] # a cache of our own
    return known


def _read(user: User) -> Viewer:
    (found,) = _VIEWER.fetch(user=user.pk)
    return Viewer(
        user=user,
        rights=rights_by_model(found.rights),
        boards=frozenset(found.boards),
        chaired=frozenset(found.chaired),
        unread=found.unread,
    )


def _found() -> QuerySet[User]:
    seats = Seat.objects.held_by(OuterRef("pk")).order_by()
    chairs = seats.filter(role=SeatRole.CHAIR)
    unread = Count(
        "notifications",
        filter=Q(notifications__in_inbox=True, notifications__read_at__isnull=True),
    )
    people = User.objects.filter(pk=Parameter("user", "bigint")).only("pk")
    return people.annotate(
        boards=ArraySubquery(seats.values("board_id")),
        chaired=ArraySubquery(chairs.values("board_id")),
        unread=unread,
        rights=rights_held(),
    )


# Asked for every page that anybody who is signed in opens.
_VIEWER = Prepared(_found)

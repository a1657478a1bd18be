"""Of suspensions of several grants, to the board that may lift them."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from boards.selectors import members_of
from licensing.models import Suspension
from licensing.selectors import person_name


def suspension_url(suspension: Suspension) -> str:
    """Return the page of a suspension of a selection, which staff see."""
    return reverse("suspension_detail", args=[suspension.public_id])


def suspension_placed(suspension: Suspension, selection: str) -> None:
    """Tell the board that may lift it. Those affected are told one by one, by the workers."""
    _tell_seats(
        suspension,
        "licensing.suspension_noted",
        _("Several grants were suspended: %(selection)s") % {"selection": selection},
        _("%(person)s suspended them: %(reason)s\n\nThey stay so until your board lifts it.")
        % {"person": person_name(suspension.placed_by), "reason": suspension.reason},
    )


def suspension_review_due(suspension: Suspension, selection: str) -> None:
    """Ask the board and whoever placed it whether it is still needed."""
    _tell_seats(
        suspension,
        "licensing.suspension_review_due",
        _("A suspension is due for review: %(selection)s") % {"selection": selection},
        _("Look whether it is still needed. If not, propose to lift it; it ends by nothing else."),
        also=[suspension.placed_by],
    )


def suspension_lifted(suspension: Suspension, selection: str) -> None:
    """Tell the board and whoever placed it. The workers tell those who were affected."""
    _tell_seats(
        suspension,
        "licensing.suspension_lift_noted",
        _("The suspension of several grants is lifted: %(selection)s") % {"selection": selection},
        _("By the decision of your board."),
        also=[suspension.placed_by],
    )


def _tell_seats(
    suspension: Suspension, kind: str, subject: str, body: str, also: Iterable[User] = ()
) -> None:
    people = {*also, *members_of(suspension.board_id)}
    for person in sorted(people, key=lambda each: each.pk):
        notify(
            recipient=person, kind=kind, subject=subject, body=body, url=suspension_url(suspension)
        )

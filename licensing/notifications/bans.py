"""Of bans, to those kept out and to the board."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from boards.selectors import members_of
from licensing.models import Ban, Objection
from licensing.selectors import person_name


def ban_url(ban: Ban) -> str:
    """Return the page of a ban, on which those concerned can object to it."""
    return reverse("ban_detail", args=[ban.public_id])


def ban_placed(ban: Ban, people: list[User]) -> None:
    """Tell those whom it keeps out, with the way to object, and the seats of the board."""
    name = ban.organization.name if ban.organization else ""
    for person in people:
        notify(
            recipient=person,
            kind="licensing.ban_placed",
            subject=_("%(name)s is banned") % {"name": name} if name else _("You are banned"),
            body=_(
                "%(what)s\n\nThe reason given:\n\n%(reason)s\n\nYou can object once, on the page "
                "below. What you write goes to the board %(board)s, which alone can lift the ban."
            )
            % {
                "what": _("What %(name)s holds gives nobody anything from now on.") % {"name": name}
                if name
                else _("You can use no model and get no new access from now on."),
                "reason": ban.reason,
                "board": ban.board,
            },
            url=ban_url(ban),
        )
    _tell_board(
        ban,
        "licensing.ban_noted",
        _("A ban was placed: %(holder)s") % {"holder": _banned_name(ban)},
        _("%(person)s placed it: %(reason)s\n\nIt stays in force until your board lifts it.")
        % {"person": person_name(ban.placed_by), "reason": ban.reason},
        leaving_out=people,
    )


def ban_objected(objection: Objection) -> None:
    """Tell the seats of the board and whoever placed the ban."""
    ban = objection.ban
    _tell_board(
        ban,
        "licensing.ban_objected",
        _("An objection to the ban of %(holder)s") % {"holder": _banned_name(ban)},
        _("Read it and decide whether to propose that the ban be lifted:\n\n%(text)s")
        % {"text": objection.text},
        leaving_out=[objection.author],
        also=[ban.placed_by],
    )


def ban_lifted(ban: Ban, people: list[User]) -> None:
    """Tell those who were kept out, and the seats of the board."""
    name = ban.organization.name if ban.organization else ""
    for person in people:
        notify(
            recipient=person,
            kind="licensing.ban_lifted",
            subject=_("The ban of %(name)s is lifted") % {"name": name}
            if name
            else _("Your ban is lifted"),
            body=_("Grants that are left work again, where stage, terms and cohort allow it."),
            url=reverse("grant_list"),
        )
    _tell_board(
        ban,
        "licensing.ban_lift_noted",
        _("The ban of %(holder)s is lifted") % {"holder": _banned_name(ban)},
        _("By the decision of your board."),
        leaving_out=people,
        also=[ban.placed_by],
    )


def _banned_name(ban: Ban) -> str:
    return ban.organization.name if ban.organization else person_name(ban.person)


def _tell_board(
    ban: Ban,
    kind: str,
    subject: str,
    body: str,
    *,
    leaving_out: list[User],
    also: Iterable[User] = (),
) -> None:
    people = {*also, *members_of(ban.board_id)} - set(leaving_out)
    for person in sorted(people, key=lambda each: each.pk):
        notify(recipient=person, kind=kind, subject=subject, body=body, url=ban_url(ban))

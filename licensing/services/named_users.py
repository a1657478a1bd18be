"""The list of a grant's named users: many at once, and those whose place is over."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import user_by_email
from audit.services import record
from common.errors import Refused
from licensing import notifications, permissions, selectors
from licensing.actions import Action
from licensing.models import Grant, GrantUser
from licensing.services.grants import add_named_user

MOST_AT_ONCE = 100


@dataclass
class Added:
    """What became of each address: the people named, and why the others were not."""

    users: list[User] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


def add_named_users(*, actor: User, grant: Grant, addresses: Iterable[str]) -> Added:
    """Name everybody on a list of addresses who can be; say of each other one why not.

    Each is a change of its own: one wrong address does not keep the others out.
    """
    wanted = list(dict.fromkeys(address.strip().lower() for address in addresses))
    if not permissions.can_keep(actor, grant):
        raise Refused(_("Only the owner or custodian of the organisation names users."))
    if len(wanted) > MOST_AT_ONCE:
        raise Refused(_("Name at most %(most)d people at once.") % {"most": MOST_AT_ONCE})
    added = Added()
    for address in wanted:
        user = user_by_email(address)
        if user is None:
            added.problems[address] = _(
                "There is no member of %(name)s with this address. Invite them there first."
            ) % {"name": grant.organization}
            continue
        try:
            add_named_user(actor=actor, grant=grant, user=user)
        except Refused as refused:
            added.problems[address] = refused.sentence
        else:
            added.users.append(user)
    return added


def end_lost_places(*, most: int = 500) -> int:
    """Take off the grants whoever belongs no more to their holders; return how many.

    The verdict knew already. A new membership brings no place back: the custodian does.
    """
    found = selectors.lost_places().values_list("pk", flat=True)
    return sum(_end_lost(pk) for pk in found[:most])


@transaction.atomic
def _end_lost(place_id: int) -> bool:
    place = (
        selectors.lost_places()
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("grant__organization", "grant__model", "user")
        .filter(pk=place_id)
        .first()
    )
    if place is None:
        return False
    GrantUser.objects.filter(pk=place.pk).update(ended_at=timezone.now())
    record(
        actor=None,
        action=Action.GRANT_USER_ENDED,
        target=place.grant,
        also=(place.user,),
        data={"reason": _("The membership of the organisation has ended.")},
    )
    notifications.place_ended(place.grant, place.user)
    return True

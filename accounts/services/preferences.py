"""How people want their messages. No events: it is nobody's evidence."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.digest_times import zone_names
from accounts.models import NotificationPreference, User
from accounts.notices import OPTIONAL_GROUPS, Delivery, Group
from accounts.selectors.messages import deliveries_of
from accounts.stop_links import StopLink
from common.errors import Refused


@transaction.atomic
def choose_deliveries(
    *, actor: User, chosen: Mapping[Group, Delivery], time_zone: str | None = None
) -> None:
    """Set how one wants the messages of some groups, and one's time zone ("" for the portal's).

    What waits for a summary already still comes with the next one.
    """
    for group in chosen:
        if group not in OPTIONAL_GROUPS:
            raise Refused(_("Mail of “%(group)s” cannot be turned off.") % {"group": group.label})
    if time_zone and time_zone not in zone_names():
        raise Refused(_("There is no time zone of this name."))
    user = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    for group, delivery in chosen.items():
        NotificationPreference.objects.update_or_create(
            user=user, group=group.value, defaults={"delivery": delivery.value}
        )
    if time_zone is not None and user.time_zone != time_zone:
        user.time_zone = time_zone
        user.save(update_fields=["time_zone"])


@transaction.atomic
def stop_mail(*, link: StopLink) -> User | None:
    """Turn off the mail of the group that a signed address names; the inbox keeps everything.

    Of the daily summary, that of every group which the person gets by it. Returns whose mail it
    was, None where the account is closed.
    """
    user = (
        User.objects.select_for_update(no_key=True)
        .filter(pseudonym=link.pseudonym, is_active=True)
        .first()
    )
    if user is None:
        return None
    groups = [link.group]
    if link.group is Group.DIGEST:
        chosen = deliveries_of(user)
        groups = [group for group, delivery in chosen.items() if delivery is Delivery.DAILY]
    choose_deliveries(actor=user, chosen=dict.fromkeys(groups, Delivery.PORTAL))
    return user

"""A grant's download quota: set with the approval, tightened by one, loosened by another."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.errors import Refused
from licensing import notifications, permissions
from licensing.actions import Action
from licensing.models import LIVE_GRANT_STATES, Grant
from licensing.services.guards import require_active, text_of
from licensing.volume import Former, Volume, check_volume, is_looser


def checked_volume(volume: Volume | None) -> Volume | None:
    """Return a volume that can be; refuse any other with a sentence."""
    if volume is None:
        return None
    try:
        return check_volume(volume)
    except ValueError as error:
        raise Refused(str(error)) from None


def require_another_to_widen(actor: User, grant: Grant) -> None:
    """Refuse to whoever set the quota of a grant."""
    if grant.volume_set_by_id == actor.pk:
        raise Refused(_("You set this quota; another authorised person must widen it."))


def volume_after(
    actor: User, former: Grant | None, volume: Volume | Former | None
) -> tuple[Volume | None, User | None]:
    """Return the quota of a grant that the actor approves after a former one, and who set it."""
    if volume is Former.VOLUME:
        volume = former.volume if former else None
    volume = checked_volume(volume)
    if former is not None and volume == former.volume:
        return volume, former.volume_set_by
    if former is not None and is_looser(volume, former.volume):
        require_another_to_widen(actor, former)
    return volume, actor if volume or former else None


@transaction.atomic
def set_volume(*, actor: User, grant: Grant, volume: Volume | None, reason: str) -> Grant:
    """Set or lift the quota of a live grant. It counts at the next download.

    Less is one authorised person's to decide; more takes another one than whoever set it last.
    """
    grant = (
        Grant.objects.select_for_update(no_key=True, of=("self",))
        .select_related("model", "organization", "person")
        .get(pk=grant.pk)
    )
    require_active(actor)
    if not permissions.can_govern_grants(actor, grant.model):
        raise Refused(_("You have no right to govern the grants of this model."))
    if grant.state not in LIVE_GRANT_STATES:
        raise Refused(_("The grant has ended already."))
    reason = text_of(reason, _("Reason"))
    volume = checked_volume(volume)
    if volume == grant.volume:
        raise Refused(_("This is the quota that the grant has already."))
    if is_looser(volume, grant.volume):
        require_another_to_widen(actor, grant)
        if permissions.has_stake(actor, grant):
            raise Refused(_("This grant is your own organisation's; somebody else must widen it."))
    grant.volume_bytes = volume.bytes if volume else None
    grant.volume_days = volume.days if volume else None
    grant.volume_set_by = actor
    grant.save(update_fields=["volume_bytes", "volume_days", "volume_set_by"])
    record(
        actor=actor,
        action=Action.GRANT_VOLUME_SET,
        target=grant,
        also=(grant.model,),
        data={"reason": reason, "bytes": grant.volume_bytes, "days": grant.volume_days},
    )
    notifications.grant_volume_set(grant, reason)
    return grant

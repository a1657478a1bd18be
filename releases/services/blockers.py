"""Blockers: one person, or an upper room, opens one; another person closes it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.errors import Refused
from common.queue import enqueue
from releases import notifications, permissions
from releases.actions import Action
from releases.choices import ReleaseState
from releases.models import Blocker, Release
from releases.services.checks import checked_line, checked_reason, lock_release

STAFF = "staff"
_OVER = (ReleaseState.REFUSED, ReleaseState.WITHDRAWN)


@transaction.atomic
def open_blocker(
    *,
    actor: User | None,
    release: Release,
    title: str,
    reason: str,
    cause: str = STAFF,
    url: str = "",
) -> Blocker:
    """Forbid forward moves of a release until the blocker is closed.

    Staff need a right on the model. An upper room gives a `cause` of its own, has checked its
    actor itself, and may give the `url` (a path) where the cause can be read.
    """
    release = lock_release(release.pk)
    if cause == STAFF and (actor is None or not permissions.can_block(actor, release.model)):
        raise Refused(
            _("A blocker is opened by whoever may place holds or manage releases of %(model)s.")
            % {"model": release.model}
        )
    if release.state in _OVER:
        raise Refused(
            _("%(release)s is %(state)s; it moves nowhere.")
            % {"release": release, "state": release.get_state_display().lower()}
        )
    blocker = Blocker.objects.create(
        release=release,
        title=checked_line(title, _("The title"), max_length=200),
        reason=checked_reason(reason),
        cause=cause,
        url=url,
        opened_by=actor,
    )
    record(
        actor=actor,
        action=Action.BLOCKER_OPENED,
        target=blocker,
        also=(release, release.model),
        data={"title": blocker.title, "reason": blocker.reason, "cause": cause},
    )
    notifications.blocker_opened(blocker)
    enqueue("releases.check_conditions", release.pk)
    return blocker


@transaction.atomic
def close_blocker(*, actor: User, blocker: Blocker, reason: str) -> Blocker:
    """Let the release move again, as far as this goes. It takes another person than the opener."""
    release = lock_release(blocker.release_id)
    blocker = Blocker.objects.select_for_update(no_key=True).get(pk=blocker.pk)
    blocker.release = release
    if why := permissions.why_no_closing(actor, blocker):
        raise Refused(why)
    blocker.closed_by = actor
    blocker.closed_at = timezone.now()
    blocker.closing_reason = checked_reason(reason)
    blocker.save(update_fields=["closed_by", "closed_at", "closing_reason"])
    record(
        actor=actor,
        action=Action.BLOCKER_CLOSED,
        target=blocker,
        also=(release, release.model),
        data={"title": blocker.title, "reason": blocker.closing_reason},
    )
    notifications.blocker_closed(blocker, actor)
    return blocker

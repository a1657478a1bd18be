"""Watching the conditions of decisions: when one comes true, admissions are held.

Asked for again and again by a sweep, and at once where evidence or a blocker comes in. Each
condition fires once; nothing here ever loosens anything.
"""

import logging

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from releases import notifications
from releases.actions import Action
from releases.choices import HoldCause, ReleaseState
from releases.conditions import fired
from releases.models import ConditionFired, Release
from releases.selectors.watch import Watch, watched_releases, watched_since, watches_of
from releases.services.checks import lock_release
from releases.services.standing_holds import hold_admissions

logger = logging.getLogger(__name__)


def sweep_conditions() -> int:
    """Hold every watched release against its conditions; return how many conditions fired.

    Each in a transaction of its own, so that one that fails does not hold up the others.
    """
    count = 0
    for release_id in watched_releases():
        try:
            count += check_conditions(release_id=release_id)
        except Exception:
            logger.exception("The conditions of release %s could not be checked.", release_id)
    return count


@transaction.atomic
def check_conditions(*, release_id: int) -> int:
    """Hold one release against the conditions of its decisions; return how many fired now."""
    release = lock_release(release_id)
    if release.state != ReleaseState.SEALED:
        return 0
    now = timezone.now()
    count = 0
    for watch in watches_of(release):
        if watch.fired is not None or watch.motion.decided_at is None:
            continue
        watched = watched_since(release, watch.motion.decided_at)
        if what := fired(watch.rule, watched, now):
            _fire(release, watch, what)
            count += 1
    return count


def _fire(release: Release, watch: Watch, what: str) -> None:
    # Whoever may see the release reads why it is held; what came true is for its staff.
    reason = _(
        "A condition on which the board's decision rests came true, and the board was called to "
        "look at its decision again."
    )
    hold = hold_admissions(release=release, cause=HoldCause.CONDITION, reason=reason)
    row = ConditionFired.objects.create(
        motion=watch.motion,
        number=watch.number,
        release=release,
        sentence=watch.sentence,
        what=what,
        hold=hold,
    )
    record(
        actor=None,
        action=Action.CONDITION_FIRED,
        target=release,
        also=(release.model, watch.motion, hold),
        data={
            "number": watch.number,
            "rule": watch.rule,
            "reason": f"{watch.sentence} {what}",
        },
    )
    notifications.condition_fired(row)

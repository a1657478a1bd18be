"""Emergency decisions that no full review confirmed in time: what they opened is held.

Asked for again and again by a sweep, which reads from the rows what is owed and does it once.
"""

import logging

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from boards.choices import ReviewResult
from boards.models import Motion
from releases import notifications
from releases.actions import Action
from releases.choices import HoldCause, HoldState, ReleaseState
from releases.selectors.watch import admissions_hold, fallen_decision, with_fallen_decision
from releases.services.checks import lock_release
from releases.services.standing_holds import hold_admissions

logger = logging.getLogger(__name__)


def hold_unconfirmed() -> int:
    """Hold the admissions of what emergency decisions opened that have fallen; count the holds.

    Each in a transaction of its own, so that one that fails does not hold up the others.
    """
    count = 0
    for release_id in with_fallen_decision():
        try:
            count += _hold(release_id)
        except Exception:
            logger.exception("The full review of release %s could not be watched.", release_id)
    return count


@transaction.atomic
def _hold(release_id: int) -> bool:
    release = lock_release(release_id)
    decided = fallen_decision(release)
    hold = admissions_hold(release)
    if release.state != ReleaseState.SEALED or decided is None:
        return False
    if hold is not None and hold.state == HoldState.REVIEW_DUE:
        return False
    reason = _reason(decided)
    hold = hold_admissions(release=release, cause=HoldCause.FULL_REVIEW, reason=reason)
    record(
        actor=None,
        action=Action.DECISION_UNCONFIRMED,
        target=release,
        also=(release.model, decided, hold),
        data={"reason": reason, "result": decided.full_review_result},
    )
    notifications.decision_unconfirmed(release, decided, reason)
    return True


def _reason(decided: Motion) -> str:
    """Say why in words that everybody who sees the release may read: not which move it is."""
    if decided.full_review_result == ReviewResult.REFUSED:
        return _("The board's full review did not confirm a decision that it made in an emergency.")
    return _("The board did not confirm in time a decision that it made in an emergency.")

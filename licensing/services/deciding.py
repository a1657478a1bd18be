"""The sweep over motions of this room's kinds."""

import logging
from collections.abc import Callable
from functools import partial

from boards import services as boards
from boards.models import Motion, MotionState
from common.errors import Refused
from licensing.dossier import LIFT_BAN, REFERRED
from licensing.models import Application, ApplicationState, Ban
from licensing.services.bans import apply_lift_ban, exclude_concerned
from licensing.services.referrals import apply_referral, exclude_conflicted

logger = logging.getLogger(__name__)


def apply_decided_motions() -> int:
    """Do what every decided motion of this room's kinds asks for; return how many changed."""
    lifted = boards.apply_decided(LIFT_BAN, lambda each: apply_lift_ban(motion_id=each.pk))
    return lifted + boards.apply_decided(REFERRED, lambda each: apply_referral(motion_id=each.pk))


def exclude_conflicted_voters() -> int:
    """Take the votes of seats that joined an organisation while it was voted on."""
    referred = Application.objects.filter(
        state=ApplicationState.REFERRED, referral__state=MotionState.VOTING
    )
    lifting = Motion.objects.filter(kind=LIFT_BAN, state=MotionState.VOTING)
    banned = Ban.objects.filter(
        public_id__in=list(lifting.values_list("params__ban", flat=True)), person__isnull=True
    )
    acts: list[Callable[[], int]] = [
        *(partial(exclude_conflicted, application_id=each.pk) for each in referred),
        *(partial(exclude_concerned, ban_id=each.pk) for each in banned),
    ]
    return sum(_attempt(act) for act in acts)


def _attempt(act: Callable[[], int]) -> int:
    try:
        return act()
    except Refused as refused:
        logger.info("A vote was left alone: %s", refused.sentence)
    except Exception:
        logger.exception("A vote in conflict could not be taken; the next sweep tries.")
    return 0

"""The sweep over motions of this room's kinds."""

import logging
from collections.abc import Callable
from functools import partial

from boards import services as boards
from boards.models import Motion, MotionState
from common.errors import Refused
from licensing.dossier import CHANGE_COUNTRIES, LIFT_BAN, LIFT_SUSPENSION, REFERRED
from licensing.models import Application, ApplicationState, Ban, Suspension
from licensing.services import countries, lifting
from licensing.services.bans import apply_lift_ban, exclude_concerned
from licensing.services.referrals import apply_referral, exclude_conflicted

logger = logging.getLogger(__name__)


def apply_decided_motions() -> int:
    """Do what every decided motion of this room's kinds asks for; return how many changed."""
    effects: dict[str, Callable[[Motion], bool]] = {
        LIFT_BAN: lambda each: apply_lift_ban(motion_id=each.pk),
        LIFT_SUSPENSION: lambda each: lifting.apply_lift_of_selection(motion_id=each.pk),
        CHANGE_COUNTRIES: lambda each: countries.apply_countries(motion_id=each.pk),
        REFERRED: lambda each: apply_referral(motion_id=each.pk),
    }
    return sum(boards.apply_decided(kind, effect) for kind, effect in effects.items())


def exclude_conflicted_voters() -> int:
    """Take the votes of seats that joined an organisation while it was voted on."""
    referred = Application.objects.filter(
        state=ApplicationState.REFERRED, referral__state=MotionState.VOTING
    )
    of_bans = Motion.objects.filter(kind=LIFT_BAN, state=MotionState.VOTING)
    banned = Ban.objects.filter(
        public_id__in=list(of_bans.values_list("params__ban", flat=True)), person__isnull=True
    )
    of_selections = Motion.objects.filter(kind=LIFT_SUSPENSION, state=MotionState.VOTING)
    suspended = Suspension.objects.filter(
        public_id__in=list(of_selections.values_list("params__suspension", flat=True))
    )
    of_countries = Motion.objects.filter(kind=CHANGE_COUNTRIES, state=MotionState.VOTING)
    acts: list[Callable[[], int]] = [
        *(partial(exclude_conflicted, application_id=each.pk) for each in referred),
        *(partial(exclude_concerned, ban_id=each.pk) for each in banned),
        *(partial(countries.exclude_concerned, motion_id=each.pk) for each in of_countries),
        *(partial(lifting.exclude_concerned, suspension_id=each.pk) for each in suspended),
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

"""The loop in which a room does what the decided motions of its kinds ask for."""

import logging
from collections.abc import Callable

from django.db import transaction

from boards.models import Motion
from boards.selectors import decided_unapplied
from common.errors import Refused

logger = logging.getLogger(__name__)


def apply_decided(kind: str, apply: Callable[[Motion], bool]) -> int:
    """Call `apply` for each decided motion of a kind that is not applied; count what changed.

    Each in a transaction of its own: one that fails does not hold up the others, and is tried
    again at the next sweep. `apply` locks what it needs, calls `mark_applied` in the transaction
    of the effect, and returns whether it changed anything.
    """
    changed = 0
    for motion in decided_unapplied(kind):
        try:
            with transaction.atomic():
                changed += apply(motion)
        except Refused as refused:
            logger.info("Motion %s was not applied now: %s", motion.public_id, refused.sentence)
        except Exception:
            logger.exception("The decided motion %s could not be applied.", motion.public_id)
    return changed

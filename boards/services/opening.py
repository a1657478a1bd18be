"""Opening the vote on a motion of this room's own kinds."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from boards import permissions, selectors
from boards.choices import SEAT_KIND
from boards.models import Motion
from boards.services.guards import live_actor
from boards.services.seats import read_change
from boards.services.voting import open_voting
from common.errors import Refused


@transaction.atomic
def open_own_vote(*, actor: User | None, motion: Motion) -> Motion:
    """Open the vote on a seat or on a full review: by the proposer, or by the chair.

    The person whom a seat is about has no vote, and on a full review nobody has one who had none
    on the decision under review.
    """
    opener = live_actor(actor)
    if why := permissions.why_no_opening(opener, motion):
        raise Refused(why)
    return open_voting(actor=opener, motion=motion, excluded=_excluded(motion))


def _excluded(motion: Motion) -> dict[int, str]:
    if motion.kind == SEAT_KIND:
        change = read_change(motion)
        return {change.person.pk: _("It is about their own seat.")} if change else {}
    decided = motion.reviews
    if decided is None:
        return {}
    ballots = selectors.standing(decided).ballots
    why = {each.holder_id: each.excluded for each in ballots if each.holder_id and each.excluded}
    return {**why, decided.proposer_id: _("Proposed the decision under review.")}

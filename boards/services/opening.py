"""Opening the vote on a motion whose kind asks for no more than that nobody in conflict votes."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from boards import permissions, selectors
from boards.kinds import conflicts_of
from boards.models import Motion
from boards.services.guards import live_actor
from boards.services.seats import read_change
from boards.services.voting import open_voting
from common.errors import Refused


@transaction.atomic
def open_vote(*, actor: User | None, motion: Motion) -> Motion:
    """Open the vote, as soon as it is proposed or after its dossier changed.

    By the proposer, or by the chair. The room that owns the kind says who is in conflict; on a
    full review nobody has a vote who had none on the decision under review.
    """
    opener = live_actor(actor)
    if why := permissions.why_no_opening(opener, motion):
        raise Refused(why)
    excluded = {**conflicts_of(motion), **_without_vote_before(motion)}
    return open_voting(actor=opener, motion=motion, excluded=excluded)


def _without_vote_before(motion: Motion) -> dict[int, str]:
    decided = motion.reviews
    if decided is None:
        return {}
    ballots = selectors.standing(decided).ballots
    why = {each.holder_id: each.excluded for each in ballots if each.holder_id and each.excluded}
    return {**why, decided.proposer_id: _("Proposed the decision under review.")}


def concerned_by_seat(motion: Motion) -> dict[int, str]:
    """Return the person whom a motion about a seat is about: they have no vote on it."""
    change = read_change(motion)
    return {change.person.pk: _("It is about their own seat.")} if change else {}

"""Lifting the suspension of a whole selection: a motion of its board, swept as bans are."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from audit.selectors import ref
from audit.services import record
from boards import services as boards
from boards.dossier import check_texts
from boards.models import Motion, MotionState, Seat
from common.errors import Refused
from common.queue import enqueue
from licensing import notifications, permissions
from licensing.actions import Action
from licensing.dossier import LIFT_FIELDS, LIFT_SUSPENSION
from licensing.models import Suspension
from licensing.selection import in_short
from licensing.selectors import suspensions


def _locked(suspension_id: int) -> Suspension:
    return (
        Suspension.objects.select_for_update(no_key=True, of=("self",))
        .select_related("board", "model", "organization", "placed_by")
        .get(pk=suspension_id)
    )


@transaction.atomic
def propose_lift_of_selection(
    *, actor: User, suspension: Suspension, dossier: Mapping[str, str]
) -> Motion:
    """Ask the board to lift a suspension, by the board's own rule, and open the vote at once."""
    suspension = _locked(suspension.pk)
    if why := permissions.why_no_lift_of_selection(actor, suspension):
        raise Refused(why)
    try:
        texts = check_texts(dossier, LIFT_FIELDS)
    except ValueError as error:
        raise Refused(str(error)) from None
    selection = in_short(suspensions.criteria_of(suspension))
    motion = boards.propose_motion(
        actor=actor,
        board=suspension.board,
        kind=LIFT_SUSPENSION,
        title=(_("Lift the suspension of %(selection)s") % {"selection": selection})[:200],
        subject_ref=ref(suspension),
        subject_label=(_("Suspension of %(selection)s") % {"selection": selection})[:200],
        subject_url=notifications.suspension_url(suspension),
        params={"suspension": str(suspension.public_id)},
        dossier={"suspension": suspension.reason, "selection": selection, **texts},
        also=(suspension,),
    )
    return boards.open_vote(actor=actor, motion=motion)


def _of(motion: Motion) -> Suspension | None:
    found = suspensions.all_suspensions().filter(public_id=motion.params["suspension"])
    return found.first()


def describe_lift(motion: Motion) -> list[tuple[str, str]]:
    """Say for the motion's page what it would do."""
    suspension = _of(motion)
    effect = _("Lifted for the whole selection, as soon as it is approved.")
    if suspension is None:
        return [(_("Suspension"), effect)]
    count = suspensions.affected(suspension).count()
    grants = ngettext("%(count)d grant", "%(count)d grants", count) % {"count": count}
    return [(_("Suspension"), effect), (_("Grants that it stops now"), grants)]


def _concerned_seats(suspension: Suspension) -> dict[int, str]:
    """Return which seats hold no vote on lifting it: those with a grant that it stops."""
    affected = suspensions.affected(suspension)
    seats = Seat.objects.filter(board=suspension.board_id, holder__isnull=False)
    holders = [seat.holder for seat in seats.select_related("holder") if seat.holder]
    return {
        holder.pk: _("Has a grant that is suspended, or belongs to an organisation that has one.")
        for holder in holders
        if suspensions.with_stake(affected, holder).exists()
    }


def seats_concerned(motion: Motion) -> dict[int, str]:
    """Return which seats hold no vote on a motion to lift a suspension, as things are now."""
    suspension = _of(motion)
    return _concerned_seats(suspension) if suspension else {}


@transaction.atomic
def exclude_concerned(*, suspension_id: int) -> int:
    """Take the vote of seats that came to have a grant it stops; return how many."""
    suspension = _locked(suspension_id)
    return sum(
        boards.exclude_voter(
            actor=None, subject_ref=ref(suspension), user=User.objects.get(pk=holder), why=why
        )
        for holder, why in _concerned_seats(suspension).items()
    )


@transaction.atomic
def apply_lift_of_selection(*, motion_id: int) -> bool:
    """Lift the suspension that an approved motion names; return whether that changed it."""
    public_id = Motion.objects.values_list("params__suspension", flat=True).get(pk=motion_id)
    found = Suspension.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
    suspension = _locked(found) if found is not None else None
    motion = Motion.objects.select_for_update(no_key=True).get(pk=motion_id)
    if motion.applied_at is not None or motion.decided_at is None:
        return False
    boards.mark_applied(motion=motion)
    if suspension is None or suspension.lifted_at is not None:
        return False
    if motion.outcome != MotionState.APPROVED:
        return False
    suspension.lifted_at = timezone.now()
    suspension.lifted_by = motion
    suspension.save(update_fields=["lifted_at", "lifted_by"])
    also = (suspension.board, motion, suspension.model, suspension.organization)
    record(
        actor=None,
        action=Action.SUSPENSION_LIFTED,
        target=suspension,
        also=tuple(each for each in also if each),
        data={"motion": str(motion.public_id)},
    )
    notifications.suspension_lifted(suspension, in_short(suspensions.criteria_of(suspension)))
    enqueue("licensing.tell_of_selection", suspension.pk)
    return True

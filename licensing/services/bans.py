"""Bans: one authorised person places one at once; only a board lifts it."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from audit.selectors import ref
from audit.services import record
from boards import services as boards
from boards.dossier import check_texts
from boards.models import Motion, MotionState, Seat
from common.errors import Refused
from licensing import notifications, permissions
from licensing.actions import Action
from licensing.dossier import LIFT_BAN, LIFT_FIELDS
from licensing.models import Ban, Objection
from licensing.selectors import bans, person_name
from licensing.selectors.bans import Holder
from licensing.services.guards import require_active, require_right, text_of
from releases.choices import Right
from releases.models import Model


@transaction.atomic
def place_ban(*, actor: User, holder: Holder, model: Model, reason: str) -> Ban:
    """Keep a person or an organisation from every model of this portal, from the next check on.

    It takes the right to place holds on `model`, whose board is the one that may lift the ban.
    A member of a banned organisation keeps what they have without it.
    """
    holder = _locked(holder)
    why_not = _("A ban is placed by whoever may place holds on the model that is named.")
    require_right(actor, Right.PLACE_HOLD, model, why_not)
    if isinstance(holder, User) and holder.pk == actor.pk:
        raise Refused(_("You cannot ban yourself."))
    if isinstance(holder, User) and not holder.is_active:
        raise Refused(_("This account is closed, which keeps out more than a ban does."))
    if bans.ban_of(holder) is not None:
        raise Refused(_("%(name)s is banned already.") % {"name": name_of(holder)})
    reason = text_of(reason, _("Reason"))
    # What is being downloaded or admitted under these grants comes before the ban, or not at all.
    held = list(bans.grants_held(holder).select_for_update(no_key=True).order_by("pk"))
    ban = Ban.objects.create(
        **bans.naming(holder), board=model.board, reason=reason, placed_by=actor
    )
    record(
        actor=actor,
        action=Action.BAN_PLACED,
        target=ban,
        also=(holder, model.board, *held),
        data={"reason": reason, "board": model.board.slug},
    )
    notifications.ban_placed(ban, bans.people_concerned(ban))
    return ban


def name_of(holder: Holder) -> str:
    """Return the name that pages show."""
    return holder.name if isinstance(holder, Organization) else person_name(holder)


def _locked(holder: Holder) -> Holder:
    if isinstance(holder, Organization):
        return Organization.objects.select_for_update(no_key=True).get(pk=holder.pk)
    return User.objects.select_for_update(no_key=True).get(pk=holder.pk)


def _locked_ban(ban: Ban) -> Ban:
    """Lock the holder, then the ban, as `place_ban` and what it forbids do."""
    _locked(bans.holder_of(ban))
    return (
        Ban.objects.select_for_update(no_key=True, of=("self",))
        .select_related("person", "organization", "board", "placed_by")
        .get(pk=ban.pk)
    )


@transaction.atomic
def object_to_ban(*, actor: User, ban: Ban, text: str) -> Objection:
    """Put what somebody concerned says against a ban before its board, once for each person."""
    ban = _locked_ban(ban)
    require_active(actor)
    if not bans.is_concerned(actor, ban):
        raise Refused(_("Only those whom the ban keeps out can object to it."))
    if ban.lifted_at is not None:
        raise Refused(_("The ban is lifted."))
    if Objection.objects.filter(ban=ban, author=actor).exists():
        raise Refused(_("You have objected already. The board has what you wrote."))
    objection = Objection.objects.create(ban=ban, author=actor, text=text_of(text, _("Objection")))
    record(actor=actor, action=Action.BAN_OBJECTED, target=ban, also=(ban.board,))
    notifications.ban_objected(objection)
    return objection


@transaction.atomic
def propose_lift_ban(*, actor: User, ban: Ban, dossier: Mapping[str, str]) -> Motion:
    """Ask the board to lift a ban, by the board's own rule, and open the vote at once."""
    ban = _locked_ban(ban)
    if why := permissions.why_no_lift(actor, ban):
        raise Refused(why)
    try:
        texts = check_texts(dossier, LIFT_FIELDS)
    except ValueError as error:
        raise Refused(str(error)) from None
    whom = _whom(bans.holder_of(ban))
    motion = boards.propose_motion(
        actor=actor,
        board=ban.board,
        kind=LIFT_BAN,
        title=(_("Lift the ban of %(whom)s") % {"whom": whom})[:200],
        subject_ref=ref(ban),
        subject_label=_("Ban of %(whom)s") % {"whom": whom},
        subject_url=notifications.ban_url(ban),
        params={"ban": str(ban.public_id)},
        dossier={"ban": ban.reason, **texts, **_objections(ban)},
        also=(ban,),
    )
    return boards.open_vote(actor=actor, motion=motion)


def _whom(holder: Holder) -> str:
    """Name the holder in what is signed and kept for ever: a person by the pseudonym only."""
    if isinstance(holder, Organization):
        return holder.name
    return _("person %(pseudonym)s") % {"pseudonym": str(holder.pseudonym)[:8]}


def describe_lift(motion: Motion) -> list[tuple[str, str]]:
    """Say for the motion's page what it would do, with the name that the page may show."""
    effect = _("Lifted, for every model of this portal, as soon as it is approved.")
    ban = bans.all_bans().filter(public_id=motion.params["ban"]).first()
    whom = [(_("Whom it keeps out"), name_of(bans.holder_of(ban)))] if ban else []
    return [*whom, (_("Ban"), effect)]


def _objections(ban: Ban) -> dict[str, str]:
    texts = list(ban.objections.values_list("text", flat=True))
    return {"objections": "\n\n".join(texts)} if texts else {}


def _concerned_seats(ban: Ban) -> dict[int, str]:
    """Return which seats hold no vote on lifting a ban: those whom it keeps out."""
    seats = Seat.objects.filter(board=ban.board_id, holder__isnull=False)
    holders = [seat.holder for seat in seats.select_related("holder") if seat.holder]
    return {
        holder.pk: _("Is banned, or belongs to the organisation that is.")
        for holder in holders
        if bans.is_concerned(holder, ban)
    }


def seats_concerned(motion: Motion) -> dict[int, str]:
    """Return which seats hold no vote on a motion to lift a ban, as things are now."""
    ban = bans.all_bans().filter(public_id=motion.params["ban"]).first()
    return _concerned_seats(ban) if ban else {}


@transaction.atomic
def exclude_concerned(*, ban_id: int) -> int:
    """Take the vote of seats that joined the banned organisation since; return how many."""
    ban = _locked_ban(Ban.objects.select_related("person", "organization").get(pk=ban_id))
    return sum(
        boards.exclude_voter(
            actor=None, subject_ref=ref(ban), user=User.objects.get(pk=holder), why=why
        )
        for holder, why in _concerned_seats(ban).items()
    )


@transaction.atomic
def apply_lift_ban(*, motion_id: int) -> bool:
    """Lift the ban that an approved motion names; return whether that changed it."""
    public_id = Motion.objects.values_list("params__ban", flat=True).get(pk=motion_id)
    ban = Ban.objects.select_related("person", "organization").filter(public_id=public_id).first()
    if ban is not None:
        ban = _locked_ban(ban)
    motion = Motion.objects.select_for_update(no_key=True).get(pk=motion_id)
    if motion.applied_at is not None or motion.decided_at is None:
        return False
    boards.mark_applied(motion=motion)
    if ban is None or motion.outcome != MotionState.APPROVED or ban.lifted_at is not None:
        return False
    ban.lifted_at = timezone.now()
    ban.lifted_by = motion
    ban.save(update_fields=["lifted_at", "lifted_by"])
    holder = bans.holder_of(ban)
    record(
        actor=None,
        action=Action.BAN_LIFTED,
        target=ban,
        also=(holder, ban.board, motion, *bans.grants_held(holder)),
        data={"motion": str(motion.public_id)},
    )
    notifications.ban_lifted(ban, bans.people_concerned(ban))
    return True

"""The executive's override of a board's result: signed, separate, and told to every seat."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import has_signing_key, record, sign
from boards import notifications, permissions, selectors
from boards.actions import Action
from boards.models import ExecutiveOverride, Motion, MotionState
from boards.services.guards import clean_reason, live_actor, locked, review_due_at
from boards.services.records import owe_record
from boards.statements import OverrideFacts, override_statement
from common.errors import Refused
from common.intoto import PAYLOAD_TYPE


@transaction.atomic
def override_result(
    *, actor: User | None, motion: Motion, outcome: str, reason: str
) -> ExecutiveOverride:
    """Decide otherwise than the board did, before its result took effect.

    The board's result, its tally and its votes stay as they are; from now on the motion counts as
    `outcome` (`Motion.outcome`). An override to approve still passes cool-off and requirements.
    """
    executive = live_actor(actor)
    current = locked(motion)
    now = timezone.now()
    standing = selectors.opened_standing(current)
    if why := permissions.why_no_override(executive, current, standing, now):
        raise Refused(why)
    if outcome not in permissions.override_outcomes(current):
        raise Refused(
            _("The board's result is %(state)s; the override must decide otherwise.")
            % {"state": permissions.state_words(current)}
        )
    if not has_signing_key():
        raise Refused(_("This instance has no key to sign with, and no override goes unsigned."))
    seat = selectors.seat_with_role(executive, current.board_id, current.binding_rule.executive)
    if seat is None or current.tally is None:
        raise Refused(_("There is no result that you could override."))
    reason = clean_reason(reason)
    facts = OverrideFacts(
        motion=current.public_id,
        kind=current.kind,
        subject_ref=current.subject_ref,
        board=current.board.slug,
        dossier_digest=current.dossier_digest,
        board_result=current.state,
        tally=current.tally,
        outcome=outcome,
        reason=reason,
        role=seat.role,
        actor=executive.pseudonym,
        at=now,
    )
    key, envelope = sign(payload_type=PAYLOAD_TYPE, payload=override_statement(facts))
    override = ExecutiveOverride.objects.create(
        motion=current,
        board_result=current.state,
        outcome=outcome,
        reason=reason,
        seat=seat,
        role=seat.role,
        actor=executive,
        key=key,
        envelope=envelope,
        created_at=now,
    )
    _owe(current, outcome)
    record(
        actor=executive,
        action=Action.RESULT_OVERRIDDEN,
        target=current,
        also=(current.board,),
        data={
            "reason": reason,
            "board_result": current.state,
            "tally": current.tally,
            "outcome": outcome,
            "role": seat.role,
            "key": key.fingerprint,
        },
    )
    notifications.result_overridden(
        current,
        override,
        [
            *(ballot.holder for ballot in standing.ballots),
            *selectors.members_of(current.board_id),
            current.proposer,
        ],
    )
    return override


def _owe(current: Motion, outcome: str) -> None:
    """Owe a new version of the record, and a full review while an emergency is approved.

    A review that has ended stays as it was.
    """
    owe_record(current)
    if current.emergency is not None and current.full_review_ended_at is None:
        approved = outcome == MotionState.APPROVED
        current.full_review_due_at = review_due_at(current, timezone.now()) if approved else None
    current.save(update_fields=["full_review_due_at", "record_owed"])

"""A motion from proposal to its end, voting aside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from boards import notifications, permissions, selectors
from boards.actions import Action
from boards.deadlines import IDLE
from boards.dossier import check_texts
from boards.kinds import kind_of
from boards.models import OPEN_STATES, Board, Dossier, Motion, MotionState
from boards.rules import fast_rule, parse_rule, rule_data
from boards.services.guards import (
    check_rule,
    clean_dossier,
    clean_json,
    clean_line,
    clean_reason,
    live_actor,
    locked,
)
from boards.services.records import owe_record
from boards.states import MOTION
from common.canonical import digest
from common.errors import Refused
from common.templatetags.ui import span


@transaction.atomic
def propose_motion(
    *,
    actor: User | None,
    board: Board,
    kind: str,
    title: str,
    subject_ref: str,
    subject_label: str,
    subject_url: str,
    params: dict[str, Any],
    dossier: dict[str, Any],
    rule: dict[str, Any] | None = None,
    voting_seconds: int | None = None,
    emergency: bool = False,
    reviews: Motion | None = None,
    also: tuple[Model, ...] = (),
) -> Motion:
    """Put a motion before the board, in review. Whether `actor` may is the calling room's check.

    Without a `rule` the board's own decides, with its time for voting.

    In an `emergency` the motion is decided by the fast track of `rule`, and owes a full review by
    the whole of `rule` once it is approved. `reviews` is the decision that such a review is of.

    Raises Refused where the same subject has an open motion of this kind, and for a dossier or
    rule that cannot be kept.
    """
    proposer = live_actor(actor)
    title = clean_line(title, what=_("The title"), limit=200)
    params = clean_json(params, what=_("The motion's data"))
    dossier = clean_dossier(dossier)
    by_board_rule = rule is None
    if rule is None or voting_seconds is None:
        # Locked, so that a rule that is tightened now finds the motion and binds it.
        own = Board.objects.select_for_update(no_key=True).get(pk=board.pk)
        rule, voting_seconds = own.rule, own.voting_seconds
    check_rule(rule, voting_seconds)
    fast = _fast_track(rule, voting_seconds) if emergency else None
    sealed = dossier_digest(kind, subject_ref, params, dossier)
    try:
        with transaction.atomic():
            motion = Motion.objects.create(
                board=board,
                kind=kind,
                title=title,
                subject_ref=subject_ref,
                subject_label=subject_label[:200],
                subject_url=subject_url,
                params=params,
                dossier=dossier,
                dossier_digest=sealed,
                rule=fast.rule if fast else rule,
                by_board_rule=by_board_rule,
                voting_seconds=fast.voting_seconds if fast else voting_seconds,
                emergency=fast.plan if fast else None,
                reviews=reviews,
                proposer=proposer,
                state=MotionState.IN_REVIEW,
            )
    except IntegrityError as error:
        raise Refused(
            _(
                "%(about)s has an open motion of this kind already. "
                "Wait for its end, or withdraw it."
            )
            % {"about": subject_label}
        ) from error
    _keep_dossier(motion, proposer)
    record(
        actor=proposer,
        action=Action.MOTION_PROPOSED,
        target=motion,
        also=(board, *also),
        data={
            "kind": kind,
            "subject": subject_ref,
            "params": params,
            "dossier_digest": sealed,
            "emergency": emergency,
        },
    )
    return motion


@dataclass(frozen=True)
class _FastTrack:
    rule: dict[str, Any]
    voting_seconds: int
    plan: dict[str, Any]


def _fast_track(rule: dict[str, Any], voting_seconds: int) -> _FastTrack:
    """Return what decides an emergency, and what the full review is decided by later."""
    parsed = parse_rule(rule)
    fast = fast_rule(parsed)
    if fast is None or parsed.emergency is None:
        raise Refused(
            _("The rule has no fast track, so there is no emergency review. Propose it as usual.")
        )
    return _FastTrack(
        rule=rule_data(fast),
        voting_seconds=parsed.emergency.voting_period,
        plan={
            "rule": rule,
            "voting_seconds": voting_seconds,
            "full_review": parsed.emergency.full_review,
        },
    )


def dossier_digest(
    kind: str, subject_ref: str, params: dict[str, Any], dossier: dict[str, Any]
) -> str:
    """Return what votes bind to: the SHA-256 over what is decided and the dossier for it."""
    return digest({"kind": kind, "subject": subject_ref, "params": params, "dossier": dossier})


def _keep_dossier(motion: Motion, submitter: User) -> None:
    Dossier.objects.create(
        motion=motion,
        content=motion.dossier,
        digest=motion.dossier_digest,
        submitted_by=submitter,
    )


@transaction.atomic
def revise_dossier(*, actor: User | None, motion: Motion, dossier: dict[str, Any]) -> Motion:
    """Put a changed dossier before the board. A vote under way ends: its votes become stale."""
    proposer = live_actor(actor)
    current = locked(motion)
    if why := permissions.why_no_revision(proposer, current, timezone.now()):
        raise Refused(why)
    dossier = clean_dossier(dossier)
    sealed = dossier_digest(current.kind, current.subject_ref, current.params, dossier)
    if sealed == current.dossier_digest:
        raise Refused(_("The dossier is the same as before, so nothing was changed."))
    was_voting = current.state == MotionState.VOTING
    former = current.dossier_digest
    current.dossier = dossier
    current.dossier_digest = sealed
    MOTION.move(current, MotionState.IN_REVIEW)
    current.voting_opened_at = current.voting_closes_at = None
    current.save(
        update_fields=[
            "dossier",
            "dossier_digest",
            "state",
            "voting_opened_at",
            "voting_closes_at",
        ]
    )
    _keep_dossier(current, proposer)
    record(
        actor=proposer,
        action=Action.DOSSIER_REVISED,
        target=current,
        also=(current.board,),
        data={"from": former, "to": sealed, "round": current.round, "ended_vote": was_voting},
    )
    if was_voting:
        notifications.dossier_changed(current, selectors.standing(current).ballots)
    return current


@transaction.atomic
def revise_texts(*, actor: User | None, motion: Motion, texts: Mapping[str, str]) -> Motion:
    """Change what the proposer wrote. What the dossier refers to, or a machine watches, stays."""
    kind = kind_of(motion.kind)
    if not kind.texts:
        raise Refused(_("This dossier is changed on the page of what the motion is about."))
    try:
        written = check_texts(texts, kind.texts)
    except ValueError as error:
        raise Refused(str(error)) from None
    current = locked(motion)
    return revise_dossier(actor=actor, motion=current, dossier={**current.dossier, **written})


@transaction.atomic
def withdraw_motion(*, actor: User | None, motion: Motion, reason: str) -> Motion:
    """Take one's own motion back. Votes that were cast stay sealed."""
    proposer = live_actor(actor)
    current = locked(motion)
    if why := permissions.why_no_withdrawal(proposer, current, timezone.now()):
        raise Refused(why)
    return _end(proposer, current, MotionState.WITHDRAWN, Action.MOTION_WITHDRAWN, reason)


@transaction.atomic
def lapse_motion(*, actor: User | None, motion: Motion, reason: str) -> Motion:
    """End an open motion whose subject is gone from under it: the room that owns it calls this."""
    current = locked(motion)
    if current.state not in OPEN_STATES:
        raise Refused(
            _("The motion cannot lapse: it is %(state)s.")
            % {"state": permissions.state_words(current)}
        )
    return _end(actor, current, MotionState.LAPSED, Action.MOTION_LAPSED, reason)


@transaction.atomic
def lapse_idle(*, motion: Motion) -> Motion:
    """End a motion on which nobody opened the vote in time. A changed dossier begins it anew."""
    current = locked(motion)
    waited = timezone.now() - selectors.dossier_put_at(current)
    if current.state != MotionState.IN_REVIEW or waited < IDLE:
        raise Refused(_("The motion does not wait for its vote any more, or not for long enough."))
    reason = _("Nobody opened the vote within %(time)s. Propose it again if it is still wanted.")
    return lapse_motion(actor=None, motion=current, reason=reason % {"time": span(IDLE)})


@transaction.atomic
def cancel_motion(*, actor: User | None, motion: Motion, reason: str) -> Motion:
    """Stop an approved motion before it takes effect. One seat holder is enough."""
    lead = live_actor(actor)
    current = locked(motion)
    if why := permissions.why_no_cancellation(lead, current):
        raise Refused(why)
    return _end(lead, current, MotionState.CANCELLED, Action.MOTION_CANCELLED, reason)


def _end(
    actor: User | None, current: Motion, state: MotionState, action: Action, reason: str
) -> Motion:
    reason = clean_reason(reason)
    was = current.state
    MOTION.move(current, state)
    current.closing_reason = reason
    current.decided_at = current.decided_at or timezone.now()
    if current.full_review_ended_at is None:
        current.full_review_due_at = None
    owe_record(current)
    current.save(
        update_fields=["state", "closing_reason", "decided_at", "full_review_due_at", "record_owed"]
    )
    record(
        actor=actor,
        action=action,
        target=current,
        also=(current.board,),
        data={"reason": reason, "from": was, "to": state.value},
    )
    ballots = selectors.standing(current).ballots if was != MotionState.IN_REVIEW else []
    notifications.motion_ended(current, ballots)
    return current


@transaction.atomic
def mark_applied(*, motion: Motion) -> Motion:
    """Note that the owning room has done what the ended motion asks for; it is not shown it again.

    For an approved motion, call it in the transaction of the effect itself: until then the board
    can still cancel. Raises Refused where that happened since `motion` was read. It is
    bookkeeping of an act that its own room records, so it leaves no event.
    """
    current = locked(motion)
    if current.state in OPEN_STATES:
        raise Refused(_("The motion is still open, so there is nothing to apply."))
    if (current.state, current.outcome) != (motion.state, motion.outcome):
        raise Refused(
            _("The motion is %(state)s now.") % {"state": permissions.state_words(current)}
        )
    if current.applied_at is None:
        current.applied_at = timezone.now()
        owe_record(current)
        current.save(update_fields=["applied_at", "record_owed"])
    return current

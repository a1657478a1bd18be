"""The rule by which a board decides about itself: tightened by one, loosened by a motion."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from audit.selectors import ref
from audit.services import record
from boards import notifications, permissions, selectors
from boards.actions import Action
from boards.choices import OWN_RULE_KIND
from boards.models import OPEN_STATES, Board, Motion, MotionState
from boards.rule_changes import Change, compare_rules
from boards.rules import Rule, describe_rule, parse_rule, rule_data
from boards.services.guards import check_rule, clean_reason, live_actor, locked
from boards.services.motions import lapse_motion, mark_applied, propose_motion
from boards.services.tightening import tighten_rule
from boards.tally import SeatState, obstacles_to_own
from common.canonical import digest
from common.errors import Refused
from common.templatetags.ui import span


def changes_to(board: Board, rule: Mapping[str, Any], voting_seconds: int) -> list[Change]:
    """Return what a rule would change against the board's own, and what each change does.

    Raises Refused for a rule that cannot be counted by, or by which the board could never decide
    about itself, even with every seat held.
    """
    check_rule(dict(rule), voting_seconds)
    new = parse_rule(rule)
    seats = [SeatState(pk, role) for pk, role in board.seats.values_list("pk", "role")]
    if why := obstacles_to_own(new, seats):
        raise Refused(
            _("By this rule the board could never decide about itself again. %(why)s")
            % {"why": " ".join(why)}
        )
    return compare_rules(
        parse_rule(board.rule),
        new,
        former_seconds=board.voting_seconds,
        voting_seconds=voting_seconds,
    )


def rule_digest(rule: Mapping[str, Any], voting_seconds: int) -> str:
    """Return the SHA-256 over a rule and its time for voting."""
    return digest({"rule": rule_data(parse_rule(rule)), "voting_seconds": voting_seconds})


@transaction.atomic
def propose_rule_change(
    *,
    actor: User | None,
    board: Board,
    rule: Mapping[str, Any],
    voting_seconds: int,
    dossier: Mapping[str, Any],
) -> Motion:
    """Put another rule before the board, which decides on it by the rule as it stands."""
    proposer = live_actor(actor)
    board = _locked_board(board.pk)
    if why := permissions.why_no_rule_change(proposer, board):
        raise Refused(why)
    changes = _changes(board, rule, voting_seconds)
    return propose_motion(
        actor=proposer,
        board=board,
        kind=OWN_RULE_KIND,
        title=_("Another rule for the board's own matters"),
        subject_ref=ref(board),
        subject_label=board.name,
        subject_url=reverse("board_detail", args=[board.slug]),
        params={
            "rule": rule_data(parse_rule(rule)),
            "voting_seconds": voting_seconds,
            "from": rule_digest(board.rule, board.voting_seconds),
        },
        dossier={**dossier, "changes": "\n".join(change.line for change in changes)},
    )


@transaction.atomic
def tighten_board_rule(
    *,
    actor: User | None,
    board: Board,
    rule: Mapping[str, Any],
    voting_seconds: int,
    reason: str,
) -> Board:
    """Let a stricter rule count at once, also for votes under way that the board's rule decides.

    One holder of a seat is enough. Whoever would gain by it, because their own seat could stop
    motions that it cannot stop now, asks the board instead.
    """
    lead = live_actor(actor)
    board = _locked_board(board.pk)
    if why := permissions.why_no_rule_change(lead, board):
        raise Refused(why)
    changes = _changes(board, rule, voting_seconds)
    if loosening := [change for change in changes if change.effect == "loosens"]:
        raise Refused(
            _("This loosens the rule, which takes a motion: %(changes)s")
            % {"changes": " ".join(f"{each.what} {each.why}" for each in loosening)}
        )
    if why := why_for_oneself(lead, board, parse_rule(rule)):
        raise Refused(why)
    _adopt(lead, board, rule, voting_seconds, changes, reason=clean_reason(reason))
    return board


def why_for_oneself(user: User, board: Board, rule: Rule) -> str:
    """Say which power a rule would give to the person's own seat; empty where it gives none."""
    old, seat = parse_rule(board.rule), selectors.seat_held(user, board.pk)
    if seat is None:
        return ""
    if any(
        seat.role in after and seat.role not in before
        for after, before in (
            (rule.veto, old.veto),
            (rule.required_present, old.required_present),
        )
    ):
        return _("It lets your own seat stop motions alone. Put it before the board.")
    return ""


@transaction.atomic
def apply_rule_change(motion: Motion) -> bool:
    """Let the rule count that the board approved; say whether that changed anything.

    Where the rule is another one by now than the board was shown, nothing changes, and its event
    says why.
    """
    board = _locked_board(motion.board_id)
    current = locked(motion)
    if current.applied_at is not None or current.decided_at is None:
        return False
    mark_applied(motion=current)
    if current.outcome != MotionState.APPROVED:
        return False
    rule, seconds = current.params["rule"], current.params["voting_seconds"]
    try:
        if current.params["from"] != rule_digest(board.rule, board.voting_seconds):
            raise Refused(_("The rule is another one by now than the board was shown."))
        changes = _changes(board, rule, seconds)
    except Refused as refused:
        record(
            actor=None,
            action=Action.OWN_RULE_UNCHANGED,
            target=board,
            also=(current,),
            data={"reason": refused.sentence, "motion": str(current.public_id)},
        )
        notifications.own_motion_unchanged(current, refused.sentence)
        return False
    _adopt(None, board, rule, seconds, changes, motion=current)
    return True


def _adopt(
    actor: User | None,
    board: Board,
    rule: Mapping[str, Any],
    voting_seconds: int,
    changes: list[Change],
    *,
    reason: str = "",
    motion: Motion | None = None,
) -> None:
    former = {"rule": board.rule, "voting_seconds": board.voting_seconds}
    board.rule, board.voting_seconds = rule_data(parse_rule(rule)), voting_seconds
    board.save(update_fields=["rule", "voting_seconds"])
    record(
        actor=actor,
        action=Action.OWN_RULE_CHANGED if motion else Action.OWN_RULE_TIGHTENED,
        target=board,
        also=(motion,) if motion else (),
        data={
            "from": former,
            "to": {"rule": board.rule, "voting_seconds": voting_seconds},
            "changes": [{"effect": each.effect, "part": each.part} for each in changes],
            **({"motion": str(motion.public_id)} if motion else {"reason": reason}),
        },
    )
    _bind_open_motions(actor, board, reason)
    notifications.own_rule_changed(board, changes, selectors.members_of(board.pk), motion, reason)


def _bind_open_motions(actor: User | None, board: Board, reason: str) -> None:
    """Hold what is before the board by its own rule to the stricter of both, in every part.

    A motion for yet another rule lapses: it was put beside one that does not stand any more.
    """
    decided_by_it = Q(by_board_rule=True) | Q(reviews__by_board_rule=True)
    motions = Motion.objects.filter(decided_by_it, board=board, state__in=OPEN_STATES)
    why = reason or _("The board approved another rule for its own matters.")
    for motion in motions.order_by("pk"):
        if motion.kind == OWN_RULE_KIND:
            sentence = _("The rule that it would change is another one by now. Propose it again.")
            ended = lapse_motion(actor=actor, motion=motion, reason=sentence)
            mark_applied(motion=ended)
        else:
            tighten_rule(actor=actor, motion=motion, rule=board.rule, reason=why)


def _locked_board(board_id: int) -> Board:
    return Board.objects.select_for_update(no_key=True).get(pk=board_id)


def _changes(board: Board, rule: Mapping[str, Any], voting_seconds: int) -> list[Change]:
    changes = changes_to(board, rule, voting_seconds)
    if not changes:
        raise Refused(_("This is the rule that counts already."))
    return changes


def describe_rule_change(motion: Motion) -> list[tuple[str, str]]:
    """Say for the motion's page which rule would count."""
    sentences = describe_rule(motion.params["rule"])
    time = span(timedelta(seconds=motion.params["voting_seconds"]))
    label = _("The rule would be")
    return [*((label, sentence) for sentence in sentences), (_("Time for voting"), time)]

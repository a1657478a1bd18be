"""A rule that became stricter while a motion under it was open."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from boards import notifications, permissions, selectors
from boards.actions import Action
from boards.models import OPEN_STATES, Motion
from boards.rules import Rule, combine, fast_rule, parse_rule, rule_data
from boards.services.guards import clean_reason, locked
from common.errors import Refused


@transaction.atomic
def tighten_rule(
    *, actor: User | None, motion: Motion, rule: dict[str, Any], reason: str
) -> Motion:
    """Let a stricter rule bind an open motion; the room that owns the motion's kind calls this.

    `rule` is the whole rule as it stands now, executive and emergency included. What it asks for
    beyond the motion's own counts at close; what it loosens does not. An emergency motion is held
    to the rule of the fast track, or to the full rule where there is no fast track any more.
    Without a difference nothing is written. Raises Refused for a motion that is decided.
    """
    current = locked(motion)
    if current.state not in OPEN_STATES:
        raise Refused(
            _("The rule of a motion that is %(state)s does not change.")
            % {"state": permissions.state_words(current)}
        )
    try:
        given = parse_rule(rule)
    except ValueError as error:
        raise Refused(_("The voting rule is not valid. %(why)s") % {"why": error}) from error
    before = current.binding_rule
    both = combine([before, _for(current, given)])
    if both == before:
        return current
    reason = clean_reason(reason)
    current.tightened_rule = rule_data(both)
    current.save(update_fields=["tightened_rule"])
    record(
        actor=actor,
        action=Action.RULE_TIGHTENED,
        target=current,
        also=(current.board,),
        data={"reason": reason, "from": rule_data(before), "to": rule_data(both)},
    )
    notifications.rule_tightened(current, selectors.standing(current).ballots, reason)
    return current


def _for(motion: Motion, rule: Rule) -> Rule:
    """Return what a rule asks of this motion: the fast track's part of it in an emergency."""
    if motion.emergency is None:
        return rule
    return fast_rule(rule) or rule

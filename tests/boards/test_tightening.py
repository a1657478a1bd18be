"""A rule that is tightened while a motion is open binds it; one that is loosened does not."""

from typing import Any

import pytest

from accounts.models import Notification
from audit.models import Event
from boards import services
from boards.models import Motion
from common.errors import Refused
from tests.boards.factories import RULE, cast, decide, holder, make_motion, make_vote_open

pytestmark = pytest.mark.django_db

VETO = {**RULE, "veto": ["safety"]}
LOOSER: dict[str, Any] = {"quorum": {"more_than": "0"}, "approval": {"more_than": "0"}}


def tighten(motion: Motion, rule: dict[str, Any]) -> Motion:
    return services.tighten_rule(
        actor=None, motion=motion, rule=rule, reason="Version 2 of the ladder."
    )


def test_a_veto_that_came_while_voting_binds_votes_that_were_cast() -> None:
    motion = make_vote_open()
    cast(motion, holder(motion, "safety"), "reject")
    motion = tighten(motion, VETO)
    assert motion.rule == RULE
    motion = decide(motion, "approve", "", "approve")
    assert motion.state == "rejected"
    assert "veto" in motion.closing_reason
    event = Event.objects.get(action="motion.rule_tightened")
    assert event.data["to"]["veto"] == ["safety"]
    assert event.data["reason"] == "Version 2 of the ladder."
    assert Event.objects.get(action="motion.rejected").data["rule"] == event.data["to"]
    assert Notification.objects.filter(kind="boards.rule_tightened").count() == 4


def test_a_looser_rule_changes_nothing_and_leaves_no_event() -> None:
    motion = tighten(make_vote_open(), LOOSER)
    assert motion.tightened_rule is None
    assert not Event.objects.filter(action="motion.rule_tightened").exists()
    assert decide(motion, "approve", "reject", "reject").state == "rejected"


def test_the_same_rule_twice_leaves_one_event() -> None:
    motion = make_vote_open()
    for _time in range(2):
        tighten(motion, VETO)
    assert Event.objects.filter(action="motion.rule_tightened").count() == 1


def test_later_tightenings_add_up() -> None:
    motion = tighten(make_vote_open(), VETO)
    motion = tighten(motion, {**RULE, "approval": {"at_least": "1"}})
    binding = motion.binding_rule
    assert binding.veto == ("safety",)
    assert decide(motion, "approve", "abstain", "approve").state == "rejected"


def test_a_motion_in_review_opens_under_the_tightened_rule() -> None:
    motion = make_motion()
    motion = tighten(motion, {**RULE, "required_present": ["legal"]})
    with pytest.raises(Refused, match="No legal seat"):
        services.open_voting(actor=motion.proposer, motion=motion)


def test_a_decided_motion_is_not_counted_again() -> None:
    motion = decide(make_vote_open(), "approve", "approve", "approve")
    with pytest.raises(Refused, match="approved does not change"):
        tighten(motion, VETO)


def test_a_rule_that_is_none_is_refused() -> None:
    motion = make_vote_open()
    with pytest.raises(Refused, match="not valid"):
        tighten(motion, {"quorum": "half"})

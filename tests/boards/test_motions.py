"""Proposing, revising and ending a motion."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Notification
from audit.models import Event
from audit.selectors import ref
from boards import selectors, services
from boards.models import Motion
from common.errors import Refused
from tests.boards.factories import (
    RULE,
    cast,
    decide,
    holder,
    make_board,
    make_motion,
    make_vote_open,
    run_out,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_a_proposed_motion_is_in_review_with_its_dossier_kept() -> None:
    motion = make_motion()
    assert (motion.state, motion.round) == ("in_review", 0)
    kept = motion.dossiers.get()
    assert (kept.digest, kept.content) == (motion.dossier_digest, motion.dossier)
    event = Event.objects.get(action="motion.proposed")
    assert event.refs == [ref(motion), ref(motion.board)]
    assert event.data["dossier_digest"] == motion.dossier_digest


def test_the_digest_is_over_what_is_decided_and_the_dossier() -> None:
    motion = make_motion()
    other = make_motion(params={"to_stage": "open-weights"}, subject_ref="releases.release:0")
    same = services.propose_motion(
        actor=make_user(),
        board=make_board(),
        kind=motion.kind,
        title="Another title",
        subject_ref="releases.release:00",
        subject_label="x",
        subject_url="/",
        params=motion.params,
        dossier=motion.dossier,
        rule=RULE,
        voting_seconds=1,
    )
    assert len({motion.dossier_digest, other.dossier_digest, same.dossier_digest}) == 3


def test_one_open_motion_per_subject_and_kind() -> None:
    motion = make_motion(subject_ref="releases.release:1")
    with pytest.raises(Refused, match="open motion of this kind already"):
        make_motion(subject_ref="releases.release:1")
    make_motion(subject_ref="releases.release:1", kind="lift_hold")
    services.withdraw_motion(actor=motion.proposer, motion=motion, reason="Not yet.")
    make_motion(subject_ref="releases.release:1")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "201"),
        ({"title": "a\x00"}, "cannot be seen"),
        ({"dossier": {"rationale": "a\x00"}}, "characters"),
        ({"dossier": {"rationale": "\ud800"}}, "dossier"),
        ({"dossier": {"a\x00": "b"}}, "characters"),
        ({"dossier": {"margin": 0.5}}, "floats"),
        ({"dossier": {"rationale": "x" * 500_001}}, "Shorten"),
        ({"dossier": {"when": timezone.now()}}, "dossier"),
        ({"dossier": ["text"]}, "dossier"),
        ({"params": {1: "x"}}, "data"),
        ({"rule": {"quorum": {}}}, "rule is not valid"),
        ({"voting_seconds": 0}, "one second"),
        ({"voting_seconds": 10**9}, "year"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(
    changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        make_motion(**changes)
    assert not Motion.objects.exists()
    assert not Event.objects.filter(action="motion.proposed").exists()


def test_a_dossier_nested_beyond_reason_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _level in range(100_000):
        deep = {"a": deep}
    with pytest.raises(Refused, match="dossier"):
        make_motion(dossier=deep)


def test_only_the_proposer_revises_and_only_to_something_else() -> None:
    motion = make_motion()
    with pytest.raises(Refused, match="Only the proposer"):
        services.revise_dossier(actor=make_user(), motion=motion, dossier={"rationale": "x"})
    with pytest.raises(Refused, match="same as before"):
        services.revise_dossier(actor=motion.proposer, motion=motion, dossier=motion.dossier)
    changed = services.revise_dossier(
        actor=motion.proposer, motion=motion, dossier={"rationale": "Better."}
    )
    assert changed.dossier_digest != motion.dossier_digest
    assert changed.dossiers.count() == 2
    assert not Notification.objects.filter(kind="boards.dossier_changed").exists()


def test_the_board_is_told_that_a_dossier_changed_under_its_vote() -> None:
    motion = make_vote_open()
    services.revise_dossier(actor=motion.proposer, motion=motion, dossier={"rationale": "New."})
    assert Notification.objects.filter(kind="boards.dossier_changed").count() == 3


@pytest.mark.parametrize("ended", ["decided", "out of time"])
def test_nothing_is_revised_or_withdrawn_once_voting_is_over(ended: str) -> None:
    motion = decide(make_vote_open()) if ended == "decided" else run_out(make_vote_open())
    with pytest.raises(Refused, match=r"too late|being counted"):
        services.revise_dossier(actor=motion.proposer, motion=motion, dossier={"a": "b"})
    with pytest.raises(Refused, match=r"too late|being counted"):
        services.withdraw_motion(actor=motion.proposer, motion=motion, reason="No.")


def test_the_proposer_withdraws_and_the_votes_stay_sealed() -> None:
    motion = make_vote_open()
    cast(motion, holder(motion, "chair"), "reject", reason="A secret reason.")
    with pytest.raises(Refused, match="Only the proposer"):
        services.withdraw_motion(actor=holder(motion, "chair"), motion=motion, reason="No.")
    with pytest.raises(Refused, match="reason"):
        services.withdraw_motion(actor=motion.proposer, motion=motion, reason="  ")
    motion = services.withdraw_motion(actor=motion.proposer, motion=motion, reason="Later.")
    assert (motion.state, motion.closing_reason) == ("withdrawn", "Later.")
    lines = selectors.votes_for_display(motion)
    assert [line.state for line in lines] == ["vote_sealed", "not_voted", "not_voted"]
    assert "secret" not in str(lines)
    assert Notification.objects.filter(kind="boards.motion_ended").count() == 4


def test_one_seat_holder_cancels_an_approval_until_it_has_taken_effect() -> None:
    motion = decide(make_vote_open(), "approve", "approve", "approve")
    with pytest.raises(Refused, match="seat on the board"):
        services.cancel_motion(actor=motion.proposer, motion=motion, reason="Stop.")
    cancelled = services.cancel_motion(
        actor=holder(motion, "safety"), motion=motion, reason="A new finding."
    )
    assert cancelled.state == "cancelled"
    assert [line.state for line in selectors.votes_for_display(cancelled)] == ["approve"] * 3
    with pytest.raises(Refused, match="is cancelled now"):
        services.mark_applied(motion=motion)


def test_what_has_taken_effect_is_not_cancelled() -> None:
    motion = decide(make_vote_open(), "approve", "approve", "approve")
    services.mark_applied(motion=motion)
    with pytest.raises(Refused, match="taken effect"):
        services.cancel_motion(actor=holder(motion, "safety"), motion=motion, reason="Stop.")


@pytest.mark.parametrize("choices", [("reject",) * 3, ()])
def test_only_an_approval_is_cancelled(choices: tuple[str, ...]) -> None:
    motion = decide(make_vote_open(), *choices)
    with pytest.raises(Refused, match="Only an approved motion"):
        services.cancel_motion(actor=holder(motion, "safety"), motion=motion, reason="Stop.")


def test_an_upper_room_lapses_what_is_open_and_nothing_else() -> None:
    motion = make_vote_open()
    lapsed = services.lapse_motion(actor=None, motion=motion, reason="The release was demoted.")
    assert (lapsed.state, lapsed.tally) == ("lapsed", None)
    with pytest.raises(Refused, match="cannot lapse"):
        services.lapse_motion(actor=None, motion=motion, reason="Again.")


def test_decided_motions_wait_for_their_room_until_it_has_applied_them() -> None:
    approved = decide(make_vote_open(), "approve", "approve", "approve")
    rejected = decide(make_vote_open(), "reject", "reject", "reject")
    make_vote_open()
    decide(make_vote_open(kind="lift_hold"), "approve", "approve", "approve")
    assert list(selectors.decided_unapplied("transition")) == [approved, rejected]
    services.mark_applied(motion=approved)
    first = services.mark_applied(motion=approved).applied_at
    assert services.mark_applied(motion=approved).applied_at == first
    assert list(selectors.decided_unapplied("transition")) == [rejected]
    with pytest.raises(Refused, match="still open"):
        services.mark_applied(motion=make_motion())


def test_a_motion_waits_for_those_who_can_vote_and_have_not() -> None:
    motion = make_vote_open()
    chair, safety = holder(motion, "chair"), holder(motion, "safety")
    now = timezone.now()
    cast(motion, chair)
    assert not selectors.open_motions_for(chair, now)
    assert list(selectors.open_motions_for(safety, now)) == [motion]
    assert not selectors.open_motions_for(safety, now + timedelta(days=1))
    assert not selectors.open_motions_for(motion.proposer, now)
    services.revise_dossier(actor=motion.proposer, motion=motion, dossier={"rationale": "New."})
    assert not selectors.open_motions_for(safety, now)
    services.open_voting(actor=motion.proposer, motion=motion)
    assert list(selectors.open_motions_for(chair, now)) == [motion]
    services.exclude_voter(
        actor=None, subject_ref=motion.subject_ref, user=chair, why="A manager now."
    )
    assert not selectors.open_motions_for(chair, now)


def test_turnout_counts_seats_and_not_votes() -> None:
    motion = make_vote_open()
    for _again in range(3):
        cast(motion, holder(motion, "chair"))
    found: Any = selectors.with_turnout(Motion.objects.all()).get()
    assert (found.have_voted, found.may_vote) == (1, 3)

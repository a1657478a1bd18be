"""The executive's override: signed, separate, told to every seat, and never quiet."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Notification
from audit.models import Event
from boards import kinds, services
from boards.models import ExecutiveOverride, Motion
from boards.record_check import check
from boards.selectors import decided_unapplied
from common import dsse
from common.errors import Refused
from tests.boards.factories import (
    RULE,
    cast,
    decide,
    holder,
    make_board,
    make_vote_open,
    run_out,
)
from tests.boards.test_pages import freshly_signed_in, page, signed_in, text
from tests.boards.test_seats import end_term
from tests.factories import make_user

pytestmark = pytest.mark.django_db

EXECUTIVE: dict[str, Any] = {**RULE, "executive": ["safety"]}


@pytest.fixture(autouse=True)
def key(settings: Settings) -> str:
    settings.SIGNING_KEY = dsse.derived_private_key("tests")
    return settings.SIGNING_KEY


def decided(*choices: str, **changes: Any) -> Motion:
    return decide(make_vote_open(**{"rule": EXECUTIVE, **changes}), *choices)


def rejected() -> Motion:
    return decided("reject", "approve", "reject")


def override(motion: Motion, outcome: str = "approved", **changes: Any) -> ExecutiveOverride:
    actor = changes.pop("actor", None) or holder(motion, "safety")
    return services.override_result(
        actor=actor, motion=motion, outcome=outcome, reason=changes.pop("reason", "It is urgent.")
    )


def reread(motion: Motion) -> Motion:
    return Motion.objects.get(pk=motion.pk)


def test_a_rejected_motion_counts_as_approved_and_its_result_stays() -> None:
    motion = rejected()
    tally, decided_at = motion.tally, motion.decided_at
    made = override(motion)
    motion = reread(motion)
    assert (motion.state, motion.outcome) == ("rejected", "approved")
    assert (motion.tally, motion.decided_at) == (tally, decided_at)
    assert motion.outcome_at == made.created_at
    assert (made.board_result, made.role) == ("rejected", "safety")
    assert list(decided_unapplied("transition")) == [motion]


def test_an_approved_motion_counts_as_rejected() -> None:
    motion = decided("approve", "reject", "approve")
    override(motion, "rejected")
    assert reread(motion).outcome == "rejected"


def test_what_is_signed_names_the_boards_result_and_no_name(key: str) -> None:
    motion = rejected()
    made = override(motion)
    public = dsse.public_pem(dsse.load_private_key(key))
    statement = json.loads(dsse.verify(public, made.envelope))
    assert statement["subject"][0]["digest"]["sha256"] == motion.dossier_digest
    said = statement["predicate"]
    assert (said["boardResult"], said["outcome"]) == ("rejected", "approved")
    assert said["tally"] == motion.tally
    assert said["by"] == str(holder(motion, "safety").pseudonym)
    assert holder(motion, "safety").full_name not in json.dumps(statement)
    assert made.key.public_pem == public


def test_one_event_names_both_results_and_every_seat_is_told() -> None:
    motion = rejected()
    override(motion)
    event = Event.objects.get(action="motion.result_overridden")
    assert (event.data["board_result"], event.data["outcome"]) == ("rejected", "approved")
    assert event.data["reason"] == "It is urgent."
    told = Notification.objects.filter(kind="boards.result_overridden")
    people = {seat.holder_id for seat in motion.board.seats.all()} | {motion.proposer_id}
    assert {note.recipient_id for note in told} == people
    assert all("overridden" in note.subject for note in told)


def test_what_was_not_approved_waits_for_the_override_and_then_is_given_up() -> None:
    motion = rejected()
    assert not decided_unapplied("transition").exists()
    Motion.objects.filter(pk=motion.pk).update(override_until=timezone.now())
    assert decided_unapplied("transition").exists()
    with pytest.raises(Refused, match="time in which"):
        override(motion)


def test_without_an_executive_nothing_waits() -> None:
    decided("reject", "reject", "reject", rule=RULE)
    assert decided_unapplied("transition").exists()


def test_an_approval_does_not_wait() -> None:
    decided("approve", "approve", "approve")
    assert decided_unapplied("transition").exists()


def test_only_the_holder_of_a_named_seat_may() -> None:
    motion = rejected()
    for stranger in (
        holder(motion, "chair"),
        make_user(),
        make_user(is_superuser=True, is_staff=True),
    ):
        with pytest.raises(Refused, match="Only the holder of a seat"):
            override(motion, actor=stranger)
    former = end_term(motion.board, "safety")
    with pytest.raises(Refused, match="Only the holder of a seat"):
        override(motion, actor=former)
    assert not ExecutiveOverride.objects.exists()


def test_who_recused_or_had_no_vote_may_not() -> None:
    motion = decided("reject", "recuse", "reject")
    with pytest.raises(Refused, match="recused yourself"):
        override(motion)
    board = make_board()
    safety = holder(board, "safety")
    proposed = decide(
        make_vote_open(board, rule=EXECUTIVE, proposer=safety), "reject", "", "reject"
    )
    with pytest.raises(Refused, match="no vote on this motion"):
        override(proposed)


def test_who_came_into_conflict_since_may_not(monkeypatch: pytest.MonkeyPatch) -> None:
    motion = rejected()
    why = {holder(motion, "safety").pk: "Manages releases of the model."}
    monkeypatch.setitem(kinds._conflicts, motion.kind, lambda _motion: why)
    with pytest.raises(Refused, match="no vote on this motion"):
        override(motion)


def test_a_rule_without_an_executive_lets_nobody() -> None:
    with pytest.raises(Refused, match="lets nobody"):
        override(decided("reject", "reject", "reject", rule=RULE))


def test_only_a_result_is_overridden_and_only_before_it_took_effect() -> None:
    board = make_board()
    with pytest.raises(Refused, match="no result"):
        override(make_vote_open(board, rule=EXECUTIVE))
    withdrawn = make_vote_open(board, rule=EXECUTIVE)
    services.withdraw_motion(actor=withdrawn.proposer, motion=withdrawn, reason="Later.")
    with pytest.raises(Refused, match="no result"):
        override(withdrawn)
    lapsed = make_vote_open(board, rule=EXECUTIVE)
    services.lapse_motion(actor=None, motion=lapsed, reason="It is gone.")
    with pytest.raises(Refused, match="no result"):
        override(lapsed)
    applied = decided("approve", "approve", "approve")
    services.mark_applied(motion=applied)
    with pytest.raises(Refused, match="taken effect"):
        override(applied, "rejected")


def test_an_override_decides_otherwise_and_once() -> None:
    motion = rejected()
    for outcome in ("rejected", "lapsed", "yes"):
        with pytest.raises(Refused, match="decide otherwise"):
            override(motion, outcome)
    override(motion)
    with pytest.raises(Refused, match="done once"):
        override(motion)


def test_a_result_without_quorum_can_be_overridden() -> None:
    motion = decided("approve")
    assert motion.state == "lapsed"
    override(motion)
    assert reread(motion).outcome == "approved"


def test_nothing_goes_unsigned(settings: Settings) -> None:
    settings.SIGNING_KEY = ""
    motion = rejected()
    with pytest.raises(Refused, match="no key"):
        override(motion)
    assert not ExecutiveOverride.objects.exists()


def test_a_seat_holder_still_cancels_what_an_override_approved() -> None:
    motion = rejected()
    override(motion)
    motion = services.cancel_motion(
        actor=holder(motion, "chair"), motion=reread(motion), reason="Stop."
    )
    assert reread(motion).outcome == "cancelled"


def test_a_room_that_read_the_motion_before_the_override_applies_nothing() -> None:
    motion = decided("approve", "approve", "approve")
    read_before = reread(motion)
    assert read_before.outcome == "approved"
    override(motion, "rejected")
    with pytest.raises(Refused, match="rejected by an override"):
        services.mark_applied(motion=read_before)


def test_the_database_keeps_an_override_as_it_was_made() -> None:
    override(rejected())
    for act in (
        lambda: ExecutiveOverride.objects.update(reason="Other."),
        lambda: ExecutiveOverride.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
            act()


# Pages


def test_the_page_asks_for_the_password_a_reason_and_a_word() -> None:
    motion = rejected()
    safety = holder(motion, "safety")
    chair = signed_in(holder(motion, "chair"))
    assert chair.get(page("motion_override", motion)).status_code == 409
    assert page("motion_override", motion) not in text(chair.get(page("motion_detail", motion)))
    client = freshly_signed_in(safety)
    assert page("motion_override", motion) in text(client.get(page("motion_detail", motion)))
    asked = text(client.get(page("motion_override", motion)))
    assert "is rejected" in asked
    given = {"outcome": "approved", "reason": "It is urgent.", "typed": "yes"}
    assert "Type the word override" in text(client.post(page("motion_override", motion), given))
    assert not ExecutiveOverride.objects.exists()
    done = client.post(page("motion_override", motion), {**given, "typed": "override"}, follow=True)
    assert "The board's result was overridden" in text(done)
    assert "It is urgent." in text(done)
    assert client.get(page("motion_override", motion)).status_code == 409


def test_overriding_asks_who_is_at_the_keyboard() -> None:
    motion = rejected()
    safety = holder(motion, "safety")
    safety.set_password("correct-horse-battery")
    safety.save()
    response = signed_in(safety).get(page("motion_override", motion))
    assert response.status_code == 302
    assert "reauthenticate" in response.headers["Location"]


def test_the_board_page_and_every_seat_see_the_override() -> None:
    motion = rejected()
    override(motion)
    chair = signed_in(holder(motion, "chair"))
    assert "The board's result was overridden" in text(chair.get(page("motion_detail", motion)))
    board = text(chair.get(f"/boards/{motion.board.slug}/"))
    assert "Overridden" in board
    assert "counts as: Approved" in board


def test_the_page_says_until_when_a_result_may_be_overridden() -> None:
    motion = rejected()
    seen = text(signed_in(holder(motion, "chair")).get(page("motion_detail", motion)))
    assert "lets an executive override this result until" in seen
    assert motion.override_until is not None
    assert motion.override_until - timezone.now() > timedelta(days=2)


def test_a_vote_that_is_run_out_can_be_closed_and_overridden() -> None:
    motion = make_vote_open(rule=EXECUTIVE)
    cast(motion, holder(motion, "safety"))
    motion = services.close_voting(actor=None, motion=run_out(motion))
    override(motion)
    assert reread(motion).outcome == "approved"


def test_the_signed_record_tells_of_the_override_and_of_a_tightened_rule_and_verifies() -> None:
    motion = make_vote_open(rule=EXECUTIVE)
    services.tighten_rule(
        actor=None, motion=motion, rule={**EXECUTIVE, "veto": ["legal"]}, reason="Version 2."
    )
    motion = decide(motion, "reject", "approve", "recuse")
    override(motion)
    services.sign_owed()
    newest = motion.records.select_related("key").first()
    assert newest is not None
    record = check(newest.file.encode(), newest.key.public_pem).record
    assert (record["outcome"]["state"], record["outcome"]["counts_as"]) == ("lapsed", "approved")
    assert record["overrides"][0]["reason"] == "It is urgent."
    assert record["rule"]["data"]["veto"] == ["legal"]
    why = {seat["role"]: seat["why"] for seat in record["attendance"]}
    assert why["independent"] == "I advise the proposer."

"""The fast track: a shorter vote now, and a full review that is owed."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Notification
from audit.models import Event
from boards import kinds, services
from boards.models import Motion
from boards.record_check import check
from boards.selectors import overdue_reviews, reviews_owed
from boards.tasks import sweep_decisions, sweep_records, sweep_reminders
from common import dsse
from common.errors import Refused
from common.intoto import moment
from tests.boards.factories import (
    RULE,
    decide,
    holder,
    make_board,
    make_motion,
    make_vote_open,
    run_out,
)
from tests.boards.test_pages import page, signed_in, text
from tests.factories import make_user

pytestmark = pytest.mark.django_db

DAY = 86400
FAST: dict[str, Any] = {"quorum": {"at_least": "1/3"}, "approval": {"more_than": "1/2"}}
TRACKED: dict[str, Any] = {
    **RULE,
    "emergency": {"rule": FAST, "voting_period": 3600, "full_review": 14 * DAY},
}


def emergency(**changes: Any) -> Motion:
    return make_motion(**{"rule": TRACKED, "voting_seconds": 7 * DAY, "emergency": True, **changes})


def approved(**changes: Any) -> Motion:
    motion = emergency(**changes)
    motion = services.open_voting(actor=motion.proposer, motion=motion)
    return decide(motion, "approve")


def review(motion: Motion, *choices: str) -> Motion:
    asked = services.propose_full_review(
        actor=motion.proposer, motion=motion, dossier={"rationale": "All of it again."}
    )
    asked = services.open_vote(actor=motion.proposer, motion=asked)
    return decide(asked, *choices)


def overdue(motion: Motion) -> Motion:
    past = timezone.now() - timedelta(seconds=1)
    Motion.objects.filter(pk=motion.pk).update(full_review_due_at=past)
    motion.refresh_from_db()
    return motion


def test_an_emergency_is_decided_by_the_fast_rule_in_the_short_time() -> None:
    motion = emergency()
    assert motion.voting_seconds == 3600
    motion = services.open_voting(actor=motion.proposer, motion=motion)
    motion = decide(motion, "approve")
    assert motion.state == "approved"
    assert motion.full_review_due_at is not None
    assert motion.decided_at is not None
    assert motion.full_review_due_at - motion.decided_at == timedelta(days=14)
    assert list(reviews_owed()) == [motion]


def test_the_same_votes_do_not_carry_it_on_the_usual_track() -> None:
    assert decide(make_vote_open(rule=TRACKED), "approve").state == "lapsed"


def test_without_a_fast_track_there_is_no_emergency() -> None:
    with pytest.raises(Refused, match="no fast track"):
        emergency(rule=RULE)
    assert not Motion.objects.exists()


def test_what_was_not_approved_owes_nothing() -> None:
    motion = emergency()
    motion = services.open_voting(actor=motion.proposer, motion=motion)
    motion = decide(motion, "reject")
    assert (motion.state, motion.full_review_due_at) == ("rejected", None)
    assert not reviews_owed().exists()


def test_a_cancelled_emergency_owes_nothing() -> None:
    motion = approved()
    services.cancel_motion(actor=holder(motion, "chair"), motion=motion, reason="Stop.")
    assert not reviews_owed().exists()


def test_the_review_is_by_the_full_rule_and_time_and_confirms() -> None:
    motion = approved()
    done = review(motion, "approve", "approve", "approve")
    assert done.rule == TRACKED
    assert done.voting_seconds == 7 * DAY
    assert done.state == "approved"
    sweep_decisions()
    motion.refresh_from_db()
    assert motion.full_review_result == "confirmed"
    assert not reviews_owed().exists()
    assert not overdue_reviews().exists()
    event = Event.objects.get(action="motion.full_review_ended")
    assert event.data == {"result": "confirmed", "motion": str(done.public_id)}
    sweep_decisions()
    assert Event.objects.filter(action="motion.full_review_ended").count() == 1
    with pytest.raises(Refused, match="confirmed the decision"):
        review(motion)


def test_a_review_that_lapses_leaves_the_review_owed() -> None:
    motion = approved()
    review(motion, "approve")
    sweep_decisions()
    assert list(reviews_owed()) == [motion]
    assert review(motion, "approve", "approve", "approve").state == "approved"


def test_a_refused_review_and_an_overdue_one_are_told_to_the_owning_room() -> None:
    motion = approved()
    assert not overdue_reviews().exists()
    overdue(motion)
    assert list(overdue_reviews()) == [motion]
    review(motion, "reject", "reject", "reject")
    sweep_decisions()
    motion.refresh_from_db()
    assert motion.full_review_result == "refused"
    assert list(overdue_reviews()) == [motion]
    review(motion, "approve", "approve", "approve")
    sweep_decisions()
    assert not overdue_reviews().exists()


def test_who_had_no_vote_on_the_decision_has_none_on_its_review() -> None:
    board = make_board(
        *[(role, make_user()) for role in ("chair", "safety", "independent", "legal")]
    )
    safety, legal = holder(board, "safety"), holder(board, "legal")
    motion = emergency(board=board, proposer=legal)
    motion = services.open_voting(
        actor=legal, motion=motion, excluded={safety.pk: "Manages releases."}
    )
    motion = decide(motion, "approve", "", "approve")
    chair = holder(board, "chair")
    asked = services.propose_full_review(
        actor=chair, motion=motion, dossier={"rationale": "Again."}
    )
    asked = services.open_vote(actor=chair, motion=asked)
    assert set(asked.ballots.exclude(excluded="").values_list("role", flat=True)) == {
        "chair",
        "safety",
        "legal",
    }


def test_who_came_into_conflict_since_has_no_vote_on_the_review(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    motion = approved()
    safety = holder(motion, "safety")
    why = {safety.pk: "Manages releases of the model."}
    monkeypatch.setitem(kinds._conflicts, motion.kind, lambda _motion: why)
    asked = review(motion, "approve", "", "approve")
    assert asked.ballots.get(holder=safety).excluded == why[safety.pk]


def reviewed(**changes: Any) -> Motion:
    motion = approved(**changes)
    review(motion, "approve", "approve", "approve")
    sweep_decisions()
    motion.refresh_from_db()
    assert motion.full_review_result == "confirmed"
    return motion


def test_a_decision_that_its_review_confirmed_is_still_cancelled() -> None:
    motion = reviewed()
    motion = services.cancel_motion(
        actor=holder(motion, "safety"), motion=motion, reason="Something came up."
    )
    assert (motion.state, motion.full_review_result) == ("cancelled", "confirmed")


def test_a_cancelled_decision_is_not_reviewed_again() -> None:
    motion = approved()
    review(motion, "reject", "reject", "reject")
    sweep_decisions()
    motion.refresh_from_db()
    services.cancel_motion(actor=holder(motion, "safety"), motion=motion, reason="It fell.")
    with pytest.raises(Refused, match="No full review is owed"):
        services.propose_full_review(
            actor=motion.proposer, motion=motion, dossier={"rationale": "Again."}
        )


def test_a_decision_that_its_review_confirmed_is_still_overridden(settings: Settings) -> None:
    settings.SIGNING_KEY = dsse.derived_private_key("tests")
    motion = reviewed(rule={**TRACKED, "executive": ["safety"]})
    services.override_result(
        actor=holder(motion, "safety"), motion=motion, outcome="rejected", reason="It leaked."
    )
    motion = Motion.objects.get(pk=motion.pk)
    assert (motion.outcome, motion.full_review_result) == ("rejected", "confirmed")


def test_a_conflict_that_arises_during_the_review_takes_the_vote() -> None:
    motion = approved()
    asked = services.propose_full_review(
        actor=motion.proposer, motion=motion, dossier={"rationale": "Again."}
    )
    asked = services.open_vote(actor=motion.proposer, motion=asked)
    changed = services.exclude_voter(
        actor=None,
        subject_ref=motion.subject_ref,
        user=holder(asked, "safety"),
        why="Manages releases of the model.",
    )
    assert changed == 1


def test_only_members_and_the_proposer_ask_for_the_review() -> None:
    motion = approved()
    for stranger in (make_user(), make_user(is_superuser=True)):
        with pytest.raises(Refused, match="Only someone with a seat"):
            services.propose_full_review(
                actor=stranger, motion=motion, dossier={"rationale": "Again."}
            )
    usual = decide(make_vote_open(motion.board), "approve", "approve", "approve")
    with pytest.raises(Refused, match="No full review is owed"):
        services.propose_full_review(
            actor=usual.proposer, motion=usual, dossier={"rationale": "Again."}
        )


def test_tightening_binds_an_emergency_by_its_fast_track_or_ends_the_track() -> None:
    motion = emergency()
    stricter = {
        **TRACKED,
        "emergency": {**TRACKED["emergency"], "rule": {**FAST, "veto": ["chair"]}},
    }
    motion = services.tighten_rule(actor=None, motion=motion, rule=stricter, reason="Version 2.")
    assert motion.binding_rule.veto == ("chair",)
    assert motion.binding_rule.required_present == ()
    motion = services.tighten_rule(actor=None, motion=motion, rule=RULE, reason="Version 3.")
    assert motion.binding_rule.required_present == ("independent",)


def test_the_board_is_reminded_a_week_before_a_day_before_and_when_it_is_over() -> None:
    motion = approved()

    def said(days: float) -> list[str]:
        due = timezone.now() + timedelta(days=days)
        decided = timezone.now() - timedelta(days=14 - days)
        Motion.objects.filter(pk=motion.pk).update(full_review_due_at=due, decided_at=decided)
        before = Notification.objects.count()
        for _time in range(2):
            sweep_reminders()
        new = Notification.objects.order_by("id")[before:]
        kinds = {note.kind for note in new}
        assert len(new) == 4 * len(kinds)
        return sorted(kinds)

    assert said(8) == []
    assert said(6) == ["boards.review_due"]
    assert said(0.5) == ["boards.review_due"]
    assert said(-0.1) == ["boards.review_overdue"]
    assert Event.objects.filter(action="motion.full_review_overdue").count() == 1


def test_the_board_is_told_with_the_decision_what_it_owes() -> None:
    motion = approved()
    opened = Notification.objects.filter(kind="boards.voting_opened").first()
    assert opened is not None
    assert "decided on the fast track" in opened.body
    for person in (holder(motion, "chair"), motion.proposer):
        told = person.notifications.get(kind="boards.motion_decided")
        assert "must confirm this under its full rule before" in told.body
    usual = decide(make_vote_open(motion.board), "approve", "approve", "approve")
    assert "full rule" not in usual.proposer.notifications.get(kind="boards.motion_decided").body


def test_what_came_to_nothing_owes_no_review() -> None:
    motion = approved()
    services.drop_full_review(actor=None, motion=motion, reason="Its move lapsed.")
    assert not reviews_owed().exists()
    event = Event.objects.get(action="motion.full_review_dropped")
    assert event.data["reason"] == "Its move lapsed."
    services.drop_full_review(actor=None, motion=motion, reason="Again.")
    assert Event.objects.filter(action="motion.full_review_dropped").count() == 1
    with pytest.raises(Refused, match="No full review is owed"):
        review(motion)


def test_a_review_that_has_ended_is_not_dropped() -> None:
    motion = approved()
    review(motion, "reject", "reject", "reject")
    sweep_decisions()
    services.drop_full_review(actor=None, motion=motion, reason="Its move lapsed.")
    assert list(overdue_reviews()) == [motion]


def test_a_review_that_was_under_way_of_what_came_to_nothing_changes_nothing() -> None:
    motion = approved()
    done = review(motion, "approve", "approve", "approve")
    services.drop_full_review(actor=None, motion=motion, reason="Its move lapsed.")
    sweep_decisions()
    motion.refresh_from_db()
    done.refresh_from_db()
    assert (motion.full_review_result, done.applied_at is None) == ("", False)


# The record


@pytest.fixture
def key(settings: Settings) -> str:
    settings.SIGNING_KEY = dsse.derived_private_key("first")
    return dsse.public_pem(dsse.load_private_key(settings.SIGNING_KEY))


def told(motion: Motion, key: str) -> dict[str, Any]:
    sweep_records()
    newest = motion.records.first()
    assert newest is not None
    return check(newest.file.encode(), key).record


def test_the_record_tells_the_fast_track_and_when_the_full_review_is_due(key: str) -> None:
    motion = approved()
    record = told(motion, key)
    assert record["emergency"] == {
        "full_rule": TRACKED,
        "full_voting_seconds": 7 * DAY,
        "full_review": {
            "due": moment(motion.full_review_due_at),
            "ended": None,
            "result": "",
            "motions": [],
        },
    }
    assert record["rule"]["data"] == FAST
    assert record["review_of"] is None


def test_the_record_of_a_usual_decision_says_that_it_was_no_emergency(key: str) -> None:
    record = told(decide(make_vote_open(), "approve", "approve", "approve"), key)
    assert (record["emergency"], record["review_of"]) == (None, None)


@pytest.mark.parametrize(("choice", "result"), [("approve", "confirmed"), ("reject", "refused")])
def test_the_end_of_the_review_makes_a_further_version_of_the_record(
    key: str, choice: str, result: str
) -> None:
    motion = approved()
    first = told(motion, key)
    review(motion, "approve")  # One of three seats: it lapses, and ends nothing.
    done = review(motion, choice, choice, choice)
    sweep_decisions()
    second = told(motion, key)
    assert (first["version"], second["version"]) == (1, 2)
    owed = second["emergency"]["full_review"]
    assert (owed["result"], owed["motions"]) == (result, [str(done.public_id)])
    assert owed["ended"]
    assert told(done, key)["review_of"] == {
        "motion": str(motion.public_id),
        "title": motion.title,
        "dossier_digest": motion.dossier_digest,
        "due": moment(motion.full_review_due_at),
    }


def test_the_record_of_an_emergency_that_was_cancelled_owes_no_review(key: str) -> None:
    motion = approved()
    services.cancel_motion(actor=holder(motion, "chair"), motion=motion, reason="Stop.")
    assert told(motion, key)["emergency"]["full_review"] is None


def test_the_page_of_the_record_tells_the_same() -> None:
    motion = approved()
    client = signed_in(holder(motion, "chair"))
    seen = text(client.get(page("motion_record", motion)))
    assert "Decided on the fast track" in seen
    assert "A full review is owed. It is due" in seen
    assert "At least one independent seat must take part." in seen
    done = review(motion, "approve", "approve", "approve")
    sweep_decisions()
    seen = text(client.get(page("motion_record", motion)))
    assert "The full review confirmed the decision" in seen
    assert page("motion_record", done) in seen
    seen = text(client.get(page("motion_record", done)))
    assert "This is the full review of an emergency decision" in seen
    assert page("motion_record", motion) in seen
    usual = decide(make_vote_open(motion.board), "approve", "approve", "approve")
    assert "fast track" not in text(client.get(page("motion_record", usual)))


def test_the_page_of_a_record_takes_few_queries_also_in_an_emergency(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    motion = approved()
    done = review(motion, "approve", "approve", "approve")
    sweep_decisions()
    client = signed_in(holder(motion, "chair"))
    for each in (motion, done):
        for name in ("motion_record", "motion_detail"):
            with django_assert_max_num_queries(15):
                assert client.get(page(name, each)).status_code == 200


# Pages


def test_the_pages_show_what_is_owed() -> None:
    motion = approved()
    client = signed_in(holder(motion, "chair"))
    seen = text(client.get(page("motion_detail", motion)))
    assert "A full review is owed" in seen
    assert page("motion_review", motion) in seen
    assert "Full reviews owed" in text(client.get(f"/boards/{motion.board.slug}/"))
    overdue(motion)
    assert "The full review is overdue" in text(client.get(page("motion_detail", motion)))
    assert "overdue since" in text(client.get(f"/boards/{motion.board.slug}/"))


def test_a_member_asks_for_the_review_by_the_form_and_opens_its_vote() -> None:
    motion = approved()
    chair = holder(motion, "chair")
    client = signed_in(chair)
    assert "Say why" in text(client.post(page("motion_review", motion), {"rationale": ""}))
    response = client.post(page("motion_review", motion), {"rationale": "Again."}, follow=True)
    assert "The full review is before the board" in text(response)
    asked = Motion.objects.get(reviews=motion)
    assert page("motion_open", asked) in text(response)
    assert "This is the full review of" in text(response)
    assert client.get(page("motion_open", asked)).status_code == 200
    response = client.post(page("motion_open", asked), {"typed": "open"}, follow=True)
    assert "Voting is open" in text(response)
    assert client.get(page("motion_open", asked)).status_code == 409
    again = client.post(page("motion_review", motion), {"rationale": "Twice."})
    assert again.status_code == 409
    run_out(asked)

"""Opening, voting, sealing and closing."""

import json

import pytest
from django.contrib.admin import site
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import Notification
from audit.models import Event
from audit.selectors import ref, timeline
from boards import kinds, services
from boards.models import Ballot, Motion, Vote
from boards.sealing import Opening, opens
from boards.selectors import votes_for_display
from boards.tasks import sweep_motions
from common.errors import Refused
from portal.api import api
from tests.boards.factories import (
    RULE,
    cast,
    decide,
    holder,
    make_board,
    make_motion,
    make_vote_open,
    run_out,
    tally_of,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def events(motion: Motion) -> list[str]:
    return list(
        Event.objects.filter(target=ref(motion)).order_by("id").values_list("action", flat=True)
    )


def test_a_majority_with_an_independent_member_approves() -> None:
    motion = decide(make_vote_open(), "approve", "reject", "approve")
    assert motion.state == "approved"
    assert tally_of(motion)["approve"] == 2
    assert events(motion) == [
        "motion.proposed",
        "motion.voting_opened",
        "vote.cast",
        "vote.cast",
        "vote.cast",
        "motion.approved",
    ]


def test_a_majority_without_the_independent_member_lapses() -> None:
    motion = decide(make_vote_open(), "approve", "approve", "")
    assert motion.state == "lapsed"
    assert "independent" in motion.closing_reason


def test_a_tie_rejects() -> None:
    board = make_board(*[(role, make_user()) for role in ("chair", "independent")])
    assert decide(make_vote_open(board), "approve", "reject").state == "rejected"


def test_silence_approves_nothing() -> None:
    assert decide(make_vote_open()).state == "lapsed"


def test_the_newest_vote_of_a_seat_counts() -> None:
    motion = make_vote_open()
    safety = holder(motion, "safety")
    cast(motion, safety, "approve")
    cast(motion, safety, "reject")
    motion = decide(motion, "approve", "", "reject")
    assert motion.state == "rejected"
    assert Vote.objects.filter(voter=safety).count() == 2


def test_the_proposer_has_no_vote_though_they_hold_a_seat() -> None:
    proposer = make_user()
    seats = [(role, make_user()) for role in ("chair", "independent")]
    motion = make_vote_open(make_board(("safety", proposer), *seats), proposer=proposer)
    with pytest.raises(Refused, match="no vote"):
        cast(motion, proposer)
    assert tally_of(decide(motion, "", "approve", "approve"))["base"] == 2


def test_the_excluded_have_no_vote() -> None:
    board = make_board()
    chair = holder(board, "chair")
    motion = make_vote_open(board, excluded={chair.pk: "Manages the model."})
    with pytest.raises(Refused, match="Manages the model"):
        cast(motion, chair)


def test_a_conflict_that_arises_during_voting_takes_the_vote_that_was_cast() -> None:
    motion = make_vote_open()
    safety = holder(motion, "safety")
    cast(motion, safety, "reject")
    changed = services.exclude_voter(
        actor=None, subject_ref=motion.subject_ref, user=safety, why="Became a manager."
    )
    assert changed == 1
    again = services.exclude_voter(
        actor=None, subject_ref=motion.subject_ref, user=safety, why="Became a manager."
    )
    assert again == 0
    motion = decide(motion, "approve", "", "approve")
    assert motion.state == "approved"
    assert tally_of(motion)["reject"] == 0
    line = next(line for line in votes_for_display(motion) if line.seat == "Safety")
    assert (line.state, line.reason) == ("no_vote", "Became a manager.")
    closing = Event.objects.get(action="motion.approved")
    assert len(closing.data["openings"]) == 2


def test_someone_without_a_seat_has_no_vote() -> None:
    with pytest.raises(Refused, match="no seat"):
        cast(make_vote_open(), make_user(is_superuser=True))


def test_someone_whose_account_was_closed_has_no_vote() -> None:
    motion = make_vote_open()
    chair = holder(motion, "chair")
    chair.is_active = False
    with pytest.raises(Refused, match="active account"):
        cast(motion, chair)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"choice": "recuse", "conflict": ""}, "Declare the conflict"),
        ({"choice": "recuse", "conflict": " \n "}, "Declare the conflict"),
        ({"choice": "recuse", "conflict": "x" * 5001}, "The conflict: It has 5001"),
        ({"choice": "approve", "conflict": "I own shares."}, "can only recuse"),
        ({"choice": "yes"}, "Choose one of"),
        ({"choice": ""}, "Choose one of"),
        ({"reason": " \n "}, "reason"),
        ({"reason": "x" * 5001}, "5001"),
        ({"reason": "a\x00b"}, "cannot be seen"),
        ({"reason": "a\ud800b"}, "cannot be seen"),
        ({"dossier_digest": "0" * 64}, "dossier changed"),
        ({"dossier_digest": ""}, "dossier changed"),
    ],
)
def test_a_bad_vote_is_refused_with_a_sentence_and_leaves_nothing(
    changes: dict[str, str], sentence: str
) -> None:
    motion = make_vote_open()
    with pytest.raises(Refused, match=sentence):
        cast(motion, holder(motion, "chair"), **{"choice": "approve", **changes})
    assert not Vote.objects.exists()
    assert "vote.cast" not in events(motion)


def test_no_vote_before_opening_or_after_the_deadline() -> None:
    motion = make_motion()
    with pytest.raises(Refused, match="in review"):
        cast(motion, holder(motion, "chair"))
    motion = run_out(make_vote_open())
    with pytest.raises(Refused, match="time for voting is over"):
        cast(motion, holder(motion, "chair"))


# Sealing


def test_no_event_or_notification_tells_a_choice_before_close() -> None:
    motion = make_vote_open()
    for role, choice in (("chair", "reject"), ("safety", "abstain"), ("independent", "recuse")):
        cast(motion, holder(motion, role), choice, reason=f"because-{choice}-{role}")
    assert Vote.objects.get(choice="recuse").conflict
    told = json.dumps(list(Event.objects.filter(action="vote.cast").values_list("data", flat=True)))
    told += " ".join(Notification.objects.values_list("body", flat=True))
    told += str(votes_for_display(motion)) + str(timeline(motion, motion.board))
    for secret in (
        "because",
        "recuse",
        "abstain",
        "I advise",
        *Vote.objects.values_list("nonce", flat=True),
    ):
        assert secret not in told
    assert {line.state for line in votes_for_display(motion)} == {"vote_sealed"}


def test_the_close_opens_each_commitment() -> None:
    motion = make_vote_open()
    sealed = {}
    for role, choice in (("chair", "approve"), ("safety", "recuse"), ("independent", "approve")):
        vote = cast(motion, holder(motion, role), choice, reason=f"{choice} it.")
        cast_event = Event.objects.filter(action="vote.cast").latest("id")
        sealed[cast_event.data["seat"]] = cast_event.data["commitment"]
        assert vote.commitment == cast_event.data["commitment"]
    services.close_voting(actor=holder(motion, "chair"), motion=motion)
    openings = Event.objects.get(action="motion.approved").data["openings"]
    assert len(openings) == 3
    for opening in openings:
        keys = ("nonce", "choice", "reason", "dossier_digest", "conflict")
        parts = (opening[key] for key in keys)
        assert opens(sealed[opening["seat"]], Opening(*parts))
        assert not opens(sealed[opening["seat"]], Opening("0" * 64, "approve", "", "f" * 64))


def test_dissent_is_shown_with_its_reason_once_closed() -> None:
    motion = make_vote_open()
    cast(motion, holder(motion, "safety"), "reject", reason="Too early for this.")
    motion = decide(motion, "approve", "", "approve")
    safety = next(line for line in votes_for_display(motion) if line.seat == "Safety")
    assert (safety.state, safety.reason) == ("reject", "Too early for this.")


def test_a_recusal_shows_its_conflict_once_closed() -> None:
    motion = decide(make_vote_open(), "approve", "recuse", "approve")
    line = next(line for line in votes_for_display(motion) if line.seat == "Safety")
    assert (line.state, line.conflict) == ("recused", "I advise the proposer.")


def test_the_database_keeps_recusals_with_and_other_votes_without_a_conflict() -> None:
    motion = make_vote_open()
    vote = cast(motion, holder(motion, "chair"))
    for choice, conflict in (("recuse", ""), ("approve", "Shares.")):
        vote.pk, vote.choice, vote.conflict = None, choice, conflict
        with pytest.raises(IntegrityError, match="recusal_declares"), transaction.atomic():
            vote.save(force_insert=True)


def test_nobody_reads_a_sealed_vote_in_the_admin_or_the_api() -> None:
    assert not [each for each in site._registry if each._meta.app_label == "boards"]
    paths = json.dumps(api.get_openapi_schema())
    assert "boards" not in paths
    assert "commitment" not in paths


# Dossier


def test_a_changed_dossier_returns_the_motion_to_review_and_makes_votes_stale() -> None:
    motion = make_vote_open()
    seen = motion.dossier_digest
    chair = holder(motion, "chair")
    cast(motion, chair, "approve")
    motion = services.revise_dossier(
        actor=motion.proposer, motion=motion, dossier={"rationale": "Tested twice."}
    )
    assert (motion.state, motion.voting_closes_at) == ("in_review", None)
    assert {line.state for line in votes_for_display(motion)} == {"stale", "not_voted"}
    with pytest.raises(Refused, match="when voting opens again"):
        cast(motion, chair, dossier_digest=seen)
    motion = services.open_voting(actor=motion.proposer, motion=motion)
    with pytest.raises(Refused, match="Read the new one"):
        cast(motion, chair, dossier_digest=seen)
    assert tally_of(decide(motion, "", "reject", "reject"))["approve"] == 0
    assert motion.dossiers.count() == 2
    assert Vote.objects.filter(voter=chair).count() == 1


def test_votes_stay_stale_when_the_dossier_becomes_what_it_was() -> None:
    motion = make_vote_open()
    former = motion.dossier
    cast(motion, holder(motion, "independent"), "approve")
    for dossier in ({"rationale": "Other."}, former):
        services.revise_dossier(actor=motion.proposer, motion=motion, dossier=dossier)
    motion = services.open_voting(actor=motion.proposer, motion=motion)
    assert {line.state for line in votes_for_display(motion)} == {"not_voted"}
    assert tally_of(decide(motion))["present"] == 0


# Closing


def test_the_chair_closes_once_every_seat_has_voted() -> None:
    motion = make_vote_open()
    chair = holder(motion, "chair")
    cast(motion, chair)
    cast(motion, holder(motion, "safety"))
    with pytest.raises(Refused, match="Still awaited: independent"):
        services.close_voting(actor=chair, motion=motion)
    cast(motion, holder(motion, "independent"), "recuse")
    with pytest.raises(Refused, match="Only the chair"):
        services.close_voting(actor=holder(motion, "safety"), motion=motion)
    assert services.close_voting(actor=chair, motion=motion).state == "lapsed"
    with pytest.raises(Refused, match="lapsed"):
        services.close_voting(actor=chair, motion=motion)


def test_an_excluded_chair_still_closes_the_vote() -> None:
    chair = make_user()
    board = make_board(("chair", chair), ("safety", make_user()), ("independent", make_user()))
    motion = make_vote_open(board, proposer=chair)
    cast(motion, holder(motion, "safety"))
    cast(motion, holder(motion, "independent"))
    assert services.close_voting(actor=chair, motion=motion).state == "approved"


def test_the_portal_closes_at_the_deadline_and_not_before() -> None:
    motion = make_vote_open()
    with pytest.raises(Refused, match="not over"):
        services.close_voting(actor=None, motion=motion)
    run_out(motion)
    sweep_motions()
    sweep_motions()
    motion.refresh_from_db()
    assert motion.state == "lapsed"
    assert events(motion).count("motion.undecided") == 1


def test_everyone_recused_is_no_decision() -> None:
    motion = decide(make_vote_open(), "recuse", "recuse", "recuse")
    assert motion.state == "lapsed"
    assert tally_of(motion)["outcome"] == "error"


# Opening


def test_voting_does_not_open_where_no_vote_could_carry_the_motion() -> None:
    board = make_board(("chair", make_user()), ("safety", make_user()), ("independent", None))
    motion = make_motion(board)
    with pytest.raises(Refused, match="No independent seat"):
        services.open_voting(actor=motion.proposer, motion=motion)
    motion.refresh_from_db()
    assert (motion.state, motion.round) == ("in_review", 0)
    assert not Ballot.objects.exists()


def test_voting_opens_once() -> None:
    motion = make_vote_open()
    with pytest.raises(Refused, match="in review"):
        services.open_voting(actor=motion.proposer, motion=motion)


def test_each_eligible_seat_is_told_what_to_do_by_when() -> None:
    board = make_board()
    chair = holder(board, "chair")
    motion = make_vote_open(board, excluded={chair.pk: "Manages the model."})
    asked = Notification.objects.filter(kind="boards.voting_opened")
    assert {note.recipient_id for note in asked} == {
        holder(motion, "safety").pk,
        holder(motion, "independent").pk,
    }
    note = asked[0]
    assert motion.subject_label in note.subject
    assert motion.title in note.subject
    assert "cast your vote before" in note.body.splitlines()[0]
    assert "UTC" in note.body.splitlines()[0]
    assert note.url == f"/boards/motions/{motion.public_id}/"


def test_seats_and_proposer_learn_the_result() -> None:
    decide(make_vote_open(), "approve", "approve", "approve")
    told = Notification.objects.filter(kind="boards.motion_decided")
    assert told.count() == 4
    assert all(note.subject.startswith("Approved") for note in told)


# What the database keeps


def test_the_database_refuses_to_edit_votes_dossiers_and_the_snapshot() -> None:
    motion = make_vote_open()
    vote = cast(motion, holder(motion, "chair"))
    ballot = vote.ballot
    for act in (
        lambda: Vote.objects.filter(pk=vote.pk).update(choice="reject"),
        lambda: Vote.objects.filter(pk=vote.pk).delete(),
        lambda: motion.dossiers.update(content={}),
        lambda: Ballot.objects.filter(pk=ballot.pk).update(holder=make_user()),
        lambda: Ballot.objects.filter(pk=ballot.pk).update(role="legal", excluded="x"),
        lambda: motion.ballots.filter(votes=None).delete(),
    ):
        with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
            act()
    Ballot.objects.filter(pk=ballot.pk).update(excluded="Conflict.")
    with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
        Ballot.objects.filter(pk=ballot.pk).update(excluded="")


def test_the_rule_of_the_opening_binds() -> None:
    motion = make_vote_open(rule={**RULE, "approval": {"at_least": "2/3"}, "veto": ["safety"]})
    motion = decide(motion, "approve", "reject", "approve")
    assert motion.state == "rejected"
    assert "veto" in motion.closing_reason


def test_who_is_in_conflict_when_votes_are_counted_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    motion = make_vote_open()
    safety = holder(motion, "safety")
    why = {safety.pk: "Manages releases of the model.", make_user().pk: "Holds no seat."}
    for role, choice in (("chair", "approve"), ("safety", "reject"), ("independent", "approve")):
        cast(motion, holder(motion, role), choice)
    monkeypatch.setitem(kinds._conflicts, "transition", lambda _motion: why)
    with pytest.raises(Refused, match="no vote on this motion: Manages releases"):
        cast(motion, safety, "approve")
    motion = services.close_voting(actor=None, motion=run_out(motion))
    counted = tally_of(motion)
    assert (counted["base"], counted["approve"], counted["reject"]) == (2, 2, 0)
    assert events(motion)[-2:] == ["motion.voter_excluded", "motion.approved"]
    assert safety.notifications.filter(kind="boards.voter_excluded").count() == 1

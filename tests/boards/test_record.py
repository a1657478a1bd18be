"""The record of a decision: what it tells, when it is signed, and what is written beside it."""

import hashlib
import json
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from pytest_django import Settings

from accounts.services import erase_person
from audit.models import Event
from boards import gathering, services, tasks
from boards.models import DecisionRecord, Motion
from boards.record_check import check
from boards.services import records
from common import dsse
from common.errors import Refused
from tests.boards.factories import (
    RULE,
    cast,
    decide,
    holder,
    make_board,
    make_motion,
    make_vote_open,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(settings: Settings) -> str:
    settings.SIGNING_KEY = dsse.derived_private_key("first")
    return dsse.public_pem(dsse.load_private_key(settings.SIGNING_KEY))


def told(motion: Motion) -> dict[str, Any]:
    """Return the newest signed record of a motion, verified."""
    newest = motion.records.select_related("key").first()
    assert newest is not None
    return check(newest.file.encode(), newest.key.public_pem).record


def decided(*choices: str, **changes: Any) -> Motion:
    motion = decide(make_vote_open(**changes), *choices)
    motion.refresh_from_db()
    return motion


def test_a_record_tells_who_took_part_and_how(key: str) -> None:
    board = make_board(
        ("chair", make_user()),
        ("safety", make_user()),
        ("independent", make_user()),
        ("legal", make_user()),
        ("security", None),
    )
    motion = make_vote_open(board, excluded={holder(board, "legal").pk: "Manages the model."})
    cast(motion, holder(board, "safety"), "reject", reason="The red team found a way.")
    cast(motion, holder(board, "chair"), "approve")
    cast(motion, holder(board, "independent"), "approve")
    decide(motion)
    tasks.sweep_records()
    record = told(motion)
    parts = {seat["role"]: (seat["part"], seat["why"]) for seat in record["attendance"]}
    assert parts == {
        "chair": ("took_part", ""),
        "safety": ("took_part", ""),
        "independent": ("took_part", ""),
        "legal": ("excluded", "Manages the model."),
        "security": ("vacant", ""),
    }
    assert [seat["independent"] for seat in record["attendance"]].count(True) == 1
    dissent = [vote for vote in record["votes"] if vote["dissent"]]
    assert [(vote["role"], vote["reason"]) for vote in dissent] == [
        ("safety", "The red team found a way.")
    ]
    assert record["controverted_issues"]["votes"] == [dissent[0]["seat"]]
    assert record["outcome"]["state"] == "approved"
    assert record["rule"]["data"] == motion.rule
    assert record["dossier"]["content"] == motion.dossier


def test_independence_is_told_of_whoever_held_the_seat_when_voting_opened(key: str) -> None:
    board = make_board()
    safety = board.seats.get(role="safety")
    safety.independent, safety.independence_basis = True, "Professor elsewhere."
    safety.save()
    motion = decide(make_vote_open(board), "approve", "approve", "approve")
    tasks.sweep_records()

    def independent() -> dict[str, bool]:
        return {seat["role"]: seat["independent"] for seat in told(motion)["attendance"]}

    assert independent() == {"chair": False, "safety": True, "independent": True}
    safety.holder, safety.independent, safety.independence_basis = make_user(), False, ""
    safety.save()
    services.mark_applied(motion=motion)
    tasks.sweep_records()
    assert motion.records.count() == 2
    assert independent() == {"chair": False, "safety": True, "independent": True}


def test_a_vacant_seat_is_not_independent() -> None:
    board = make_board(("chair", make_user()), ("safety", make_user()), ("independent", None))
    motion = make_vote_open(board, rule={**RULE, "required_present": []})
    motion = decide(motion, "approve", "approve")
    attendance = gathering.record_of(motion)["attendance"]
    assert [seat["independent"] for seat in attendance] == [False, False, False]


def test_the_snapshot_of_independence_cannot_be_changed() -> None:
    motion = make_vote_open()
    with pytest.raises(DatabaseError, match="snapshot"), transaction.atomic():
        motion.ballots.update(independent=True)


def test_a_recusal_is_told_with_its_conflict_and_a_silent_seat_as_absent(key: str) -> None:
    motion = decided("recuse", "", "approve")
    record = gathering.record_of(motion)
    parts = {seat["role"]: seat["part"] for seat in record["attendance"]}
    assert parts == {"chair": "recused", "safety": "absent", "independent": "took_part"}
    assert next(seat["why"] for seat in record["attendance"] if seat["role"] == "chair")


def test_what_is_signed_names_nobody(key: str) -> None:
    motion = decided("approve", "reject", "approve")
    services.add_summary(actor=holder(motion, "chair"), motion=motion, text="All was weighed.")
    tasks.sweep_records()
    text = json.dumps(told(motion))
    people = [seat.holder for seat in motion.board.seats.all()] + [motion.proposer]
    for person in people:
        assert person is not None
        assert str(person.pseudonym) in text
        assert person.email not in text
        assert str(person) not in text


def test_a_record_still_verifies_when_a_person_was_erased(key: str) -> None:
    motion = decided("approve", "reject", "approve")
    tasks.sweep_records()
    person = holder(motion, "safety")
    pseudonym = str(person.pseudonym)
    erase_person(actor=None, user=person, reason="They asked.")
    record = told(motion)
    assert pseudonym in json.dumps(record)
    assert gathering.names_in(record)[pseudonym] == "an erased person"


def test_a_vote_that_ended_is_owed_a_record_until_there_is_a_key(settings: Settings) -> None:
    settings.SIGNING_KEY = ""
    motion = decided("approve", "approve", "approve")
    tasks.sweep_records()
    tasks.sign_record(motion.pk)
    assert not DecisionRecord.objects.exists()
    assert list(gathering.owed_records()) == [motion]
    settings.SIGNING_KEY = dsse.derived_private_key("first")
    tasks.sweep_records()
    assert told(motion)["version"] == 1
    assert not gathering.owed_records().exists()
    assert services.sign_owed() == 0


def test_one_record_that_cannot_be_signed_does_not_hold_up_the_others(key: str) -> None:
    first, second = decided("approve", "approve", "approve"), decided("reject", "reject", "reject")
    # A float cannot be written in one way only, so nothing with one is ever signed.
    Motion.objects.filter(pk=first.pk).update(params={"share": 0.5})
    tasks.sweep_records()
    assert told(second)["outcome"]["state"] == "rejected"
    assert list(gathering.owed_records()) == [first]


def test_what_happens_after_the_close_makes_a_further_version(key: str) -> None:
    motion = decided("approve", "approve", "approve")
    tasks.sweep_records()
    first = motion.records.get()
    services.mark_applied(motion=motion)
    tasks.sweep_records()
    record = told(motion)
    assert (record["version"], record["previous"]) == (2, first.digest)
    assert record["times"]["applied"]
    assert first.digest == hashlib.sha256(first.file.encode()).hexdigest()


def test_a_cancelled_decision_says_so_in_its_record(key: str) -> None:
    motion = decided("approve", "approve", "approve")
    services.cancel_motion(actor=holder(motion, "safety"), motion=motion, reason="A leak.")
    tasks.sweep_records()
    outcome = told(motion)["outcome"]
    assert (outcome["state"], outcome["result"]) == ("cancelled", "approved")
    assert outcome["closing_reason"] == "A leak."


def test_a_motion_whose_votes_stay_sealed_has_no_record(key: str) -> None:
    motion = make_vote_open()
    cast(motion, holder(motion, "chair"))
    services.withdraw_motion(actor=motion.proposer, motion=motion, reason="Not yet.")
    tasks.sweep_records()
    assert not DecisionRecord.objects.exists()
    with pytest.raises(ValueError, match="no opened votes"):
        gathering.record_of(motion)


def test_stale_rounds_and_their_dossiers_are_told(key: str) -> None:
    motion = make_vote_open()
    former = motion.dossier_digest
    services.revise_dossier(actor=motion.proposer, motion=motion, dossier={"rationale": "Better."})
    services.open_voting(actor=motion.proposer, motion=motion)
    decide(motion, "approve", "approve", "approve")
    tasks.sweep_records()
    record = told(motion)
    assert record["motion"]["stale_rounds"] == 1
    assert record["dossier"]["former_digests"] == [former]


def test_the_statement_is_about_the_release_and_the_dossier(key: str) -> None:
    motion = decided("approve", "approve", "approve", params={"release_digest": "ab" * 32})
    tasks.sweep_records()
    file = json.loads(motion.records.get().file)
    statement = json.loads(dsse.verify(key, file))
    assert [each["digest"]["sha256"] for each in statement["subject"]] == [
        "ab" * 32,
        motion.dossier_digest,
    ]
    assert statement["predicateType"] == "http://localhost/predicates/board-decision/v1"


def test_a_signed_record_is_an_event_and_is_never_altered(key: str) -> None:
    motion = decided("approve", "approve", "approve")
    tasks.sweep_records()
    record = motion.records.get()
    event = Event.objects.get(action="record.signed")
    assert event.data == {"version": 1, "digest": record.digest, "key": record.key.fingerprint}
    for change in (lambda: DecisionRecord.objects.update(file="{}"), record.delete):
        with pytest.raises(DatabaseError, match="History is added to"), transaction.atomic():
            change()


# What is written after the close


def test_the_chair_writes_about_the_issues_once_the_votes_are_open(key: str) -> None:
    motion = make_vote_open()
    chair = holder(motion, "chair")
    with pytest.raises(Refused, match="not decided"):
        services.add_summary(actor=chair, motion=motion, text="Early.")
    decide(motion, "approve", "reject", "approve")
    motion.refresh_from_db()
    for other in (motion.proposer, holder(motion, "safety")):
        with pytest.raises(Refused, match="Only the chair"):
            services.add_summary(actor=other, motion=motion, text="Mine.")
    tasks.sweep_records()
    services.add_summary(actor=chair, motion=motion, text="Misuse was weighed against benefit.")
    tasks.sweep_records()
    assert [each["text"] for each in told(motion)["controverted_issues"]["summaries"]] == [
        "Misuse was weighed against benefit."
    ]
    assert motion.records.count() == 2


def test_a_public_summary_is_drafted_by_the_proposer_and_released_by_the_chair() -> None:
    motion = decided("approve", "approve", "approve")
    chair = holder(motion, "chair")
    draft = services.draft_public_summary(actor=motion.proposer, motion=motion, text="We move.")
    assert gathering.published_about([motion.subject_ref]) == []
    for other in (motion.proposer, holder(motion, "safety")):
        with pytest.raises(Refused, match="Only the chair"):
            services.release_summary(actor=other, summary=draft)
    newer = services.draft_public_summary(actor=chair, motion=motion, text="We move, carefully.")
    with pytest.raises(Refused, match="newer version"):
        services.release_summary(actor=chair, summary=draft)
    services.release_summary(actor=chair, summary=newer)
    with pytest.raises(Refused, match="released already"):
        services.release_summary(actor=chair, summary=newer)
    (published,) = gathering.published_about([motion.subject_ref])
    assert (published.summary.text, published.record_digest) == ("We move, carefully.", "")
    assert Event.objects.filter(action="summary.released").count() == 1


def test_the_summary_released_last_is_the_public_one(key: str) -> None:
    motion = decided("approve", "approve", "approve")
    tasks.sweep_records()
    chair = holder(motion, "chair")
    for text in ("First.", "Second."):
        draft = services.draft_public_summary(actor=chair, motion=motion, text=text)
        services.release_summary(actor=chair, summary=draft)
    services.draft_public_summary(actor=chair, motion=motion, text="Third, not released.")
    (published,) = gathering.published_about([motion.subject_ref, "releases.release:0"])
    assert published.summary.text == "Second."
    assert published.record_digest == motion.records.get().digest


def test_records_that_cannot_be_signed_do_not_starve_those_that_can(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, *others = [decided("approve", "approve", "approve") for _ in range(3)]
    build = gathering.record_of

    def fail_first(motion: Motion) -> dict[str, Any]:
        if motion == broken:
            raise RuntimeError
        return build(motion)

    monkeypatch.setattr(gathering, "record_of", fail_first)
    monkeypatch.setattr(records, "SIGNED_AT_ONCE", 1)
    assert [services.sign_owed() for _ in range(3)] == [1, 1, 0]
    assert [each.records.count() for each in (broken, *others)] == [0, 1, 1]


def test_nothing_is_written_for_the_public_before_the_close() -> None:
    motion = make_motion()
    with pytest.raises(Refused, match="not decided"):
        services.draft_public_summary(actor=motion.proposer, motion=motion, text="Early.")


@pytest.mark.parametrize("text", ["", "   ", "a\x00", "x" * 10_001])
def test_a_text_that_cannot_be_kept_is_refused(text: str) -> None:
    motion = decided("approve", "approve", "approve")
    chair = holder(motion, "chair")
    for act in (services.add_summary, services.draft_public_summary):
        with pytest.raises(Refused, match="The summary"):
            act(actor=chair, motion=motion, text=text)

"""Verifying the file of a record by itself, and everything that must not pass."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import CommandError, call_command
from pytest_django import Settings
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer._key import SSlibKey

from boards.record import (
    PREDICATE_PATH,
    Facts,
    SeatFacts,
    VoteFacts,
    build,
    statement,
)
from boards.record_check import check
from boards.sealing import Opening, commitment
from boards.tally import SeatState, parse_rule, tally
from common import dsse
from common.canonical import canonical_json, digest
from common.intoto import MOST_BYTES, PAYLOAD_TYPE, RecordProblem, file_of

PRIVATE = dsse.load_private_key(dsse.derived_private_key("record"))
PUBLIC = dsse.public_pem(PRIVATE)
OTHER = dsse.public_pem(dsse.load_private_key(dsse.derived_private_key("other")))
RULE = {"quorum": {"more_than": "1/2"}, "approval": {"more_than": "1/2"}, "veto": ["legal"]}
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
DOSSIER = {"rationale": "It was tested.", "exhibits": [{"title": "Log", "digest": "cd" * 32}]}
CHOICES = {"chair": "approve", "safety": "reject", "independent": "approve", "security": "recuse"}


def facts() -> Facts:
    """A decision by five seats: two for, one against, one recused, one vacant."""
    params = {"release_digest": "ab" * 32, "to": "trusted-api"}
    sealed = digest({"kind": "transition", "subject": "r:1", "params": params, "dossier": DOSSIER})
    seats = [
        SeatFacts(
            number, role, role == "independent", f"pseudonym-{number}", "", _vote(role, sealed)
        )
        for number, role in enumerate(CHOICES, start=1)
    ]
    seats.append(SeatFacts(5, "legal", independent=False))
    counted = tally(
        parse_rule(RULE),
        [SeatState(seat.seat, seat.role, vacant=not seat.holder) for seat in seats],
        {seat.seat: seat.vote.choice for seat in seats if seat.vote},
    )
    return Facts(
        motion="00000000-0000-4000-8000-000000000000",
        board="release-board",
        board_name="Release board",
        kind="transition",
        title="demo/heron v1: Internal to Trusted API",
        subject_ref="r:1",
        subject_label="demo/heron v1",
        params=params,
        proposer="pseudonym-0",
        state="approved",
        tally={**vars(counted), "reasons": list(counted.reasons)},
        closing_reason="",
        rules=[RULE],
        dossier=DOSSIER,
        dossier_digest=sealed,
        former_dossiers=(),
        rounds=1,
        times={"closed": AT, "applied": None},
        seats=seats,
    )


def _vote(role: str, sealed: str) -> VoteFacts:
    choice = CHOICES[role]
    opening = Opening("00" * 32, choice, f"Because of {role}.", sealed)
    return VoteFacts(choice, opening.reason, AT, opening.nonce, commitment(opening))


def payload(change: Callable[[dict[str, Any]], Any] | None = None) -> bytes:
    """The statement over the decision, changed as the issuer could have changed it."""
    found = json.loads(
        statement(build(facts()), base_url="https://a.example", version=1, previous=None)
    )
    if change is not None:
        change(found)
    return canonical_json(found)


def signed(body: bytes | None = None, kind: str = PAYLOAD_TYPE) -> bytes:
    """The file of the record."""
    envelope = dsse.envelope(PRIVATE, kind, payload() if body is None else body)
    return file_of(envelope, dsse.fingerprint(PUBLIC))[0].encode()


def test_a_record_verifies_and_its_votes_are_counted_again() -> None:
    checked = check(signed(), PUBLIC)
    assert checked.counted.outcome == "approved"
    assert (checked.counted.approve, checked.counted.reject, checked.counted.recused) == (2, 1, 1)
    assert checked.issuer == "https://a.example"
    assert checked.key == dsse.fingerprint(PUBLIC)


def test_an_independent_verifier_agrees() -> None:
    """securesystemslib is the library of in-toto and TUF."""
    pem = serialization.load_pem_public_key(PUBLIC.encode())
    assert isinstance(pem, ec.EllipticCurvePublicKey)
    key = SSlibKey.from_crypto(pem, keyid=dsse.fingerprint(PUBLIC))
    envelope = Envelope.from_dict(json.loads(signed()))
    assert list(envelope.verify([key], threshold=1)) == [key.keyid]
    assert json.loads(envelope.payload)["_type"] == "https://in-toto.io/Statement/v1"
    envelope.payload += b" "
    with pytest.raises(VerificationError):
        envelope.verify([key], threshold=1)


def test_openssl_agrees(tmp_path: Path) -> None:
    """What any machine has: the bytes by the protocol's own text, and openssl."""
    envelope = json.loads(signed())
    body = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"].encode()
    (tmp_path / "body").write_bytes(b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(body), body))
    (tmp_path / "sig").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    (tmp_path / "key").write_text(PUBLIC)
    command = ["openssl", "dgst", "-sha256", "-verify", "key", "-signature", "sig", "body"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "Verified OK"


def _deep(levels: int) -> bytes:
    return b'{"payload":' + b"[" * levels + b"]" * levels + b"}"


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"", "not JSON"),
        (b"not json", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (signed()[:-200], "not JSON"),
        (_deep(10_000), "not JSON"),
        (b"[" * 10_000, "not JSON"),
        (b'{"payload": NaN}', "not JSON"),
        (b"1" * 10_000, "not JSON"),
        (b"[]", "not a DSSE envelope"),
        (b"{}", "not a DSSE envelope"),
        (b'{"payloadType": "\\ud800", "payload": "", "signatures": [{"sig": ""}]}', "DSSE"),
        (b'{"payloadType": "a", "payload": "", "signatures": []}', "not a DSSE envelope"),
        (b'{"payloadType": "a", "payload": "", "signatures": [1]}', "not a DSSE envelope"),
        (b'{"payloadType": "a", "payload": 1, "signatures": [{"sig": ""}]}', "DSSE"),
        (b'{"payloadType": "a", "payload": "*", "signatures": [{"sig": ""}]}', "DSSE"),
        (b'{"payloadType": "a", "payload": "", "signatures": [{}]}', "not a DSSE envelope"),
        (b'{"payloadType": "a", "payload": "", "signatures": [{"sig": ""}]}', "not valid under"),
        (signed().replace(b'"sig": "M', b'"sig": "N'), "not valid under"),
        (b" " * (MOST_BYTES + 1), "larger than"),
        (signed(kind="text/plain"), "other than an in-toto statement"),
        (signed(b"no json"), "What was signed is not JSON"),
        (signed(b"[]"), "not an in-toto Statement"),
        (signed(b'{"_type":"https://in-toto.io/Statement/v1"}'), "another type"),
    ],
)
def test_what_is_no_record_is_refused_with_one_sentence(file: bytes, sentence: str) -> None:
    with pytest.raises(RecordProblem, match=sentence):
        check(file, PUBLIC)


def test_a_changed_payload_and_another_key_are_refused() -> None:
    envelope = json.loads(signed())
    body = base64.b64decode(envelope["payload"]).replace(b'"approve"', b'"reject"', 1)
    envelope["payload"] = base64.b64encode(body).decode()
    for file, key in ((json.dumps(envelope).encode(), PUBLIC), (signed(), OTHER)):
        with pytest.raises(RecordProblem, match="not valid under this key"):
            check(file, key)


@pytest.mark.parametrize("key", ["", "no key", PUBLIC[:60], "\ud800"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(RecordProblem, match="not a public key"):
        check(signed(), key)


def _set(*path: str | int, to: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change of one place of the predicate."""

    def change(found: dict[str, Any]) -> None:
        place = found["predicate"]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


def _add_vote(found: dict[str, Any]) -> None:
    found["predicate"]["votes"].append({**found["predicate"]["votes"][0], "seat": 9})


def _twice(found: dict[str, Any]) -> None:
    found["predicate"]["votes"].append(found["predicate"]["votes"][0])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda found: found.update(predicateType="https://a/predicates/x/v1"), "another type"),
        (lambda found: found.update(predicate=[]), "lacks what it must tell"),
        (lambda found: found["predicate"].pop("votes"), "lacks what it must tell"),
        (_set("outcome", "state", to="won"), "at outcome/state"),
        (lambda found: found.update(subject=[]), "something other than its record"),
        (_set("dossier", "content", "rationale", to="Untested."), "dossier is not the one"),
        (_set("subject", "params", "to", to="open-weights"), "dossier is not the one"),
        (_set("motion", "kind", to="lift_hold"), "dossier is not the one"),
        (_set("votes", 0, "reason", to="Another."), "seat 1 is not the one"),
        (_set("votes", 1, "choice", to="approve"), "seat 2 is not the one"),
        (_set("votes", 0, "role", to="legal"), "by another role"),
        (_set("votes", 0, "choice", to="recuse"), "took no such part"),
        (_set("attendance", 0, "part", to="excluded"), "took no such part"),
        (lambda found: found["predicate"]["votes"].pop(), "seat 4 is missing"),
        (_add_vote, "seat 9, which took no such part"),
        (_twice, "twice"),
        (_set("rule", "data", to={}), "cannot be counted"),
        (_set("rule", "data", "approval", to={"at_least": "1"}), "give rejected"),
        (_set("rule", "data", "veto", to=["safety"]), "give rejected"),
        (_set("outcome", "result", to="rejected"), "recorded result is rejected"),
        (_set("tally", "approve", to=3), "other numbers"),
        (_set("outcome", "state", to="rejected"), "does not follow"),
        (_set("outcome", "counts_as", to="rejected"), "does not follow"),
        (_set("rule", "joined", to=[RULE, {**RULE, "veto": ["safety"]}]), "not the strictest"),
        (_set("rule", "joined", to=[{}]), "cannot be counted"),
        (_set("votes", 3, "conflict", to="Another."), "seat 4 is not the one"),
        (_set("votes", 1, "dissent", to=False), "who dissented"),
        (_set("votes", 0, "dissent", to=True), "who dissented"),
    ],
)
def test_a_record_that_contradicts_itself_is_refused_though_it_is_signed(
    change: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    with pytest.raises(RecordProblem, match=sentence):
        check(signed(payload(change)), PUBLIC)


@pytest.mark.parametrize("place", ["reason", "nonce", "conflict"])
def test_a_vote_that_nobody_can_have_committed_to_is_refused(place: str) -> None:
    found = json.loads(payload())
    found["predicate"]["votes"][0][place] = "\ud800"
    with pytest.raises(RecordProblem, match="not the one that was committed to"):
        check(signed(json.dumps(found).encode()), PUBLIC)


FULL_RULE = {
    "quorum": {"at_least": "1"},
    "approval": {"at_least": "2/3"},
    "emergency": {"rule": RULE, "voting_period": 3600, "full_review": 86400},
}
EMERGENCY = {
    "full_rule": FULL_RULE,
    "full_voting_seconds": 7 * 86400,
    "full_review": {"due": "2026-11-15T12:00:00Z", "ended": None, "result": "", "motions": []},
}


def test_a_record_from_before_emergencies_were_told_still_verifies() -> None:
    def older(found: dict[str, Any]) -> None:
        del found["predicate"]["emergency"]
        del found["predicate"]["review_of"]

    assert check(signed(payload(older)), PUBLIC).counted.outcome == "approved"


def test_an_emergency_is_counted_by_the_fast_track_of_the_rule_that_it_names() -> None:
    checked = check(signed(payload(_set("emergency", to=EMERGENCY))), PUBLIC)
    assert checked.record["emergency"]["full_review"]["due"] == "2026-11-15T12:00:00Z"
    tightened = {**RULE, "required_present": ["chair"]}

    def joined(found: dict[str, Any]) -> None:
        _set("emergency", to=EMERGENCY)(found)
        _set("rule", "joined", to=[RULE, tightened])(found)
        _set("rule", "data", to={**RULE, "required_present": ["chair"]})(found)

    assert check(signed(payload(joined)), PUBLIC).counted.outcome == "approved"


@pytest.mark.parametrize(
    ("emergency", "sentence"),
    [
        ({**EMERGENCY, "full_rule": RULE}, "not the fast track"),
        (
            {**EMERGENCY, "full_rule": {**FULL_RULE, "executive": ["chair"]}},
            "not the fast track",
        ),
        ({**EMERGENCY, "full_rule": {"quorum": 1}}, "full rule of the emergency cannot be read"),
        ({"full_rule": FULL_RULE}, "lacks what it must tell, at emergency"),
        ([], "lacks what it must tell, at emergency"),
        (
            {**EMERGENCY, "full_review": {**EMERGENCY["full_review"], "result": "perhaps"}},  # type: ignore[dict-item]
            "at emergency",
        ),
    ],
)
def test_an_emergency_that_contradicts_its_rule_is_refused(
    emergency: object, sentence: str
) -> None:
    with pytest.raises(RecordProblem, match=sentence):
        check(signed(payload(_set("emergency", to=emergency))), PUBLIC)


def test_no_full_review_is_owed_for_what_does_not_stand() -> None:
    def cancelled(found: dict[str, Any]) -> None:
        _set("emergency", to=EMERGENCY)(found)
        for key in ("state", "counts_as"):
            _set("outcome", key, to="cancelled")(found)

    with pytest.raises(RecordProblem, match="does not stand"):
        check(signed(payload(cancelled)), PUBLIC)


OVERRIDE = {
    "board_result": "approved",
    "outcome": "rejected",
    "reason": "The board was misinformed.",
    "role": "chair",
    "by": "pseudonym-9",
    "at": "2026-11-02T12:00:00Z",
}


def overridden(*more: dict[str, str], executive: str = "chair", **changes: str) -> bytes:
    overrides = [*more, {**OVERRIDE, **changes}]

    def change(found: dict[str, Any]) -> None:
        record = found["predicate"]
        record["overrides"] = overrides
        record["outcome"]["counts_as"] = overrides[-1]["outcome"]
        record["rule"]["data"]["executive"] = [executive]

    return signed(payload(change))


def test_an_override_stands_beside_the_boards_own_result() -> None:
    checked = check(overridden(), PUBLIC)
    outcome = checked.record["outcome"]
    assert (outcome["result"], outcome["state"], outcome["counts_as"]) == (
        "approved",
        "approved",
        "rejected",
    )


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (overridden(board_result="lapsed"), "another result than the board's"),
        (overridden(executive="safety"), "by the chair seat, which the rule does not name"),
        (overridden(outcome="approved"), "to approved of approved decides nothing"),
        (overridden(outcome="lapsed"), "to lapsed of approved decides nothing"),
        (overridden(OVERRIDE), "more than once"),
        (overridden(by="pseudonym-0"), "had no vote on it"),
        (overridden(by="pseudonym-4"), "had no vote on it"),
    ],
    ids=["result", "role", "same", "no-result", "twice", "proposer", "recused"],
)
def test_an_override_is_held_to_what_the_rule_allows(file: bytes, sentence: str) -> None:
    with pytest.raises(RecordProblem, match=sentence):
        check(file, PUBLIC)


def test_a_rule_that_names_no_executive_lets_nobody_override() -> None:
    file = signed(payload(_set("overrides", to=[OVERRIDE])))
    with pytest.raises(RecordProblem, match="does not follow"):
        check(file, PUBLIC)

    def counted(found: dict[str, Any]) -> None:
        _set("overrides", to=[OVERRIDE])(found)
        _set("outcome", "counts_as", to="rejected")(found)

    with pytest.raises(RecordProblem, match="does not name as its executive"):
        check(signed(payload(counted)), PUBLIC)


@pytest.mark.parametrize(
    ("outcome", "valid"), [("approved", True), ("rejected", False)], ids=["approved", "rejected"]
)
def test_only_what_was_approved_is_cancelled(outcome: str, valid: bool) -> None:
    def cancelled(found: dict[str, Any]) -> None:
        record = found["predicate"]
        record["overrides"] = [] if valid else [{**OVERRIDE, "outcome": outcome}]
        record["outcome"] |= {"state": "cancelled", "counts_as": "cancelled"}

    file = signed(payload(cancelled))
    if valid:
        assert check(file, PUBLIC).record["outcome"]["state"] == "cancelled"
    else:
        with pytest.raises(RecordProblem, match="does not follow"):
            check(file, PUBLIC)


def test_of_two_rules_the_strictest_is_recorded_with_both() -> None:
    stricter = {**RULE, "approval": {"at_least": "2/3"}}
    told = build(replace(facts(), rules=[RULE, stricter]))
    assert told["rule"]["data"]["approval"] == {"at_least": "2/3"}
    assert told["rule"]["joined"] == [RULE, stricter]


# The command


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, Path]:
    (tmp_path / "record.json").write_bytes(signed())
    (tmp_path / "sluice.pem").write_text(PUBLIC)
    return str(tmp_path / "record.json"), tmp_path / "sluice.pem"


def test_the_command_prints_outcome_and_tally(files: tuple[str, Path]) -> None:
    """Without the mark for the database, a query would fail this test."""
    out = StringIO()
    call_command("verify_record", files[0], key=files[1], stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0] == "The record is valid."
    assert "Outcome: approved, closed 2026-11-01T12:00:00Z" in lines
    assert any("2 approve, 1 reject, 0 abstain, 1 recused" in line for line in lines)
    assert "safety seat 2: reject (dissent)" in lines


def test_without_a_key_the_instances_own_is_used(
    files: tuple[str, Path], settings: Settings
) -> None:
    settings.SIGNING_KEY = dsse.derived_private_key("record")
    call_command("verify_record", files[0], stdout=StringIO())
    settings.SIGNING_KEY = dsse.derived_private_key("other")
    with pytest.raises(CommandError, match="not valid under this key"):
        call_command("verify_record", files[0], stdout=StringIO())
    settings.SIGNING_KEY = ""
    with pytest.raises(CommandError, match="--key"):
        call_command("verify_record", files[0], stdout=StringIO())


def test_what_it_prints_cannot_steer_the_terminal(files: tuple[str, Path]) -> None:
    found = json.loads(payload())
    found["predicate"]["motion"]["title"] = "\x1b[2Jgone\ud83d"
    Path(files[0]).write_bytes(signed(json.dumps(found).encode()))
    out = StringIO()
    call_command("verify_record", files[0], key=files[1], stdout=out)
    assert "Motion: ?[2Jgone? (transition)" in out.getvalue().splitlines()


def verify_record(file: Path, key: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does, with a database that does not answer."""
    return subprocess.run(
        [sys.executable, "manage.py", "verify_record", str(file), "--key", str(key)],
        env={**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_needs_no_database(files: tuple[str, Path]) -> None:
    done = verify_record(Path(files[0]), files[1])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("The record is valid.")


def test_the_command_exits_2_with_one_sentence(files: tuple[str, Path], tmp_path: Path) -> None:
    (tmp_path / "deep.json").write_bytes(_deep(10_000))
    for file, key in (
        (tmp_path / "deep.json", files[1]),
        (tmp_path / "missing.json", files[1]),
        (Path(files[0]), tmp_path / "missing.pem"),
        (Path(files[0]), Path(files[0])),
        (tmp_path, files[1]),
    ):
        done = verify_record(file, key)
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.strip().splitlines()) == 1


def test_the_predicate_type_ends_as_it_is_published() -> None:
    assert PREDICATE_PATH == "/predicates/board-decision/v1"

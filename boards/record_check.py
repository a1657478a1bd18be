"""Verifying the file of a decision record, by the file and a public key alone. No database.

The signature is checked first; then that what was signed agrees with itself: the dossier with its
digest, every vote with its commitment, the result with the votes under the recorded rule, that rule
with the fast track where the decision was an emergency, and an override with what the rule allows.
"""

from dataclasses import asdict, dataclass
from typing import Any

from jsonschema import Draft202012Validator

from boards.choices import MotionState, VoteChoice
from boards.record import DISSENT, PREDICATE_PATH, subjects
from boards.record_schema import COUNTS, schema
from boards.rules import combine, fast_rule, parse_rule, rule_data
from boards.sealing import Opening, opens
from boards.tally import SeatState, Tally, tally
from common.canonical import digest
from common.intoto import Opened, RecordProblem, open_file

# The state of a motion that follows from a tally.
_STATES = {
    "approved": "approved",
    "rejected": "rejected",
    "no_quorum": "lapsed",
    "error": "lapsed",
}


@dataclass(frozen=True)
class Checked:
    """A record that was verified, and the tally counted again from its votes."""

    record: dict[str, Any]
    issuer: str
    file_digest: str
    key: str
    counted: Tally


def check(file: bytes, public_pem: str) -> Checked:
    """Verify a record's file. Raises RecordProblem with one sentence for anything that is wrong."""
    return check_opened(open_file(file, public_pem))


def check_opened(opened: Opened) -> Checked:
    """Verify a record whose signature is valid. Raises RecordProblem."""
    record = _record(opened)
    _check_dossier(record)
    _check_votes(record)
    counted = _count(record)
    _check_emergency(record)
    _check_result(record, counted)
    return Checked(
        record=record,
        issuer=opened.issuer(PREDICATE_PATH),
        file_digest=opened.file_digest,
        key=opened.key,
        counted=counted,
    )


def _record(opened: Opened) -> dict[str, Any]:
    record = opened.predicate
    if not opened.is_of(PREDICATE_PATH):
        raise RecordProblem("The statement is of another type than a board's decision, version 1.")
    error = next(Draft202012Validator(schema()).iter_errors(record), None)
    if error is not None or not isinstance(record, dict):
        place = "/".join(str(part) for part in error.absolute_path) if error else ""
        raise RecordProblem(f"The record lacks what it must tell, at {place or 'its top'}.")
    if opened.subject != subjects(record):
        raise RecordProblem("The statement is about something other than its record.")
    return record


def _check_dossier(record: dict[str, Any]) -> None:
    subject = record["subject"]
    sealed = {
        "kind": record["motion"]["kind"],
        "subject": subject["ref"],
        "params": subject["params"],
        "dossier": record["dossier"]["content"],
    }
    try:
        found = digest(sealed)
    except (TypeError, ValueError, RecursionError):
        found = ""
    if found != record["dossier"]["digest"]:
        raise RecordProblem("The dossier is not the one that the digest names.")


def _check_votes(record: dict[str, Any]) -> None:
    seats = {each["seat"]: each for each in record["attendance"]}
    voted = [vote["seat"] for vote in record["votes"]]
    if len(seats) != len(record["attendance"]) or len(set(voted)) != len(voted):
        raise RecordProblem("A seat stands in the record twice.")
    present = {seat for seat, each in seats.items() if each["part"] in ("took_part", "recused")}
    if missing := present - set(voted):
        raise RecordProblem(f"The vote of seat {min(missing)} is missing.")
    for vote in record["votes"]:
        seat = seats.get(vote["seat"])
        part = "recused" if vote["choice"] == VoteChoice.RECUSE else "took_part"
        if seat is None or seat["part"] != part:
            raise RecordProblem(f"There is a vote of seat {vote['seat']}, which took no such part.")
        if vote["role"] != seat["role"]:
            raise RecordProblem(f"The vote of seat {vote['seat']} is by another role.")
        opening = Opening(
            nonce=vote["nonce"],
            choice=vote["choice"],
            reason=vote["reason"],
            dossier_digest=record["dossier"]["digest"],
            conflict=vote.get("conflict", ""),
        )
        if not _opens(vote["commitment"], opening):
            raise RecordProblem(
                f"The vote of seat {vote['seat']} is not the one that was committed to."
            )


def _opens(sealed: str, opening: Opening) -> bool:
    try:
        return opens(sealed, opening)
    except ValueError:
        # Half of a surrogate pair, which JSON can write and nobody can commit to.
        return False


def _count(record: dict[str, Any]) -> Tally:
    seats = [
        SeatState(
            seat_id=each["seat"],
            role=each["role"],
            vacant=each["part"] == "vacant",
            excluded=each["part"] == "excluded",
        )
        for each in record["attendance"]
    ]
    choices = {vote["seat"]: vote["choice"] for vote in record["votes"]}
    rule = record["rule"]
    try:
        if rule["joined"] and rule_data(combine(rule["joined"])) != rule["data"]:
            raise RecordProblem("The rule is not the strictest of those that bound the vote.")
        return tally(parse_rule(rule["data"]), seats, choices)
    except RecordProblem:
        raise
    except ValueError as error:
        raise RecordProblem(f"The votes cannot be counted: {error}") from None


def _check_emergency(record: dict[str, Any]) -> None:
    emergency = record.get("emergency")
    if not emergency:
        return
    rule, outcome = record["rule"], record["outcome"]
    try:
        fast = fast_rule(parse_rule(emergency["full_rule"]))
    except ValueError as error:
        raise RecordProblem(f"The full rule of the emergency cannot be read: {error}") from None
    if fast is None or rule_data(fast) != [*rule["joined"], rule["data"]][0]:
        raise RecordProblem("The rule is not the fast track of the full rule that is recorded.")
    owed = emergency["full_review"]
    if owed and not owed["ended"] and outcome["counts_as"] != "approved":
        raise RecordProblem("A full review is recorded of a decision that does not stand.")


def _check_result(record: dict[str, Any], counted: Tally) -> None:
    outcome = record["outcome"]
    numbers = {key: value for key, value in asdict(counted).items() if key in COUNTS}
    recorded = {key: record["tally"][key] for key in COUNTS}
    if outcome["result"] != counted.outcome or numbers != recorded:
        raise RecordProblem(
            f"The recorded result is {outcome['result']}; "
            f"the votes under the recorded rule give {counted.outcome} or other numbers."
        )
    against = DISSENT.get(counted.outcome)
    if any(vote["dissent"] != (vote["choice"] == against) for vote in record["votes"]):
        raise RecordProblem("The record does not tell rightly who dissented.")
    result = _STATES[counted.outcome]
    decided = record["overrides"][-1]["outcome"] if record["overrides"] else result
    expected = (result, decided)
    if outcome["state"] == "cancelled" and decided == "approved":
        expected = ("cancelled", "cancelled")
    if (outcome["state"], outcome["counts_as"]) != expected:
        raise RecordProblem(
            f"The motion is recorded as {outcome['state']} and counts as {outcome['counts_as']}, "
            f"which does not follow from {counted.outcome}."
        )
    _check_overrides(record, result)


def _check_overrides(record: dict[str, Any], result: str) -> None:
    """Hold an override to what the rule allows: who may, how often, and to decide what."""
    overrides = record["overrides"]
    if not overrides:
        return
    if len(overrides) > 1:
        raise RecordProblem("The result was overridden more than once.")
    (override,) = overrides
    if override["board_result"] != result:
        raise RecordProblem("An override names another result than the board's.")
    decisive = {MotionState.APPROVED.value, MotionState.REJECTED.value}
    if override["outcome"] not in decisive - {result}:
        raise RecordProblem(f"An override to {override['outcome']} of {result} decides nothing.")
    if override["role"] not in parse_rule(record["rule"]["data"]).executive:
        raise RecordProblem(
            f"The result was overridden by the {override['role']} seat, "
            "which the rule does not name as its executive."
        )
    without = {
        seat["holder"]
        for seat in record["attendance"]
        if seat["holder"] and seat["part"] in ("excluded", "recused")
    }
    if override["by"] in without | {record["motion"]["proposer"]}:
        raise RecordProblem("The result was overridden by somebody who had no vote on it.")

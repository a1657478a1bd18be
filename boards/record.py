"""The record of a decision: plain facts into one document, the same for page and signature.

Roles and pseudonyms only: names stand beside pseudonyms on the page, and nowhere in what is signed.
Reasons are what the seats said in office. They are part of the record, as they are of the log, and
stay when a person is erased; the pseudonym beside them then leads to nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from boards.choices import VoteChoice
from boards.rules import combine, describe_rule, rule_data
from common import intoto
from common.intoto import moment

PREDICATE_PATH = "/predicates/board-decision/v1"

# What dissents from a result. To abstain is no dissent.
DISSENT = {"approved": VoteChoice.REJECT, "rejected": VoteChoice.APPROVE}


@dataclass(frozen=True)
class VoteFacts:
    """A vote that was opened at close."""

    choice: str
    reason: str
    at: datetime
    nonce: str
    commitment: str
    conflict: str = ""


@dataclass(frozen=True)
class SeatFacts:
    """A seat of the snapshot. `holder` is a pseudonym, empty where the seat was vacant."""

    seat: int
    role: str
    independent: bool
    holder: str = ""
    excluded: str = ""
    vote: VoteFacts | None = None


@dataclass(frozen=True)
class EmergencyFacts:
    """What the fast track departed from, and the full review that is owed for it.

    `full_rule` holds the fast track, with its times in seconds. `due` is None where nothing is
    owed; `result` is empty until the review has ended, and `motions` are those that ended it.
    """

    full_rule: Mapping[str, Any]
    full_voting_seconds: int
    due: datetime | None = None
    ended: datetime | None = None
    result: str = ""
    motions: Sequence[str] = ()


@dataclass(frozen=True)
class Facts:
    """Everything that a record is made of.

    `rules` are the rule as it stood when voting opened and what tightened it since: the strictest
    of them decides. `counts_as` is the state that an override made of `state`, empty without one.
    `emergency` is of a decision on the fast track, `review_of` of the full review of one. `annex`
    is what the room that owns the kind adds.
    """

    motion: str
    board: str
    board_name: str
    kind: str
    title: str
    subject_ref: str
    subject_label: str
    params: Mapping[str, Any]
    proposer: str
    state: str
    tally: Mapping[str, Any]
    closing_reason: str
    rules: Sequence[Mapping[str, Any]]
    dossier: Mapping[str, Any]
    dossier_digest: str
    former_dossiers: Sequence[str]
    rounds: int
    times: Mapping[str, datetime | None]
    seats: Sequence[SeatFacts]
    issues: Sequence[Mapping[str, str]] = ()
    overrides: Sequence[Mapping[str, Any]] = ()
    counts_as: str = ""
    annex: Sequence[Mapping[str, str]] = ()
    emergency: "EmergencyFacts | None" = None
    review_of: Mapping[str, Any] | None = None


def build(facts: Facts) -> dict[str, Any]:
    """Return the record as JSON without floats, times in UTC."""
    result = str(facts.tally["outcome"])
    votes = [_vote(seat, result) for seat in facts.seats if seat.vote and not seat.excluded]
    return {
        "motion": {
            "id": facts.motion,
            "kind": facts.kind,
            "title": facts.title,
            "round": facts.rounds,
            "stale_rounds": facts.rounds - 1,
            "proposer": facts.proposer,
        },
        "board": {"slug": facts.board, "name": facts.board_name},
        "subject": {
            "ref": facts.subject_ref,
            "label": facts.subject_label,
            "params": dict(facts.params),
        },
        "outcome": {
            "state": facts.state,
            "counts_as": facts.counts_as or facts.state,
            "result": result,
            "reasons": list(facts.tally["reasons"]),
            "closing_reason": facts.closing_reason,
        },
        "rule": _rule(facts.rules),
        "times": {name: moment(at) for name, at in facts.times.items()},
        "attendance": [_attendance(seat) for seat in facts.seats],
        "votes": votes,
        "tally": {key: value for key, value in facts.tally.items() if key != "reasons"},
        "controverted_issues": {
            "votes": [
                vote["seat"]
                for vote in votes
                if vote["dissent"] or vote["choice"] == VoteChoice.ABSTAIN
            ],
            "summaries": [dict(issue) for issue in facts.issues],
        },
        "dossier": {
            "digest": facts.dossier_digest,
            "content": dict(facts.dossier),
            "former_digests": list(facts.former_dossiers),
        },
        "overrides": [dict(override) for override in facts.overrides],
        "annex": [dict(act) for act in facts.annex],
        "emergency": _emergency(facts.emergency) if facts.emergency else None,
        "review_of": dict(facts.review_of) if facts.review_of else None,
    }


def _emergency(facts: EmergencyFacts) -> dict[str, Any]:
    owed = {
        "due": moment(facts.due),
        "ended": moment(facts.ended),
        "result": facts.result,
        "motions": list(facts.motions),
    }
    return {
        "full_rule": dict(facts.full_rule),
        "full_voting_seconds": facts.full_voting_seconds,
        "full_review": owed if facts.due else None,
    }


def _rule(rules: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    joined = [dict(rule) for rule in rules] if len(rules) > 1 else []
    data = rule_data(combine(joined)) if joined else dict(rules[0])
    return {"data": data, "words": describe_rule(data), "joined": joined}


def _attendance(seat: SeatFacts) -> dict[str, Any]:
    part, why = "absent", ""
    if not seat.holder:
        part = "vacant"
    elif seat.excluded:
        part, why = "excluded", seat.excluded
    elif seat.vote and seat.vote.choice == VoteChoice.RECUSE:
        part, why = "recused", seat.vote.conflict or seat.vote.reason
    elif seat.vote:
        part = "took_part"
    return {
        "seat": seat.seat,
        "role": seat.role,
        "independent": seat.independent,
        "holder": seat.holder or None,
        "part": part,
        "why": why,
    }


def _vote(seat: SeatFacts, result: str) -> dict[str, Any]:
    vote = seat.vote
    if vote is None:
        raise ValueError(f"Seat {seat.seat} has not voted.")
    told: dict[str, Any] = {
        "seat": seat.seat,
        "role": seat.role,
        "choice": vote.choice,
        "reason": vote.reason,
        "dissent": vote.choice == DISSENT.get(result),
        "at": moment(vote.at),
        "nonce": vote.nonce,
        "commitment": vote.commitment,
    }
    return {**told, "conflict": vote.conflict} if vote.conflict else told


def statement(
    record: Mapping[str, Any], *, base_url: str, version: int, previous: str | None
) -> bytes:
    """Return the in-toto Statement v1 over a record as the bytes that are signed.

    Its subjects are whatever the motion's parameters name by a SHA-256 (the digest of a release)
    and the dossier. `previous` is the SHA-256 of the former version's file.
    """
    return intoto.statement(
        subject=subjects(record),
        predicate_type=base_url.rstrip("/") + PREDICATE_PATH,
        predicate=dict(record, version=version, previous=previous),
    )


def subjects(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what the statement is about, each with its SHA-256."""
    subject = record["subject"]
    named: list[dict[str, Any]] = [
        {"name": subject["label"], "digest": {"sha256": value}}
        for key, value in sorted(subject["params"].items())
        if key.endswith("digest") and _is_sha256(value)
    ]
    dossier = {
        "name": f"dossier of motion {record['motion']['id']}",
        "digest": {"sha256": record["dossier"]["digest"]},
    }
    return [*named, dossier]


def _is_sha256(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")

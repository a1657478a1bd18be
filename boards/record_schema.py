"""The shape of a decision record, as JSON Schema. Published under its predicate type."""

from collections.abc import Iterable
from typing import Any

from boards.choices import MotionState, ReviewResult, SeatRole, VoteChoice

PARTS = ("took_part", "recused", "excluded", "vacant", "absent")
RESULTS = ("approved", "rejected", "no_quorum", "error")
COUNTS = (
    "base",
    "present",
    "approve",
    "reject",
    "abstain",
    "recused",
    "quorum_needed",
    "approvals_needed",
)
DECIDED = (
    MotionState.APPROVED,
    MotionState.REJECTED,
    MotionState.LAPSED,
    MotionState.CANCELLED,
)

_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_TIME = {"type": ["string", "null"]}


def _object(required: dict[str, Any], **optional: dict[str, Any]) -> dict[str, Any]:
    """Return an object that must have these keys and may have others: later versions add some."""
    return {
        "type": "object",
        "required": sorted(required),
        "properties": {**required, **optional},
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"type": "null"}, schema]}


def _one_of(values: Iterable[str]) -> dict[str, Any]:
    return {"type": "string", "enum": [str(value) for value in values]}


_MOTION = _object(
    {
        "id": _TEXT,
        "kind": _TEXT,
        "title": _TEXT,
        "round": _COUNT,
        "stale_rounds": _COUNT,
        "proposer": _TEXT,
    }
)
_OUTCOME = _object(
    {
        "state": _one_of(DECIDED),
        "counts_as": _one_of(DECIDED),
        "result": _one_of(RESULTS),
        "reasons": _list(_TEXT),
        "closing_reason": _TEXT,
    }
)
_RULE = _object(
    {"data": {"type": "object"}, "words": _list(_TEXT), "joined": _list({"type": "object"})}
)
_SEAT = _object(
    {
        "seat": _COUNT,
        "role": _one_of(SeatRole.values),
        "independent": {"type": "boolean"},
        "holder": {"type": ["string", "null"]},
        "part": _one_of(PARTS),
        "why": _TEXT,
    }
)
_VOTE = _object(
    {
        "seat": _COUNT,
        "role": _one_of(SeatRole.values),
        "choice": _one_of(VoteChoice.values),
        "reason": _TEXT,
        "dissent": {"type": "boolean"},
        "at": _TIME,
        "nonce": _TEXT,
        "commitment": _SHA256,
    },
    conflict=_TEXT,
)
_ISSUES = _object(
    {
        "votes": _list(_COUNT),
        "summaries": _list(_object({"text": _TEXT, "by": _TEXT, "at": _TEXT})),
    }
)
_DOSSIER = _object(
    {"digest": _SHA256, "content": {"type": "object"}, "former_digests": _list(_SHA256)}
)
_NOTE = _object({"what": _TEXT, "role": _TEXT, "by": _TEXT, "reason": _TEXT, "at": _TIME})
_OVERRIDE = _object(
    {
        "board_result": _one_of(DECIDED),
        "outcome": _one_of(DECIDED),
        "reason": _TEXT,
        "role": _one_of(SeatRole.values),
        "by": _TEXT,
        "at": _TIME,
    }
)
_FULL_REVIEW = _object(
    {
        "due": _TEXT,
        "ended": _TIME,
        "result": _one_of(["", *ReviewResult.values]),
        "motions": _list(_TEXT),
    }
)
_EMERGENCY = _object(
    {
        "full_rule": {"type": "object"},
        "full_voting_seconds": _COUNT,
        "full_review": _or_null(_FULL_REVIEW),
    }
)
_REVIEWED = _object({"motion": _TEXT, "title": _TEXT, "dossier_digest": _SHA256, "due": _TIME})

_RECORD = _object(
    {
        "version": {"type": "integer", "minimum": 1},
        "previous": {"type": ["string", "null"]},
        "motion": _MOTION,
        "board": _object({"slug": _TEXT, "name": _TEXT}),
        "subject": _object({"ref": _TEXT, "label": _TEXT, "params": {"type": "object"}}),
        "outcome": _OUTCOME,
        "rule": _RULE,
        "times": {"type": "object", "additionalProperties": _TIME},
        "attendance": _list(_SEAT),
        "votes": _list(_VOTE),
        "tally": _object(dict.fromkeys(COUNTS, _COUNT)),
        "controverted_issues": _ISSUES,
        "dossier": _DOSSIER,
        "annex": _list(_NOTE),
        "overrides": _list(_OVERRIDE),
    },
    # Records from before these were told have neither.
    emergency=_or_null(_EMERGENCY),
    review_of=_or_null(_REVIEWED),
)


def schema(predicate_type: str = "") -> dict[str, Any]:
    """Return the schema of the predicate; `predicate_type` is the address it is published at."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **({"$id": predicate_type} if predicate_type else {}),
        "title": "A board's decision",
        "description": (
            "The predicate of an in-toto Statement v1. Roles and pseudonyms stand for people. "
            "The dossier's digest is the SHA-256 of the canonical JSON (sorted keys, no spaces) "
            "of {kind, subject, params, dossier}; a vote's commitment is that of "
            "{choice, dossier_digest, nonce, reason}, with conflict where one was declared."
        ),
        **_RECORD,
    }

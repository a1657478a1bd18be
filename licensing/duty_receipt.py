"""The receipt for a statement on a duty: what it says, and checking it by the file alone.

As the receipts for acceptances (licensing.receipt): a pseudonym stands for the person, and what
they typed and answered is there as commitments, the SHA-256 of the canonical JSON of {name, nonce}
and of {answers, nonce}.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from common import intoto
from common.intoto import Opened, RecordProblem
from licensing.duties import DutyKind, Performer

PREDICATE_PATH = "/predicates/duty-statement/v1"
CAPACITIES = ("self", *Performer.values)

_TEXT = {"type": "string"}
_TEXT_OR_NONE = {"type": ["string", "null"]}
_SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_SHA256_OR_NONE = {"anyOf": [{"type": "null"}, _SHA256]}


def _object(required: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": sorted(required), "properties": required}


def schema(predicate_type: str = "") -> dict[str, Any]:
    """Return the schema of the predicate; `predicate_type` is the address it is published at."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **({"$id": predicate_type} if predicate_type else {}),
        "title": "A statement on a duty",
        "description": (
            "The predicate of an in-toto Statement v1. A pseudonym stands for the person. "
            "name_commitment and answers_commitment are the SHA-256 of the canonical JSON (sorted "
            "keys, no spaces) of {name, nonce} and of {answers, nonce}; file_commitment is that of "
            "the file as it is kept, encrypted."
        ),
        **_object(
            {
                "statement": _TEXT,
                "duty": _object(
                    {
                        "id": _TEXT,
                        "kind": {"type": "string", "enum": list(DutyKind.values)},
                        "due": _TEXT,
                        "late": {"type": "boolean"},
                    }
                ),
                "grant": _TEXT,
                "model": _TEXT,
                "release": _TEXT_OR_NONE,
                "terms": _object(
                    {"slug": _TEXT, "number": {"type": "integer"}, "text_sha256": _SHA256}
                ),
                "by": _TEXT,
                "capacity": {"type": "string", "enum": list(CAPACITIES)},
                "organization": _TEXT_OR_NONE,
                "text": _object({"text": _TEXT, "sha256": _SHA256}),
                "name_commitment": _SHA256,
                "answers_commitment": _SHA256,
                "file_commitment": _SHA256_OR_NONE,
                "previous": _TEXT_OR_NONE,
                "stated": _TEXT,
                "request": _TEXT,
                "second_factor": {"type": "object"},
            }
        ),
    }


def subjects(receipt: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the receipt is about: the statement as shown, and the agreement that asks."""
    terms = receipt["terms"]
    return [
        {
            "name": f"duties/{receipt['duty']['id']}",
            "digest": {"sha256": receipt["text"]["sha256"]},
        },
        {
            "name": f"terms/{terms['slug']}/{terms['number']}",
            "digest": {"sha256": terms["text_sha256"]},
        },
    ]


def statement(receipt: dict[str, Any], *, base_url: str) -> bytes:
    """Return the in-toto Statement v1 over a receipt as the bytes that are signed."""
    return intoto.statement(
        subject=subjects(receipt),
        predicate_type=base_url.rstrip("/") + PREDICATE_PATH,
        predicate=receipt,
    )


@dataclass(frozen=True)
class Checked:
    """A receipt that was verified."""

    receipt: dict[str, Any]
    issuer: str
    file_digest: str
    key: str


def check_opened(opened: Opened) -> Checked:
    """Verify a receipt whose signature is valid. Raises RecordProblem with one sentence."""
    receipt = opened.predicate
    error = next(Draft202012Validator(schema()).iter_errors(receipt), None)
    if error is not None or not isinstance(receipt, dict):
        place = "/".join(str(part) for part in error.absolute_path) if error else ""
        raise RecordProblem(f"The receipt lacks what it must tell, at {place or 'its top'}.")
    if opened.subject != subjects(receipt):
        raise RecordProblem("The statement is about something other than its receipt.")
    if receipt["text"]["sha256"] != intoto.sha256(receipt["text"]["text"]):
        raise RecordProblem("The statement is not the one that its digest names.")
    if (receipt["capacity"] == "self") != (receipt["organization"] is None):
        raise RecordProblem("The receipt does not tell rightly for whom it was stated.")
    return Checked(receipt, opened.issuer(PREDICATE_PATH), opened.file_digest, opened.key)


def lines(checked: Checked) -> Iterable[str]:
    """Return what a valid receipt says, a fact a line."""
    receipt = checked.receipt
    duty, terms = receipt["duty"], receipt["terms"]
    yield "The receipt is valid."
    yield f"Signed by: {checked.key}"
    yield f"Issued by: {checked.issuer}"
    yield f"SHA-256 of the file: {checked.file_digest}"
    yield f"Duty: {duty['kind']}, due {duty['due']}{', performed late' if duty['late'] else ''}"
    yield f"Model: {receipt['model']}"
    if receipt["release"]:
        yield f"Release: {receipt['release']}"
    yield f"Asked for by: {terms['slug']}, version {terms['number']}"
    whose = receipt["organization"] or "themselves"
    yield f"By: {receipt['by']}, {receipt['capacity']}, for {whose}"
    yield f"Stated: {receipt['stated']}"
    yield f"Statement: {receipt['text']['text']}"
    if receipt["previous"]:
        yield f"Corrects: {receipt['previous']}"

"""The receipt for an acceptance: what it says, its shape, and checking it by the file alone.

A pseudonym stands for the person. What they typed is there as a commitment only, the SHA-256 of
the canonical JSON of {name, nonce}; the nonce is sealed under the person's key and shown to them,
so that they can prove what they typed until they are erased, and nobody afterwards.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from common import intoto
from common.canonical import digest
from common.intoto import Opened, RecordProblem

PREDICATE_PATH = "/predicates/terms-acceptance/v1"
CAPACITIES = ("self", "organization", "signatory")

_TEXT = {"type": "string"}
_SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_SHA256_OR_NONE = {"anyOf": [{"type": "null"}, _SHA256]}
_TIME = {"type": "string"}
_TIME_OR_NONE = {"type": ["string", "null"]}


def _object(required: dict[str, Any]) -> dict[str, Any]:
    """Return an object that must have these keys and may have others: later versions add some."""
    return {"type": "object", "required": sorted(required), "properties": required}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def schema(predicate_type: str = "") -> dict[str, Any]:
    """Return the schema of the predicate; `predicate_type` is the address it is published at."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **({"$id": predicate_type} if predicate_type else {}),
        "title": "The acceptance of terms",
        "description": (
            "The predicate of an in-toto Statement v1. A pseudonym stands for the person. "
            "name_commitment is the SHA-256 of the canonical JSON (sorted keys, no spaces) of "
            "{name, nonce}. What stands under browser is as the browser said, unchecked."
        ),
        **_object(
            {
                "acceptance": _TEXT,
                "terms": _object(
                    {
                        "slug": _TEXT,
                        "title": _TEXT,
                        "number": {"type": "integer", "minimum": 1},
                        "text_sha256": _SHA256,
                        "html_sha256": _SHA256,
                        "in_force": _TIME,
                    }
                ),
                "by": _TEXT,
                "capacity": {"type": "string", "enum": list(CAPACITIES)},
                "organization": {"type": ["string", "null"]},
                "authority": _TEXT,
                "name_commitment": _TEXT,
                "consent": _object({"text": _TEXT, "sha256": _TEXT}),
                "ticks": _list(_object({"anchor": _TEXT, "title": _TEXT})),
                "covers": _list(_object({"release": _TEXT, "digest": _TEXT, "stage": _TEXT})),
                "displayed": _TIME_OR_NONE,
                "accepted": _TIME,
                "browser": {"type": "object"},
                "locale": _TEXT,
                "host": _TEXT,
                "request": _TEXT,
                "second_factor": {"type": "object"},
                "previous": {"type": ["string", "null"]},
                "diff_sha256": _SHA256_OR_NONE,
            }
        ),
    }


def subjects(receipt: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the receipt is about, each with its SHA-256: the text, the page, the releases."""
    terms = receipt["terms"]
    name = f"terms/{terms['slug']}/{terms['number']}"
    return [
        {"name": name, "digest": {"sha256": terms["text_sha256"]}},
        {"name": f"{name}.html", "digest": {"sha256": terms["html_sha256"]}},
        *(
            {"name": each["release"], "digest": {"sha256": each["digest"]}}
            for each in receipt["covers"]
        ),
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
    consent = receipt["consent"]
    if consent["sha256"] and consent["sha256"] != intoto.sha256(consent["text"]):
        raise RecordProblem("The sentence is not the one that its digest names.")
    if (receipt["capacity"] == "self") != (receipt["organization"] is None):
        raise RecordProblem("The receipt does not tell rightly for whom it was accepted.")
    return Checked(receipt, opened.issuer(PREDICATE_PATH), opened.file_digest, opened.key)


def check_name(receipt: dict[str, Any], name: str, nonce: str) -> None:
    """Verify that this name was typed. Raises RecordProblem."""
    if digest({"name": name, "nonce": nonce}) != receipt["name_commitment"]:
        raise RecordProblem("The name and the nonce are not those of the receipt.")


def lines(checked: Checked) -> Iterable[str]:
    """Return what a valid receipt says, a fact a line."""
    receipt = checked.receipt
    terms = receipt["terms"]
    yield "The receipt is valid."
    yield f"Signed by: {checked.key}"
    yield f"Issued by: {checked.issuer}"
    yield f"SHA-256 of the file: {checked.file_digest}"
    yield f"Terms: {terms['title']}, version {terms['number']} ({terms['slug']})"
    yield f"SHA-256 of the text: {terms['text_sha256']}"
    yield f"Accepted: {receipt['accepted']}"
    yield f"By: {receipt['by']}, {_for_whom(receipt)}"
    if receipt["authority"]:
        yield f"Authority: {receipt['authority']}"
    yield f"Consent: {receipt['consent']['text']}"
    yield from (f"Ticked: {each['title']}" for each in receipt["ticks"])
    yield from (f"For: {each['release']} at {each['stage']}" for each in receipt["covers"])


def _for_whom(receipt: dict[str, Any]) -> str:
    return {
        "self": "for themselves",
        "organization": f"as a user within {receipt['organization']}",
        "signatory": f"on behalf of {receipt['organization']}",
    }[receipt["capacity"]]

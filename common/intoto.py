"""Signed records: an in-toto Statement v1 in a DSSE envelope, as rooms hand them out. No database.

A room says what its predicate is and checks what it says; that it was signed by the key, and that
it is a statement at all, is the same for every record.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from common import dsse
from common.canonical import canonical_json

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
MOST_BYTES = 16 * 1024 * 1024


class RecordProblem(ValueError):
    """The file is not a record that can be relied upon; the text is one sentence why."""


@dataclass(frozen=True)
class Opened:
    """A statement whose signature is valid. `key` is the fingerprint of the key it is valid under.

    `predicate` is what the file says under its type, not yet looked at.
    """

    predicate_type: str
    predicate: object
    subject: object
    file_digest: str
    key: str

    def is_of(self, path: str) -> bool:
        """Tell whether the predicate is of the type that an instance publishes at this path."""
        return self.predicate_type.endswith(path)

    def issuer(self, path: str) -> str:
        """Return the address of the instance that published the predicate's type."""
        return self.predicate_type.removesuffix(path) or urlsplit(self.predicate_type).netloc


def statement(
    *, subject: Sequence[Mapping[str, Any]], predicate_type: str, predicate: Mapping[str, Any]
) -> bytes:
    """Return the statement as the bytes that are signed."""
    return canonical_json(
        {
            "_type": STATEMENT_TYPE,
            "subject": [dict(each) for each in subject],
            "predicateType": predicate_type,
            "predicate": dict(predicate),
        }
    )


def moment(at: datetime | None) -> str | None:
    """Return a time as records write it: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def sha256(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8; of what cannot be written in it, nothing."""
    try:
        return hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError:
        return ""


def file_of(envelope: Mapping[str, Any], fingerprint: str) -> tuple[str, str]:
    """Return a record's file, whose key is named by its fingerprint, and the file's SHA-256."""
    signatures: list[dict[str, str]] = envelope["signatures"]
    named = [{**each, "keyid": fingerprint} for each in signatures]
    text = json.dumps({**envelope, "signatures": named}, indent=1) + "\n"
    return text, hashlib.sha256(text.encode()).hexdigest()


def open_file(file: bytes, public_pem: str) -> Opened:
    """Verify the signature of a record's file and return what it states. Raises RecordProblem."""
    if len(file) > MOST_BYTES:
        raise RecordProblem(f"The file is larger than {MOST_BYTES} bytes; no record is.")
    key = _fingerprint(public_pem)
    envelope = _envelope(_json(file, "The file"))
    try:
        payload = dsse.verify(public_pem, envelope)
    except ValueError:
        raise RecordProblem(
            "The signature is not valid under this key: the file was changed, "
            "or it was signed with another key."
        ) from None
    if envelope["payloadType"] != PAYLOAD_TYPE:
        raise RecordProblem("The envelope holds something other than an in-toto statement.")
    found = _json(payload, "What was signed")
    if not isinstance(found, dict) or found.get("_type") != STATEMENT_TYPE:
        raise RecordProblem("What was signed is not an in-toto Statement v1.")
    kind = found.get("predicateType")
    return Opened(
        predicate_type=kind if isinstance(kind, str) else "",
        predicate=found.get("predicate"),
        subject=found.get("subject"),
        file_digest=hashlib.sha256(file).hexdigest(),
        key=key,
    )


def _fingerprint(public_pem: str) -> str:
    try:
        load_pem_public_key(public_pem.encode())
        return dsse.fingerprint(public_pem)
    except (ValueError, UnsupportedAlgorithm):
        raise RecordProblem("The key is not a public key in PEM.") from None


def _json(data: bytes, what: str) -> object:
    try:
        return json.loads(data.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RecordProblem(f"{what} is not JSON that can be read.") from None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _envelope(found: object) -> dict[str, Any]:
    """Return what DSSE calls an envelope, its base64 strict: one file, one meaning."""
    wrong = RecordProblem("The file is not a DSSE envelope.")
    if not isinstance(found, dict):
        raise wrong
    kind, signatures = found.get("payloadType"), found.get("signatures")
    if not isinstance(kind, str) or not isinstance(signatures, list) or not signatures:
        raise wrong
    if not all(isinstance(each, dict) for each in signatures):
        raise wrong
    try:
        kind.encode()
        for text in (found.get("payload"), *(each.get("sig") for each in signatures)):
            base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise wrong from None
    return found

"""Canonical JSON: one byte string for one value, so that a digest means something."""

import hashlib
import json


def canonical_json(value: object) -> bytes:
    """Return `value` as UTF-8 JSON with sorted keys and no spaces (after RFC 8785).

    Floats are refused (TypeError): their text differs between languages.
    """
    _refuse_floats(value)
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical JSON of `value`, as 64 hex characters."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("Canonical JSON holds no floats; write the number as a string.")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"Canonical JSON keys are strings, not {type(key).__name__}.")
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)

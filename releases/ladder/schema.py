"""The JSON Schema of a ladder, and its complaints in words."""

from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from boards.choices import SeatRole
from common.plain_yaml import Lines, place
from releases.choices import ACCESS_MODES

_TEXT = {"type": "string", "minLength": 1, "pattern": r"^[^\x00-\x1f\x7f]+$"}
_SLUG = {"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?$"}
_TIME = {"type": "string", "pattern": "^(0|[1-9][0-9]{0,8})[smhd]$"}
_ROLES = {"type": "array", "items": {"enum": list(SeatRole.values)}, "uniqueItems": True}
_PATTERNS = {
    _TIME["pattern"]: "a duration such as 30d, 12h, 5m or 10s",
    _SLUG["pattern"]: "made of lower-case letters, digits and inner hyphens",
}
# What a requirement says beyond its name is the business of its kind.
_REQUIREMENT = {
    "type": "object",
    "required": ["key", "kind", "name"],
    "properties": {
        "key": _SLUG,
        "kind": {**_TEXT, "maxLength": 60},
        "name": {**_TEXT, "maxLength": 120},
    },
}
_STAGE = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "slug",
        "name",
        "description",
        "access",
        "minimum_soak",
        "cool_off",
        "voting_period",
        "required_tier",
        "terms",
        "irreversible",
        "rule",
    ],
    "properties": {
        "slug": _SLUG,
        "name": {**_TEXT, "maxLength": 80},
        "description": {**_TEXT, "maxLength": 300},
        "access": {"enum": list(ACCESS_MODES)},
        "cohort_cap": {"type": ["integer", "null"], "minimum": 1, "maximum": 1_000_000},
        "minimum_soak": _TIME,
        "cool_off": _TIME,
        "voting_period": _TIME,
        "required_tier": {"type": "integer", "minimum": 0, "maximum": 3},
        "second_factor": _TIME,
        "terms": {"type": "array", "items": _SLUG, "uniqueItems": True, "maxItems": 20},
        "irreversible": {"type": "boolean"},
        "rule": {"type": "object"},
        "requirements": {"type": "array", "items": _REQUIREMENT, "maxItems": 50},
        "re_review": _TIME,
        "override": _ROLES,
    },
}
_EMERGENCY = {
    "type": "object",
    "additionalProperties": False,
    "required": ["rule", "voting_period", "full_review"],
    "properties": {"rule": {"type": "object"}, "voting_period": _TIME, "full_review": _TIME},
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "version", "title", "stages"],
    "properties": {
        "name": _SLUG,
        "version": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
        "title": {**_TEXT, "maxLength": 120},
        "stages": {"type": "array", "items": _STAGE, "minItems": 2, "maxItems": 20},
        "executive": _ROLES,
        "emergency": _EMERGENCY,
        "hold_review": _TIME,
    },
}


def schema_problems(data: object, lines: Lines) -> list[str]:
    """Return every way in which the data misses the schema, each with its line."""
    errors = Draft202012Validator(SCHEMA).iter_errors(data)
    ordered = sorted(errors, key=lambda error: [str(part) for part in error.absolute_path])
    return [_problem(error, lines) for error in ordered]


def _problem(error: ValidationError, lines: Lines) -> str:
    found = error.message if len(error.message) <= 200 else f"{error.message[:200]}…"
    if error.validator == "pattern":
        what = _PATTERNS.get(str(error.validator_value), "one line")
        found = f"{str(error.instance)[:60]!r} is not {what}"
    return f"{place(tuple(error.absolute_path), lines)}: {found}."

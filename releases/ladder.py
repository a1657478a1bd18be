"""Reading a ladder from YAML: strictly, and naming the line of everything that is wrong.

Anchors, aliases and tags are refused: a ladder is a constitution, read by people, and says each
thing where it holds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from boards.tally import parse_rule
from releases.choices import ACCESS_MODES, WEIGHTS_MODES

MOST_CHARACTERS = 200_000
MOST_DEPTH = 20
MOST_PROBLEMS = 20
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(0|[1-9][0-9]{0,8})([smhd])")
LONGEST = timedelta(days=3650)
LONGEST_VOTE = timedelta(days=366)

Path = tuple[str | int, ...]

_TEXT = {"type": "string", "minLength": 1, "pattern": r"^[^\x00-\x1f\x7f]+$"}
_SLUG = {"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?$"}
_TIME = {"type": "string", "pattern": "^(0|[1-9][0-9]{0,8})[smhd]$"}
_PATTERNS = {
    _TIME["pattern"]: "a duration such as 30d, 12h, 5m or 10s",
    _SLUG["pattern"]: "made of lower-case letters, digits and inner hyphens",
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
        "terms": {"type": "array", "items": _SLUG, "uniqueItems": True, "maxItems": 20},
        "irreversible": {"type": "boolean"},
        "rule": {"type": "object"},
    },
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
    },
}


class LadderError(ValueError):
    """The text is no ladder; `problems` says why, each with its line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class StagePlan:
    """One rung as the file gives it."""

    slug: str
    name: str
    description: str
    access_mode: str
    cohort_cap: int | None
    minimum_soak: timedelta
    cool_off: timedelta
    voting_period: timedelta
    required_tier: int
    terms: tuple[str, ...]
    rule: dict[str, Any]
    irreversible: bool


@dataclass(frozen=True)
class LadderPlan:
    """A ladder as the file gives it, the narrowest stage first."""

    name: str
    version: int
    title: str
    stages: tuple[StagePlan, ...]


def parse_duration(text: str) -> timedelta:
    """Read "30d", "12h", "5m" or "10s". Raises ValueError with a sentence."""
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a duration; write for example 30d, 12h, 5m or 10s")
    seconds = int(found[1]) * int(timedelta(**{_UNITS[found[2]]: 1}).total_seconds())
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"{text!r} is longer than ten years")
    return timedelta(seconds=seconds)


def parse_ladder(text: str) -> LadderPlan:
    """Read a ladder. Raises LadderError with every problem found and its line."""
    data, lines = _read_yaml(text)
    problems = [_schema_problem(error, lines) for error in _schema_errors(data)]
    if not problems:
        problems = [f"{_at(path, lines)}: {problem}." for path, problem in _checks(data)]
    if problems:
        raise LadderError(problems[:MOST_PROBLEMS])
    return LadderPlan(
        name=data["name"],
        version=data["version"],
        title=data["title"],
        stages=tuple(_stage_plan(stage) for stage in data["stages"]),
    )


def _stage_plan(stage: dict[str, Any]) -> StagePlan:
    return StagePlan(
        slug=stage["slug"],
        name=stage["name"],
        description=stage["description"],
        access_mode=stage["access"],
        cohort_cap=stage.get("cohort_cap"),
        minimum_soak=parse_duration(stage["minimum_soak"]),
        cool_off=parse_duration(stage["cool_off"]),
        voting_period=parse_duration(stage["voting_period"]),
        required_tier=stage["required_tier"],
        terms=tuple(stage["terms"]),
        rule=stage["rule"],
        irreversible=stage["irreversible"],
    )


def _read_yaml(text: str) -> tuple[Any, dict[Path, int]]:
    if len(text) > MOST_CHARACTERS:
        raise LadderError([f"The file is longer than {MOST_CHARACTERS} characters."])
    try:
        _refuse_references(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = _line(error.problem_mark)
        raise LadderError([f"line {line}: {error.problem or 'not YAML'}."]) from None
    except (yaml.YAMLError, RecursionError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else "not plain text"
        raise LadderError([f"The file is not YAML: it is {what}."]) from None
    if node is None:
        raise LadderError(["The file is empty."])
    lines: dict[Path, int] = {}
    return _build(node, (), lines), lines


def _line(mark: Any | None) -> int:  # noqa: ANN401 - PyYAML has two kinds of mark
    return mark.line + 1 if mark is not None else 1


def _refuse_references(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = _line(event.start_mark)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise LadderError([f"line {line}: anchors and aliases are not used; write it out."])
        if getattr(event, "tag", None):
            raise LadderError([f"line {line}: tags are not used."])
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise LadderError([f"line {line}: nested more than {MOST_DEPTH} levels deep."])


def _build(node: yaml.Node, path: Path, lines: dict[Path, int]) -> object:
    """Turn nodes into plain data, noting the line of each and refusing a key given twice."""
    lines[path] = _line(node.start_mark)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, place), lines) for place, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value in node.value:
            line = _line(key_node.start_mark)
            key = getattr(key_node, "value", None)
            if not isinstance(key, str):
                raise LadderError([f"line {line}: a key must be plain text."])
            if key in found:
                raise LadderError([f"line {line}: the key {key!r} is given twice."])
            found[key] = _build(value, (*path, key), lines)
            lines[(*path, key)] = line
        return found
    return _scalar(node)


def _scalar(node: yaml.Node) -> object:
    if node.tag in {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "bool", "null")}:
        try:
            return yaml.constructor.SafeConstructor().construct_object(node)
        except (ValueError, yaml.YAMLError):
            pass
    line = _line(node.start_mark)
    raise LadderError([f"line {line}: {node.value[:60]!r} must be text in quotes or a number."])


def _at(path: Path, lines: dict[Path, int]) -> str:
    line = next(lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines)
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return f"line {line}: {name.lstrip('.') or 'the file'}"


def _schema_errors(data: object) -> list[ValidationError]:
    errors = Draft202012Validator(SCHEMA).iter_errors(data)
    return sorted(errors, key=lambda error: [str(part) for part in error.absolute_path])


def _schema_problem(error: ValidationError, lines: dict[Path, int]) -> str:
    found = error.message if len(error.message) <= 200 else f"{error.message[:200]}…"
    if error.validator == "pattern":
        what = _PATTERNS.get(str(error.validator_value), "one line")
        found = f"{str(error.instance)[:60]!r} is not {what}"
    return f"{_at(tuple(error.absolute_path), lines)}: {found}."


def _checks(data: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield what the schema cannot say."""
    seen: set[str] = set()
    widest = 0
    for place, stage in enumerate(data["stages"]):
        path: Path = ("stages", place)
        if stage["slug"] in seen:
            yield (*path, "slug"), f"the slug {stage['slug']!r} is used twice"
        seen.add(stage["slug"])
        width = ACCESS_MODES.index(stage["access"])
        if width < widest:
            yield (*path, "access"), "a stage gives no less access than the one before it"
        widest = max(widest, width)
        yield from _check_stage(path, stage)
    if data["stages"][0]["access"] != "none":
        yield ("stages", 0, "access"), "the first stage, where releases are sealed, must be 'none'"


def _check_stage(path: Path, stage: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    for key in ("minimum_soak", "cool_off", "voting_period"):
        try:
            length = parse_duration(stage[key])
        except ValueError as error:
            yield (*path, key), str(error)
            continue
        if key == "voting_period" and not timedelta(0) < length <= LONGEST_VOTE:
            yield (*path, key), "voting lasts from a second to a year"
    try:
        parse_rule(stage["rule"])
    except ValueError as error:
        yield (*path, "rule"), str(error).rstrip(".")
    outward = stage["access"] != "none"
    if outward and not stage["terms"]:
        yield (*path, "terms"), "a stage that lets anything out names the terms to accept"
    if stage["access"] in WEIGHTS_MODES[1:] and not stage["irreversible"]:
        yield (*path, "irreversible"), "open weights cannot be taken back, so this must be true"
    if stage.get("cohort_cap") is not None and stage["access"] in ("api_public", "weights_open"):
        yield (*path, "cohort_cap"), "a stage that is open to anyone has no cohort to cap"

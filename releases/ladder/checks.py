"""From the text to a plan: the schema, then what a schema cannot say."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from boards.tally import parse_rule
from common.durations import parse_duration
from common.plain_yaml import Path, place, read_yaml
from common.plain_yaml import YamlProblem as LadderError
from releases.choices import ACCESS_MODES, WEIGHTS_MODES
from releases.ladder.plans import HOLD_REVIEW, EmergencyPlan, LadderPlan, StagePlan
from releases.ladder.schema import schema_problems
from releases.requirement_plans import check_requirement

MOST_PROBLEMS = 20
LONGEST_VOTE = timedelta(days=366)
_DUE_AT_ONCE = "a review that is due at once would be due for ever"
_NOT_AT_ONCE = {"second_factor": "nobody can show a second factor within no time"}

Problems = Iterator[tuple[Path, str]]


def parse_ladder(text: str) -> LadderPlan:
    """Read a ladder. Raises LadderError with every problem found and its line."""
    data, lines = read_yaml(text)
    problems = schema_problems(data, lines)
    if not problems:
        problems = [f"{place(path, lines)}: {problem}." for path, problem in _checks(data)]
    if problems:
        raise LadderError(problems[:MOST_PROBLEMS])
    return LadderPlan(
        name=data["name"],
        version=data["version"],
        title=data["title"],
        stages=tuple(_stage_plan(stage) for stage in data["stages"]),
        executive=tuple(data.get("executive", ())),
        emergency=_emergency_plan(data["emergency"]) if "emergency" in data else None,
        hold_review=parse_duration(data["hold_review"]) if "hold_review" in data else HOLD_REVIEW,
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
        requirements=tuple(stage.get("requirements", ())),
        re_review=parse_duration(stage["re_review"]) if "re_review" in stage else None,
        override=tuple(stage.get("override", ())),
        second_factor=(
            parse_duration(stage["second_factor"]) if "second_factor" in stage else None
        ),
    )


def _emergency_plan(emergency: dict[str, Any]) -> EmergencyPlan:
    return EmergencyPlan(
        rule=emergency["rule"],
        voting_period=parse_duration(emergency["voting_period"]),
        full_review=parse_duration(emergency["full_review"]),
    )


def _checks(data: dict[str, Any]) -> Problems:
    seen: set[str] = set()
    widest = 0
    for number, stage in enumerate(data["stages"]):
        path: Path = ("stages", number)
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
    if "emergency" in data:
        yield from _check_times(("emergency",), data["emergency"], positive=("full_review",))
        yield from _check_rule(("emergency", "rule"), data["emergency"]["rule"])
    yield from _check_times((), data, positive=("hold_review",))


def _check_stage(path: Path, stage: dict[str, Any]) -> Problems:
    yield from _check_times(path, stage, positive=("re_review", "second_factor"))
    yield from _check_rule((*path, "rule"), stage["rule"])
    if "second_factor" in stage and stage["access"] not in WEIGHTS_MODES:
        yield (*path, "second_factor"), "a second factor is asked for where weights are downloaded"
    outward = stage["access"] != "none"
    if outward and not stage["terms"]:
        yield (*path, "terms"), "a stage that lets anything out names the terms to accept"
    if stage["access"] in WEIGHTS_MODES[1:] and not stage["irreversible"]:
        yield (*path, "irreversible"), "open weights cannot be taken back, so this must be true"
    if stage.get("cohort_cap") is not None and stage["access"] in ("api_public", "weights_open"):
        yield (*path, "cohort_cap"), "a stage that is open to anyone has no cohort to cap"
    yield from _check_requirements((*path, "requirements"), stage.get("requirements", []))


def _check_times(path: Path, part: dict[str, Any], *, positive: tuple[str, ...]) -> Problems:
    for key in ("minimum_soak", "cool_off", "voting_period", *positive):
        if key not in part:
            continue
        try:
            length = parse_duration(part[key])
        except ValueError as error:
            yield (*path, key), str(error)
            continue
        if key == "voting_period" and not timedelta(0) < length <= LONGEST_VOTE:
            yield (*path, key), "voting lasts from a second to a year"
        if key in positive and not length:
            yield (*path, key), _NOT_AT_ONCE.get(key, _DUE_AT_ONCE)


def _check_rule(path: Path, rule: dict[str, Any]) -> Problems:
    try:
        parse_rule(rule, tracks=False)
    except ValueError as error:
        yield path, str(error).rstrip(".")


def _check_requirements(path: Path, entries: list[dict[str, Any]]) -> Problems:
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        if entry["key"] in seen:
            yield (*path, number, "key"), f"the key {entry['key']!r} is used twice"
        seen.add(entry["key"])
        for inner, problem in check_requirement(entry):
            yield (*path, number, *inner), problem

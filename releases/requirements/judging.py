"""All requirements of a move: those of every one, those of the ladder, and what was overridden."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from boards.choices import SeatRole
from releases.requirement_plans import NoBlocker, parse_requirement
from releases.requirements.always import GATES
from releases.requirements.facts import Facts, Finding, OverrideFacts, Requirement
from releases.requirements.kinds import judge, judge_blockers


def evaluate(facts: Facts, now: datetime) -> list[Requirement]:
    """Return every requirement of the move, blocking ones first."""
    found = [_guarded(key, gate, facts, now) for key, gate in GATES.items()]
    found += [_from_ladder(entry, facts, now) for entry in facts.target.requirements]
    if not any(entry.get("kind") == "no_blocker" for entry in facts.target.requirements):
        found.append(_requirement("no_blocker", _("No blocker"), judge_blockers(facts.blockers)))
    found = [_overridden(requirement, facts.overrides) for requirement in found]
    return sorted(found, key=lambda requirement: not requirement.blocks)


def blocking(requirements: Iterable[Requirement]) -> list[Requirement]:
    """Return those that keep the move from going on."""
    return [requirement for requirement in requirements if requirement.blocks]


def _guarded(
    key: str, gate: Callable[[Facts, datetime], Requirement], facts: Facts, now: datetime
) -> Requirement:
    """A gate that cannot be judged blocks; it must not open by failing."""
    try:
        return gate(facts, now)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return _unjudged(key, _("A requirement"), error)


def _unjudged(key: str, name: str, error: Exception) -> Requirement:
    return Requirement(
        key=key,
        state="error",
        name=name,
        sentence=_("It could not be checked (%(error)s), and so it blocks.")
        % {"error": type(error).__name__},
    )


def _from_ladder(entry: Mapping[str, Any], facts: Facts, now: datetime) -> Requirement:
    try:
        plan = parse_requirement(entry)
    except ValueError as error:
        name = str(entry.get("name") or _("A requirement"))
        return Requirement(
            key=str(entry.get("key")),
            state="error",
            name=name,
            sentence=_("The ladder does not say what it asks for, and so it blocks: %(why)s")
            % {"why": error},
        )
    roles = facts.target.override if plan.override is None else plan.override
    if isinstance(plan.asks, NoBlocker):
        roles = ()

    def gate(facts: Facts, now: datetime) -> Requirement:
        finding = judge(plan.asks, facts, now)
        return _requirement(plan.key, plan.name, finding)

    return replace(
        _guarded(plan.key, gate, facts, now),
        name=plan.name,
        kind=plan.kind,
        taxonomy=plan.taxonomy,
        override=roles,
    )


def _requirement(key: str, name: str, finding: Finding) -> Requirement:
    return Requirement(
        key=key,
        state=finding.state,
        name=name,
        sentence=finding.sentence,
        who=finding.who,
        source=finding.source,
        source_url=finding.source_url,
    )


def _overridden(requirement: Requirement, overrides: Iterable[OverrideFacts]) -> Requirement:
    """Set aside what a seat overrode that the rule names, for the dossier as it is now."""
    if not requirement.blocks:
        return requirement
    given = [each for each in overrides if each.key == requirement.key]
    for each in given:
        if each.stands and each.role in requirement.override:
            return replace(
                requirement,
                state="overridden",
                who="",
                sentence=_(
                    "Overridden by the %(role)s seat: %(reason)s What is overridden: %(what)s"
                )
                % {
                    "role": str(SeatRole(each.role).label).lower(),
                    "reason": _ended(each.reason),
                    "what": requirement.sentence,
                },
            )
    if given:
        stale = _("An override of it was given for an earlier dossier and counts no more.")
        return replace(requirement, sentence=f"{requirement.sentence} {stale}")
    return requirement


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."

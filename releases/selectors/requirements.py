"""Reading what the requirements of a move are judged by."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse

from boards.models import Motion
from releases.comparables.counterfactual import CounterfactualFacts
from releases.models import Evidence, Hold, Release, Stage, Transition
from releases.requirements import (
    BlockerFacts,
    Facts,
    HoldFacts,
    OverrideFacts,
    Requirement,
    StageFacts,
    evaluate,
)
from releases.selectors import holds_in_force, open_transition
from releases.selectors.counterfactual import counterfactual_facts
from releases.selectors.evidence import evidence_facts, evidence_of, fallen_exhibits
from releases.selectors.gates import open_blockers, overrides_in


def requirements_for(
    release: Release,
    to_stage: Stage,
    *,
    now: datetime,
    of: Transition | None = None,
    evidence: Iterable[Evidence] | None = None,
) -> list[Requirement]:
    """Return every requirement of the move, blocking ones first.

    `of` is the transition that is being judged, which does not stand in its own way; `evidence`
    may be given by a page that has read it already.
    """
    open_now = open_transition(release)
    other = open_now if open_now is not None and (of is None or open_now.pk != of.pk) else None
    return requirements_given(
        release,
        to_stage,
        now=now,
        holds=holds_in_force(release),
        blockers=open_blockers(release),
        evidence=evidence_of(release) if evidence is None else evidence,
        of=of,
        other=other,
        overrides=overrides_in(of) if of else (),
    )


def requirements_given(
    release: Release,
    to_stage: Stage,
    *,
    now: datetime,
    holds: Iterable[Hold],
    blockers: Iterable[BlockerFacts],
    evidence: Iterable[Evidence],
    of: Transition | None,
    other: Transition | None,
    overrides: Iterable[OverrideFacts],
) -> list[Requirement]:
    """Return the same from rows at hand; `other` is an open transition that stands in the way.

    Holds, open blockers and evidence are all of the release's; overrides those of the move.
    """
    known = evidence_facts(release, evidence)
    dossier = of.motion.dossier if of else None
    found = evaluate(
        Facts(
            state=release.state,
            present=_stage_facts(release.stage) if release.stage else None,
            staged_at=release.staged_at,
            target=_stage_facts(to_stage),
            holds=tuple(
                HoldFacts(hold.kind, hold.release_id is None, hold.reason) for hold in holds
            ),
            blockers=tuple(blockers),
            other_move=f"{other.from_stage} to {other.to_stage}" if other else "",
            evidence=known,
            fallen=None if dossier is None else fallen_exhibits(dossier, known, now),
            counterfactual=_counterfactual(to_stage, dossier, now),
            overrides=tuple(overrides),
        ),
        now,
    )
    return [_overridable(each, of.motion) for each in found] if of else found


def _counterfactual(
    to_stage: Stage, dossier: Mapping[str, Any] | None, now: datetime
) -> CounterfactualFacts | None:
    """Look the references up only where the stage asks for them."""
    asked = any(each.get("kind") == "counterfactual" for each in to_stage.requirements)
    return counterfactual_facts(dossier, now) if asked and dossier is not None else None


def _overridable(requirement: Requirement, motion: Motion) -> Requirement:
    """Say where it can be overridden, if it can and that would change anything."""
    if not requirement.override or not requirement.blocks:
        return requirement
    url = reverse("requirement_override", args=[motion.public_id, requirement.key])
    return replace(requirement, override_url=url)


def _stage_facts(stage: Stage) -> StageFacts:
    return StageFacts(
        name=stage.name,
        position=stage.position,
        minimum_soak=stage.minimum_soak,
        requirements=tuple(stage.requirements),
        override=tuple(stage.override),
    )

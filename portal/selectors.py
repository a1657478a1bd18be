"""Reading several rooms for one page, in few queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from accounts.models import User
from licensing.facts import Verdict, VerdictAction
from licensing.gathering import IsOneOf
from licensing.models import Terms
from licensing.selectors.cohorts import Cohort, cohorts_of
from licensing.verdict import Context, decide_all
from releases.choices import OPEN_TRANSITIONS
from releases.models import Evidence, Hold, Release, Stage, Transition
from releases.requirements import BlockerFacts, OverrideFacts, Requirement
from releases.selectors import cohort_caps, holds_of, with_own_cap
from releases.selectors.evidence import evidence_of_all
from releases.selectors.gates import (
    blocker_facts,
    blockers_told,
    override_facts,
    overrides_told,
)
from releases.selectors.requirements import requirements_given

Subject = User | AnonymousUser
Verdicts = dict[VerdictAction, Verdict]


def all_releases() -> QuerySet[Release]:
    """Return releases with what their cards show, the newest first; visibility is not judged."""
    rows = with_own_cap(Release.objects.annotate(blockers_told=blockers_told()))
    return rows.select_related("model", "stage", "model__ladder").order_by("-id")


@dataclass(frozen=True)
class Standing:
    """Where releases stand: their ladders' stages, holds, moves and cohorts."""

    now: datetime
    releases: list[Release]
    stages: dict[int, list[Stage]]
    holds: dict[int, list[Hold]]
    transitions: dict[int, Transition]
    cohorts: dict[int, Cohort]
    caps: dict[int, int | None]

    def cohort_of(self, release: Release) -> Cohort:
        """Return how many have a place on the release, and how many wait for one."""
        return self.cohorts.get(release.pk, Cohort())

    def for_the_public(self) -> "Standing":
        """Return the same without open moves: what a board has before it is not announced."""
        return replace(self, transitions={})

    def stages_of(self, release: Release) -> list[Stage]:
        """Return the ladder that the release stands on, else its model's."""
        ladder = release.stage.ladder_id if release.stage else release.model.ladder_id
        return self.stages.get(ladder, [])

    def terms_of(self, release: Release) -> list[dict[str, str]]:
        """Return slug and title of the terms that the release's stage asks for."""
        present = [each for each in self.stages_of(release) if each.pk == release.stage_id]
        return [terms for stage in present for terms in stage.terms_shown]  # type: ignore[attr-defined] # annotated

    def next_stage(self, release: Release) -> Stage | None:
        """Return the stage one step up."""
        if release.stage is None:
            return None
        position = release.stage.position + 1
        return next((s for s in self.stages_of(release) if s.position == position), None)

    def requirements(self, release: Release) -> list[Requirement]:
        """Return the requirements of the next stage; an open move is judged, not in the way."""
        target = self.next_stage(release)
        if target is None:
            return []
        move = self.transitions.get(release.pk)
        other = move if move and move.to_stage_id != target.pk else None
        return requirements_given(
            release,
            target,
            now=self.now,
            holds=self.holds.get(release.pk, []),
            blockers=self.blockers(release),
            evidence=self.evidence[release.pk],
            of=None if other else move,
            other=other,
            overrides=_overrides(move) if move and not other else (),
        )

    def blockers(self, release: Release) -> tuple[BlockerFacts, ...]:
        """Return the open blockers of a release, which were read along with it."""
        return blocker_facts(release.blockers_told)  # type: ignore[attr-defined] # annotated

    @cached_property
    def evidence(self) -> dict[int, list[Evidence]]:
        """The evidence of every release; read only where it is asked for."""
        return evidence_of_all(self.releases)


def _overrides(move: Transition) -> tuple[OverrideFacts, ...]:
    return override_facts(move.overrides_told, move.motion)  # type: ignore[attr-defined] # annotated


def standing_of(releases: Iterable[Release], now: datetime) -> Standing:
    """Read where releases stand, in four queries."""
    wanted = list(releases)
    ids = [release.pk for release in wanted]
    ladders = {r.stage.ladder_id if r.stage else r.model.ladder_id for r in wanted}
    stages: dict[int, list[Stage]] = defaultdict(list)
    rows = Stage.objects.filter(ladder__in=ladders).select_related("ladder").order_by("position")
    terms = Terms.objects.alias(required=IsOneOf(F("slug"), OuterRef("terms"))).filter(
        required=True
    )
    shown = terms.order_by("slug").values(shown=JSONObject(slug="slug", title="title"))
    rows = rows.annotate(terms_shown=ArraySubquery(shown))
    for stage in rows:
        stages[stage.ladder_id].append(stage)
    moves = Transition.objects.filter(release__in=ids, state__in=OPEN_TRANSITIONS)
    moves = moves.annotate(overrides_told=overrides_told())
    return Standing(
        now=now,
        releases=wanted,
        stages=stages,
        holds=holds_of(wanted),
        transitions={
            move.release_id: move
            for move in moves.select_related("from_stage", "to_stage", "motion__executive_override")
        },
        cohorts=cohorts_of(wanted),
        caps=cohort_caps(wanted),
    )


def visible(
    subject: Subject, releases: Iterable[Release], context: Context
) -> list[tuple[Release, Verdicts]]:
    """Return the releases that the subject may see, each with every verdict, in three queries."""
    wanted = list(releases)
    verdicts = decide_all(subject, wanted, context=context) if wanted else {}
    return [
        (release, verdicts[release.pk])
        for release in wanted
        if verdicts[release.pk][VerdictAction.SEE].allowed
    ]

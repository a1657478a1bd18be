"""Reading versions of ladders: as plans, against each other, and who stands on which."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from audit.selectors import ref
from boards.models import OPEN_STATES, Board, Motion
from releases.ladder import EmergencyPlan, LadderPlan, StagePlan
from releases.ladder_changes import Change, compare, loosening
from releases.models import Ladder, Model, Stage

SAID_MODELS = 5


def plan_of(ladder: Ladder, stages: list[Stage]) -> LadderPlan:
    """Return a stored version as plain data; `stages` from the narrowest up."""
    return LadderPlan(
        name=ladder.name,
        version=ladder.version,
        title=ladder.title,
        stages=tuple(_stage_plan(stage) for stage in stages),
        executive=tuple(ladder.executive),
        emergency=EmergencyPlan.from_stored(ladder.emergency) if ladder.emergency else None,
        hold_review=ladder.hold_review,
    )


def _stage_plan(stage: Stage) -> StagePlan:
    return StagePlan(
        slug=stage.slug,
        name=stage.name,
        description=stage.description,
        access_mode=stage.access_mode,
        cohort_cap=stage.cohort_cap,
        minimum_soak=stage.minimum_soak,
        cool_off=stage.cool_off,
        voting_period=stage.voting_period,
        required_tier=stage.required_tier,
        terms=tuple(stage.terms),
        rule=stage.rule,
        irreversible=stage.irreversible,
        requirements=tuple(stage.requirements),
        re_review=stage.re_review,
        override=tuple(stage.override),
        second_factor=stage.second_factor,
    )


def plans_of(ladders: list[Ladder]) -> dict[int, LadderPlan]:
    """Return several versions as plain data by their ids, in one query."""
    stages: dict[int, list[Stage]] = {ladder.pk: [] for ladder in ladders}
    for stage in Stage.objects.filter(ladder__in=ladders).order_by("position"):
        stages[stage.ladder_id].append(stage)
    return {ladder.pk: plan_of(ladder, stages[ladder.pk]) for ladder in ladders}


def changes_between(former: Ladder, ladder: Ladder) -> list[Change]:
    """Return what one version changes against another."""
    plans = plans_of([former, ladder])
    return compare(plans[former.pk], plans[ladder.pk])


def newest_version(name: str) -> Ladder | None:
    """Return the newest version of a ladder."""
    return Ladder.objects.filter(name=name).order_by("-version").first()


def former_version(ladder: Ladder) -> Ladder | None:
    """Return the version that was loaded before this one."""
    earlier = Ladder.objects.filter(name=ladder.name, version__lt=ladder.version)
    return earlier.order_by("-version").first()


def rules_of_board(board: Board) -> list[tuple[str, dict[str, Any]]]:
    """Return what the board decides by on its models' ladders: what for, and the rule."""
    followers = Model.objects.filter(board=board, ladder=OuterRef("ladder"))
    names = followers.order_by("namespace", "name").values(
        said=Concat("namespace", Value("/"), "name")
    )
    stages = Stage.objects.filter(Exists(followers)).select_related("ladder")
    stages = stages.annotate(said=ArraySubquery(names)).order_by("ladder", "position")
    return [pair for stage in stages for pair in _rules_of(stage)]


def _rules_of(stage: Stage) -> Iterator[tuple[str, dict[str, Any]]]:
    said: list[str] = stage.said  # type: ignore[attr-defined] # annotated
    left = len(said) - SAID_MODELS
    named = ", ".join(said[:SAID_MODELS])
    words = {"stage": stage.name, "ladder": stage.ladder}
    words["models"] = _("%(named)s and %(left)d more") % {"named": named, "left": left}
    if left <= 0:
        words["models"] = named
    if stage.position == 0:
        if stage.ladder.fast_track is not None:
            track = stage.ladder.fast_track.rule
            yield _("Moves on the fast track of %(ladder)s: %(models)s") % words, track
        yield _("What is decided about releases at %(stage)s: %(models)s") % words, stage.rule
    else:
        label = _("Moves to %(stage)s, and what is decided about releases there: %(models)s")
        yield label % words, stage.rule


def waiting_version(model: Model) -> Ladder | None:
    """Return the newest version of the model's ladder, if the model does not stand on it."""
    newest = newest_version(model.ladder.name)
    return newest if newest is not None and newest.version > model.ladder.version else None


def waiting_with_motion(model: Model) -> Ladder | None:
    """Return the same with the state of the motion for it (`motion_state`), if there is one."""
    motion = _undone_changes().filter(subject_ref=ref(model)).order_by("-id")
    newer = Ladder.objects.filter(name=model.ladder.name, version__gt=model.ladder.version)
    found = newer.annotate(motion_state=Subquery(motion.values("state")[:1]))
    return found.order_by("-version").first()


def _undone_changes() -> QuerySet[Motion]:
    return Motion.objects.filter(
        kind="change_ladder", state__in=[*OPEN_STATES, "approved"], applied_at__isnull=True
    )


def open_ladder_change(model: Model) -> Motion | None:
    """Return the motion on another version that is before the model's board."""
    return open_ladder_changes([model]).get(model.pk)


def open_ladder_changes(models: list[Model]) -> dict[int, Motion]:
    """Return the same of several models by their ids, in one query."""
    refs = {ref(model): model.pk for model in models}
    motions = _undone_changes().filter(subject_ref__in=refs)
    return {refs[motion.subject_ref]: motion for motion in motions}


@dataclass(frozen=True)
class Follower:
    """A model on some version of a ladder, and what keeps it from a later one."""

    model: Model
    loosening: int
    motion: Motion | None


def followers(ladder: Ladder, among: QuerySet[Model]) -> list[Follower]:
    """Return which of some models are on this version of a ladder or on an earlier one, by name.

    `loosening` counts what this version loosens for the model. In three queries.
    """
    models = list(
        among.filter(ladder__name=ladder.name, ladder__version__lte=ladder.version)
        .select_related("ladder", "board")
        .order_by("namespace", "name")
    )
    versions = {each.ladder_id: each.ladder for each in models}
    plans = plans_of([*versions.values(), ladder])
    count = {
        former: len(loosening(compare(plan, plans[ladder.pk]))) for former, plan in plans.items()
    }
    motions = open_ladder_changes(models)
    return [Follower(each, count[each.ladder_id], motions.get(each.pk)) for each in models]

"""Moving a model to another version of its ladder, with everything of it that is under way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from audit.selectors import ref
from audit.services import record
from boards import services as boards
from boards.models import OPEN_STATES, Motion
from releases import notifications, selectors
from releases.actions import Action
from releases.choices import ReleaseState, TransitionState
from releases.ladder_changes import Change, loosening
from releases.models import CohortCap, Hold, Ladder, Model, Release, Stage, Transition
from releases.selectors.ladders import changes_between
from releases.services.checks import lock_model
from releases.services.holds import lift_stage
from releases.services.transitions import end_open_transition

CHANGE_KIND = "change_ladder"


@dataclass(frozen=True)
class Adoption:
    """What a version means for one model: `obstacle` says why it could not adopt it."""

    model: Model
    former: Ladder
    changes: list[Change]
    adopted: bool
    obstacle: str = ""


def adopt_if_nothing_loosens(*, actor: User | None, model_id: int, ladder: Ladder) -> Adoption:
    """Move a model to a later version of its ladder unless that takes its board."""
    model = lock_model(model_id)
    former = model.ladder
    changes = changes_between(former, ladder)
    obstacle = why_not_adopted(model, ladder)
    adopted = not loosening(changes) and not obstacle
    if adopted:
        move_to(actor=actor, model=model, ladder=ladder, changes=changes)
    return Adoption(model, former, changes, adopted, obstacle)


def why_not_adopted(model: Model, ladder: Ladder) -> str:
    """Say which release stands where the version has no stage; empty where none does."""
    slugs = [stage.slug for stage in selectors.ladder_stages(ladder)]
    left = _sealed(model).exclude(stage__slug__in=slugs).order_by("pk").first()
    if left is None:
        return ""
    return _("%(release)s is at %(stage)s, which this version does not have.") % {
        "release": left,
        "stage": left.stage,
    }


def _sealed(model: Model) -> QuerySet[Release]:
    return Release.objects.filter(model=model, state=ReleaseState.SEALED).select_related(
        "model", "stage"
    )


def move_to(
    *,
    actor: User | None,
    model: Model,
    ladder: Ladder,
    changes: Sequence[Change],
    motion: Motion | None = None,
) -> None:
    """Let a locked model stand on another version of its ladder.

    Releases keep their stage by its slug and their soak. Moves under way go on under the stricter
    of both versions; one to a stage that is not the next any more lapses.
    """
    former = model.ladder
    model.ladder = ladder
    model.save(update_fields=["ladder"])
    stages = {stage.slug: stage for stage in selectors.ladder_stages(ladder)}
    caps = {}
    for release in _sealed(model).select_for_update(no_key=True, of=("self",)).order_by("pk"):
        caps[ref(release)] = _repoint(actor, release, stages)
    _tighten_open_motions(actor, model, stages)
    _end_other_changes(actor, model, ladder)
    record(
        actor=actor,
        action=Action.LADDER_ADOPTED,
        target=model,
        also=(ladder, *([motion] if motion else [])),
        data={
            "from": f"{former.name}@{former.version}",
            "to": f"{ladder.name}@{ladder.version}",
            "changes": [
                {"effect": each.effect, "part": each.part, "stage": each.stage} for each in changes
            ],
            "caps": caps,
        },
    )
    notifications.ladder_adopted(model, former, ladder, changes, motion)


def _repoint(actor: User | None, release: Release, stages: Mapping[str, Stage]) -> dict[str, int]:
    """Let a release and its move follow; return the caps of its own that it brings, by stage."""
    former = release.stage
    if former is None:
        return {}
    stage = stages[former.slug]
    release.stage = stage
    release.save(update_fields=["stage"])
    caps = _carry_caps(release, former.ladder_id, stages)
    transition = selectors.open_transition(release)
    if transition is None:
        return caps
    target = stages.get(transition.to_stage.slug)
    if target is not None and target.position == stage.position + 1:
        _repoint_move(transition, stage, target)
        return caps
    reason = _("The stages of its ladder changed, and %(stage)s is not the next any more.") % {
        "stage": transition.to_stage
    }
    if ended := end_open_transition(actor=actor, release=release, reason=reason):
        notifications.transition_lapsed(ended, reason)
    return caps


def _carry_caps(
    release: Release, former_ladder_id: int, stages: Mapping[str, Stage]
) -> dict[str, int]:
    """Let caps of the release's own hold on: as they are, or lower where the ladder's is changed.

    Those of stages that it left too: it may come back to them. Return them by stage.
    """
    carried = {}
    newest = CohortCap.objects.filter(release=release, stage__ladder=former_ladder_id)
    for own in newest.order_by("stage_id", "-id").distinct("stage_id").select_related("stage"):
        stage = stages.get(own.stage.slug)
        if stage is None or not stage.has_cohort:
            continue
        cap = own.cap
        if stage.cohort_cap not in (None, own.stage.cohort_cap):
            cap = min(cap, stage.cohort_cap)
        CohortCap.objects.create(
            release=release,
            stage=stage,
            cap=cap,
            motion=own.motion,
            lowered_by=own.lowered_by,
            reason=own.reason,
        )
        carried[stage.slug] = cap
    return carried


def _repoint_move(transition: Transition, stage: Stage, target: Stage) -> None:
    """Let a move under way lead to the same stage of the new version, after the longer cool-off."""
    transition = Transition.objects.select_for_update(no_key=True, of=("self",)).get(
        pk=transition.pk
    )
    longer = target.cool_off - transition.to_stage.cool_off
    transition.from_stage, transition.to_stage = stage, target
    if longer > timedelta(0) and transition.effective_after and transition.expires_at:
        transition.effective_after += longer
        transition.expires_at += longer
    transition.save(update_fields=["from_stage", "to_stage", "effective_after", "expires_at"])


def _tighten_open_motions(actor: User | None, model: Model, stages: Mapping[str, Stage]) -> None:
    """Let the rules of the version bind what is before the board, where they are stricter."""
    releases = {ref(release): release for release in _sealed(model)}
    holds = {ref(hold): hold for hold in Hold.objects.filter(model=model).select_related("release")}
    rules = {
        move.motion_id: move.to_stage.move_rule
        for move in Transition.objects.filter(
            release__model=model, state=TransitionState.PROPOSED
        ).select_related("to_stage__ladder")
    }
    reviews = _open_reviews(model)
    rules |= {
        review.pk: stages[slug].move_rule for review, slug in reviews.items() if slug in stages
    }
    for motion in _open_motions([*releases, *holds, *(each.subject_ref for each in reviews)]):
        rule = rules.get(motion.pk)
        if rule is None and motion.subject_ref in holds:
            hold = holds[motion.subject_ref]
            own = releases.get(ref(hold.release)) if hold.release else None
            rule = lift_stage(model, own).decision_rule
        elif rule is None and motion.subject_ref in releases:
            stage = releases[motion.subject_ref].stage
            rule = stage.decision_rule if stage is not None else None
        if rule is not None:
            boards.tighten_rule(
                actor=actor,
                motion=motion,
                rule=rule,
                reason=_("The model follows %(ladder)s.") % {"ladder": model.ladder},
            )


def _open_reviews(model: Model) -> dict[Motion, str]:
    """Return the full reviews before the board, each with the slug of where the decision led."""
    decided = Transition.objects.filter(release__model=model).values("motion")
    found = Motion.objects.filter(reviews__in=decided, state__in=OPEN_STATES)
    found = found.select_related("reviews")
    return {each: each.reviews.params["to"] for each in found if each.reviews}


def _open_motions(subjects: list[str]) -> QuerySet[Motion]:
    """Lock what is before the board about these subjects, so that no vote on it closes now."""
    return (
        Motion.objects.select_for_update(no_key=True)
        .filter(subject_ref__in=subjects, state__in=OPEN_STATES)
        .order_by("pk")
    )


def _end_other_changes(actor: User | None, model: Model, ladder: Ladder) -> None:
    """Lapse what the board was asked about the version that the model stood on before."""
    for motion in _open_motions([ref(model)]).filter(kind=CHANGE_KIND):
        reason = _("The model stands on version %(version)d now. Propose the change again.") % {
            "version": ladder.version
        }
        boards.mark_applied(motion=boards.lapse_motion(actor=actor, motion=motion, reason=reason))

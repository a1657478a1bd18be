"""Comparing two versions of a ladder, part by part."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from boards.rule_changes import EXECUTIVE, VOTING_PERIOD, emergency_changes, rule_changes
from boards.rule_changes import Change as RuleChange
from boards.rules import Emergency
from boards.tally import parse_rule
from releases.ladder import EmergencyPlan, LadderPlan, StagePlan
from releases.ladder_changes.measures import (
    HOLD_REVIEW,
    OVERRIDE,
    STAGE_MEASURES,
    TERMS,
    Change,
)
from releases.ladder_changes.requirements import requirement_changes


def compare(old: LadderPlan, new: LadderPlan) -> list[Change]:
    """Return every change from one version to the other, those of the whole ladder first."""
    found = [
        *map(_placed, _ladder_changes(old, new)),
        *_order_changes(old, new),
        *map(_placed, _lift_changes(old, new)),
    ]
    former = {stage.slug: stage for stage in old.stages}
    for stage in new.stages:
        if stage.slug in former:
            changes = _stage_changes(former[stage.slug], stage)
            found += [_placed(each, stage) for each in changes]
    return found


def _placed(change: RuleChange, stage: StagePlan | None = None) -> Change:
    """Say of a change at which stage it is; at none, it is about the ladder as a whole."""
    where = (stage.slug, stage.name) if stage else ("", "")
    return Change(change.effect, change.part, change.what, change.why, *where)


def loosening(changes: Iterable[Change]) -> list[Change]:
    """Return those that only the board may bring about."""
    return [change for change in changes if change.effect == "loosens"]


def deciding_stages(old: LadderPlan, changes: Sequence[Change]) -> list[StagePlan]:
    """Return the stages whose rules, as they stood, decide together on what loosens.

    Those that the loosening is about; all of them where it is about the ladder as a whole.
    """
    found = loosening(changes)
    if any(not change.stage or change.part == "stages" for change in found):
        return list(old.stages)
    about = {change.stage for change in found}
    return [stage for stage in old.stages if stage.slug in about]


def _stage_changes(old: StagePlan, new: StagePlan) -> Iterator[RuleChange]:
    for field, measure in STAGE_MEASURES.items():
        yield from measure.change(getattr(old, field), getattr(new, field))
    yield from TERMS.change(old.terms, new.terms)
    yield from _rule_changes(old.rule, new.rule)
    yield from OVERRIDE.change(old.override, new.override)
    yield from requirement_changes(old, new)
    yield from _text_change("name", _("Name"), old.name, new.name)
    yield from _text_change("description", _("Description"), old.description, new.description)


def _rule_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[RuleChange]:
    return rule_changes(parse_rule(old), parse_rule(new))


def _text_change(part: str, label: str, old: str, new: str) -> Iterator[RuleChange]:
    if old != new:
        yield RuleChange(
            effect="neutral",
            part=part,
            what=_("%(label)s: “%(old)s” becomes “%(new)s”.")
            % {"label": label, "old": old, "new": new},
            why=_("It says the same in other words; it decides nothing."),
        )


def _ladder_changes(old: LadderPlan, new: LadderPlan) -> Iterator[RuleChange]:
    yield from _text_change("title", _("Title"), old.title, new.title)
    yield from EXECUTIVE.change(old.executive, new.executive)
    yield from emergency_changes(_track(old.emergency), _track(new.emergency))
    yield from HOLD_REVIEW.change(old.hold_review, new.hold_review)


def _track(plan: EmergencyPlan | None) -> Emergency | None:
    if plan is None:
        return None
    return Emergency(
        rule=parse_rule(plan.rule),
        voting_period=int(plan.voting_period.total_seconds()),
        full_review=int(plan.full_review.total_seconds()),
    )


def _order_changes(old: LadderPlan, new: LadderPlan) -> Iterator[Change]:
    before = [stage.slug for stage in old.stages]
    after = [stage.slug for stage in new.stages]
    for stage in new.stages:
        if stage.slug not in before:
            yield Change(
                "loosens",
                "stages",
                _("The stage %(name)s is added.") % {"name": stage.name},
                _("It opens a way out under a rule that the board has not agreed to."),
                stage.slug,
                stage.name,
            )
    kept_after: set[str] = set()
    for stage in reversed(old.stages):
        if stage.slug in after:
            kept_after.add(stage.slug)
        else:
            yield _removed(stage, is_last=not kept_after)
    if [slug for slug in before if slug in after] != [slug for slug in after if slug in before]:
        names = {stage.slug: stage.name for stage in new.stages}
        yield Change(
            "loosens",
            "stages",
            _("The order of the stages changes; it is now %(order)s.")
            % {"order": ", ".join(names[slug] for slug in after)},
            _("A release can come to a stage without what used to stand before it."),
        )


def _lift_changes(old: LadderPlan, new: LadderPlan) -> Iterator[RuleChange]:
    """Compare what lifts a hold on a whole model: the last stage's rule, whichever stage that is.

    Where the last stage stays the last, its own changes tell.
    """
    before, after = old.stages[-1], new.stages[-1]
    if before.slug == after.slug:
        return
    changes = [
        *_rule_changes(before.rule, after.rule),
        *VOTING_PERIOD.change(before.voting_period, after.voting_period),
    ]
    for change in changes:
        what = _("Lifting a hold on the whole model. %(what)s") % {"what": change.what}
        yield replace(change, part=f"hold_lift.{change.part}", what=what)


def _removed(stage: StagePlan, *, is_last: bool) -> Change:
    why = (
        _("Releases can go no further than the stage before it.")
        if is_last
        else _("A release comes to the next stage in one step less.")
    )
    return Change(
        "tightens" if is_last else "loosens",
        "stages",
        _("The stage %(name)s is removed.") % {"name": stage.name},
        why,
        stage.slug,
        stage.name,
    )

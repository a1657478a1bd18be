"""Asking the board for looser rules, and what follows from its decision."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.selectors import ref
from audit.services import record
from boards import services as boards
from boards.models import Motion, MotionState
from boards.tally import combine, rule_data
from common.errors import Refused
from releases import notifications, selectors
from releases.actions import Action
from releases.choices import Right
from releases.dossier import check_ladder_dossier
from releases.ladder_changes import Change, deciding_stages, loosening
from releases.models import Ladder, Model, Stage
from releases.selectors.ladders import changes_between, plan_of, waiting_version
from releases.services.adoption import (
    CHANGE_KIND,
    adopt_if_nothing_loosens,
    move_to,
    why_not_adopted,
)
from releases.services.checks import guard_right, lock_model, lock_motion
from releases.services.decisions import PATIENCE


@transaction.atomic
def propose_ladder_change(
    *, actor: User, model: Model, ladder: Ladder, dossier: Mapping[str, str]
) -> Motion:
    """Ask the model's board to let it follow a version that loosens rules, and open the vote.

    The rules of the stages that are loosened decide together, as they stood.
    """
    model = lock_model(model.pk)
    guard_right(actor, Right.MANAGE_RELEASE, model)
    if waiting_version(model) != ladder:
        raise Refused(
            _("%(model)s can follow only the newest version of the ladder %(name)s.")
            % {"model": model, "name": model.ladder.name}
        )
    changes = changes_between(model.ladder, ladder)
    if not loosening(changes):
        raise Refused(
            _("This version loosens nothing, so that it takes no motion: load its text once more.")
        )
    if why := why_not_adopted(model, ladder):
        raise Refused(why)
    try:
        texts = check_ladder_dossier(dossier)
    except ValueError as error:
        raise Refused(str(error)) from None
    deciding = stages_that_decide(model.ladder, changes)
    motion = boards.propose_motion(
        actor=actor,
        board=model.board,
        kind=CHANGE_KIND,
        title=(
            _("%(model)s: version %(new)d of the ladder instead of %(old)d")
            % {"model": model, "new": ladder.version, "old": model.ladder.version}
        )[:200],
        subject_ref=ref(model),
        subject_label=str(model),
        subject_url=model.get_absolute_url(),
        params={
            "model": str(model),
            "ladder": ladder.name,
            "from": model.ladder.version,
            "to": ladder.version,
            "digest": ladder.digest,
        },
        dossier={
            **texts,
            "changes": "\n".join(change.line for change in changes),
            "exhibits": [_exhibit(ladder), _exhibit(model.ladder)],
        },
        rule=rule_data(combine(stage.decision_rule for stage in deciding)),
        voting_seconds=max(int(stage.voting_period.total_seconds()) for stage in deciding),
        also=(model, ladder),
    )
    return boards.open_vote(actor=actor, motion=motion)


def stages_that_decide(former: Ladder, changes: Sequence[Change]) -> list[Stage]:
    """Return the stages whose rules decide together on what loosens."""
    stages = list(Stage.objects.filter(ladder=former).select_related("ladder").order_by("position"))
    slugs = {stage.slug for stage in deciding_stages(plan_of(former, stages), changes)}
    return [stage for stage in stages if stage.slug in slugs]


def _exhibit(ladder: Ladder) -> dict[str, str]:
    return {
        "type": _("Ladder"),
        "title": str(ladder),
        "digest": ladder.digest,
        "url": ladder.get_absolute_url(),
        "note": "",
    }


@transaction.atomic
def apply_ladder_change(*, motion_id: int) -> bool:
    """Let a model follow the version that its board approved; return whether anything changed.

    While a release stands where the version has no stage it waits, and lapses after its time.
    """
    subject = Motion.objects.values_list("subject_ref", flat=True).get(pk=motion_id)
    model = lock_model(int(subject.rpartition(":")[2]))
    motion = lock_motion(motion_id)
    if motion.applied_at is not None or motion.decided_at is None:
        return False
    ladder = selectors.ladder_by_name(motion.params["ladder"], motion.params["to"])
    if motion.outcome != MotionState.APPROVED or ladder is None:
        boards.mark_applied(motion=motion)
        return False
    why = why_not_adopted(model, ladder)
    if why and timezone.now() < motion.decided_at + PATIENCE:
        return False
    if model.ladder.name != ladder.name or model.ladder.version != motion.params["from"]:
        why = _("The model stands on %(ladder)s now.") % {"ladder": model.ladder}
    boards.mark_applied(motion=motion)
    if why:
        _keep(model, ladder, motion, why)
        return True
    changes = changes_between(model.ladder, ladder)
    move_to(actor=None, model=model, ladder=ladder, changes=changes, motion=motion)
    newer = waiting_version(model)
    if newer is not None:
        adopt_if_nothing_loosens(actor=None, model_id=model.pk, ladder=newer)
    return True


def _keep(model: Model, ladder: Ladder, motion: Motion, why: str) -> None:
    record(
        actor=None,
        action=Action.LADDER_KEPT,
        target=model,
        also=(ladder, motion),
        data={"to": f"{ladder.name}@{ladder.version}", "reason": why},
    )
    notifications.ladder_kept(model, ladder, motion, why)

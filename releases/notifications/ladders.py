"""Of the rules that a model follows."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from boards.models import Motion
from releases.ladder_changes import Change
from releases.models import Ladder, Model
from releases.notifications.staff import tell_staff


def ladder_adopted(
    model: Model,
    former: Ladder,
    ladder: Ladder,
    changes: Sequence[Change],
    motion: Motion | None,
) -> None:
    """Tell the managers and the board what holds now, and by whose decision."""
    why = (
        _("By the board's decision these changes hold for %(model)s from now on.")
        if motion
        else _("Nothing of it loosens a rule, so that it holds for %(model)s at once.")
    )
    tell_staff(
        model,
        kind="ladder_adopted",
        subject=_("%(model)s follows version %(version)d of its ladder")
        % {"model": model, "version": ladder.version},
        body="\n\n".join(
            [
                why % {"model": model},
                _("It followed version %(version)d before.") % {"version": former.version},
                _change_lines(changes),
            ]
        ),
        url=ladder.get_absolute_url(),
    )


def ladder_waits(model: Model, ladder: Ladder, changes: Sequence[Change], obstacle: str) -> None:
    """Tell the managers and the board that a version was loaded that does not hold yet."""
    why = obstacle or _(
        "It loosens rules, so that it holds only once the board has approved that. A release "
        "manager can put it before the board."
    )
    tell_staff(
        model,
        kind="ladder_waits",
        subject=_("Version %(version)d of the ladder of %(model)s waits for a decision")
        % {"model": model, "version": ladder.version},
        body="\n\n".join([why, _change_lines(changes)]),
        url=ladder.get_absolute_url(),
    )


def ladder_kept(model: Model, ladder: Ladder, motion: Motion, why: str) -> None:
    """Tell the proposer, the managers and the board that an approval came to nothing."""
    tell_staff(
        model,
        kind="ladder_kept",
        subject=_("%(model)s stays on its version of the ladder") % {"model": model},
        body=_("The board approved version %(version)d, which does not take effect. %(why)s")
        % {"version": ladder.version, "why": why},
        url=model.get_absolute_url(),
        also=motion.proposer,
    )


def _change_lines(changes: Sequence[Change]) -> str:
    return "\n".join(change.line for change in changes)

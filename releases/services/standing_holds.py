"""Holds that the portal itself places: on the admissions of one release, never on more."""

from django.utils import timezone

from audit.services import record
from releases.actions import Action
from releases.choices import HoldCause, HoldKind, HoldState
from releases.models import Hold, Release
from releases.selectors.watch import admissions_hold
from releases.services.holds import restart_cool_off
from releases.states import HOLD


def hold_admissions(*, release: Release, cause: HoldCause, reason: str) -> Hold:
    """Hold the admissions of a locked release at once, with its review due at once.

    Where they are held already, that hold's review becomes due, unless the board was asked to
    lift it, before it could know of this. It is lifted as every hold is.
    """
    model = release.model
    hold = admissions_hold(release)
    if hold is None:
        hold = Hold.objects.create(
            model=model,
            release=release,
            kind=HoldKind.ADMISSIONS,
            cause=cause,
            reason=reason,
            review_at=timezone.now(),
        )
        record(
            actor=None,
            action=Action.HOLD_PLACED,
            target=hold,
            also=(release, model),
            data={
                "kind": hold.kind,
                "cause": cause.value,
                "reason": reason,
                "cool_offs_restarted": restart_cool_off(hold),
            },
        )
    if hold.state == HoldState.PLACED:
        HOLD.move(hold, HoldState.REVIEW_DUE)
        hold.save(update_fields=["state"])
        record(actor=None, action=Action.HOLD_REVIEW_DUE, target=hold, also=(release, model))
    return hold

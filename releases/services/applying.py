"""The sweep over decided motions of this room's kinds."""

from collections.abc import Callable

from django.utils import timezone

from boards import services as boards
from boards.models import Motion, MotionState
from releases.choices import TransitionState
from releases.models import Transition
from releases.services.adoption import CHANGE_KIND
from releases.services.decisions import LIFT_KIND, apply_lift, take_effect
from releases.services.ladder_motions import apply_ladder_change
from releases.services.re_reviews import RE_REVIEW_KIND, apply_re_review
from releases.services.transitions import KIND
from releases.services.waves import RAISE_KIND, apply_raise


def apply_decided_motions() -> int:
    """Do what every decided motion of this room's kinds asks for; return how many changed."""
    return sum(boards.apply_decided(kind, apply) for kind, apply in _APPLY.items())


def _carry_on(motion: Motion) -> bool:
    transition = Transition.objects.filter(motion=motion).first()
    if transition is None or _is_cooling_off(transition, motion):
        return False
    return take_effect(transition_id=transition.pk)


def _is_cooling_off(transition: Transition, motion: Motion) -> bool:
    return (
        motion.outcome == MotionState.APPROVED
        and transition.state == TransitionState.APPROVED
        and transition.effective_after is not None
        and timezone.now() < transition.effective_after
    )


_APPLY: dict[str, Callable[[Motion], bool]] = {
    KIND: _carry_on,
    LIFT_KIND: lambda motion: apply_lift(motion_id=motion.pk),
    RE_REVIEW_KIND: lambda motion: apply_re_review(motion_id=motion.pk),
    CHANGE_KIND: lambda motion: apply_ladder_change(motion_id=motion.pk),
    RAISE_KIND: lambda motion: apply_raise(motion_id=motion.pk),
}

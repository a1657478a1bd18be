"""Guards and locks that the services share.

Locks are always taken in this order: model, release, transition, motion. Every governed act on
a model takes the model's row first, so that a hold and a take-effect never overlap.
"""

from django.utils.translation import gettext as _

from accounts.models import User
from boards.models import Motion
from common.errors import Refused
from common.text import one_line, paragraphs
from releases import permissions
from releases.choices import Right
from releases.models import Model, Release, Transition

MOST_REASON = 5000


def checked_line(value: str, what: str, *, max_length: int) -> str:
    """Return the line trimmed, or refuse it naming what it was to be."""
    try:
        return one_line(value, max_length=max_length)
    except ValueError as error:
        raise Refused(f"{what}: {error}") from None


def checked_reason(value: str) -> str:
    """Return the reason trimmed, or refuse an empty one."""
    try:
        return paragraphs(value, max_length=MOST_REASON)
    except ValueError as error:
        raise Refused(_("The reason: %(problem)s") % {"problem": error}) from None


def guard_right(actor: User, right: Right, model: Model) -> None:
    """Refuse an actor who lacks the right."""
    if not permissions.has_right(actor, right, model):
        raise Refused(
            _("You need the right to %(right)s for %(model)s.")
            % {"right": right.label, "model": model}
        )


def lock_model(model_id: int) -> Model:
    """Take the lock of every governed act on a model."""
    return (
        Model.objects.select_for_update(no_key=True, of=("self",))
        .select_related("board", "ladder")
        .get(pk=model_id)
    )


def lock_release(release_id: int) -> Release:
    """Take the lock of a release, its model's first."""
    model_id = Release.objects.values_list("model_id", flat=True).get(pk=release_id)
    lock_model(model_id)
    return (
        Release.objects.select_for_update(no_key=True, of=("self",))
        .select_related("model", "model__board", "model__ladder", "stage", "created_by")
        .get(pk=release_id)
    )


def lock_transition(transition_id: int) -> Transition:
    """Take the lock of a transition, its model's and its release's first."""
    release_id = Transition.objects.values_list("release_id", flat=True).get(pk=transition_id)
    release = lock_release(release_id)
    transition = (
        Transition.objects.select_for_update(no_key=True, of=("self",))
        .select_related("from_stage", "to_stage", "motion", "motion__proposer", "motion__board")
        .get(pk=transition_id)
    )
    transition.release = release
    return transition


def lock_motion(motion_id: int) -> Motion:
    """Take the lock of a motion, after those of what it is about."""
    return (
        Motion.objects.select_for_update(no_key=True, of=("self",))
        .select_related("proposer", "board")
        .get(pk=motion_id)
    )

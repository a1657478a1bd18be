"""Setting a requirement of one move aside: by a seat that the rule names, and with a reason."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from boards import services as boards
from common.errors import Refused
from releases import notifications, permissions
from releases.actions import Action
from releases.models import RequirementOverride, Transition
from releases.requirements import Requirement
from releases.selectors.requirements import requirements_for
from releases.services.checks import checked_reason, lock_transition


@transaction.atomic
def override_requirement(
    *, actor: User, transition: Transition, key: str, dossier_digest: str, reason: str
) -> RequirementOverride:
    """Let a move go on although a requirement is not met, for the dossier as it is now.

    `dossier_digest` is of the dossier that was on the actor's page. It counts for that one only:
    a changed dossier has to meet the requirement, or to be overridden again.
    """
    transition = lock_transition(transition.pk)
    motion = transition.motion
    if motion.dossier_digest != dossier_digest:
        raise Refused(_("The dossier was changed since you read it. Read it again first."))
    found = _requirement(transition, key)
    if why := permissions.why_no_requirement_override(actor, transition, found):
        raise Refused(why)
    seat = permissions.overriding_seat(actor, transition, found)
    if seat is None:
        raise Refused(_("You hold no seat that the rule names."))
    override = RequirementOverride.objects.create(
        transition=transition,
        dossier_digest=motion.dossier_digest,
        key=key,
        name=found.name[:120],
        found=found.state,
        sentence=found.sentence,
        role=seat.role,
        reason=checked_reason(reason),
        overridden_by=actor,
    )
    boards.renew_record(motion=motion)
    release = transition.release
    record(
        actor=actor,
        action=Action.REQUIREMENT_OVERRIDDEN,
        target=transition,
        also=(release, release.model, motion),
        data={
            "requirement": key,
            "name": override.name,
            "found": override.found,
            "sentence": override.sentence,
            "role": override.role,
            "dossier_digest": override.dossier_digest,
            "reason": override.reason,
        },
    )
    notifications.requirement_overridden(override)
    return override


def _requirement(transition: Transition, key: str) -> Requirement:
    found = requirements_for(
        transition.release, transition.to_stage, now=timezone.now(), of=transition
    )
    for requirement in found:
        if requirement.key == key:
            return requirement
    raise Refused(_("%(stage)s has no such requirement.") % {"stage": transition.to_stage})

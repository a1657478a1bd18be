"""A person says whether a subject is the listed party. Scores never do."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import Action
from accounts.models import Disposition, ScreeningHit, User
from accounts.selectors import membership_of
from accounts.selectors.screening import last_decider
from accounts.services.checks import checked_reason
from audit.services import record
from common.errors import Refused


@transaction.atomic
def decide_hit(*, actor: User, hit: ScreeningHit, decision: str, reason: str) -> ScreeningHit:
    """Decide whether a subject is the listed party, with a reason, which is kept for ever.

    Who may do so for this subject is the caller's question. Nobody decides on themselves or on
    an organisation of theirs; that somebody is the listed one is taken back by somebody else.
    """
    reason = checked_reason(reason)
    if decision not in (ScreeningHit.Decision.NOT_THEM, ScreeningHit.Decision.THEM):
        raise Refused(_("Say whether it is the listed party or somebody else."))
    hit = (
        ScreeningHit.objects.select_for_update(no_key=True, of=("self",))
        .select_related("watch__user", "watch__organization", "on_list")
        .get(pk=hit.pk)
    )
    _require_other(actor, hit)
    if not hit.listed and hit.decision != ScreeningHit.Decision.THEM:
        raise Refused(_("The two are no longer alike: there is nothing to decide."))
    if hit.decision == decision and not hit.recheck:
        raise Refused(_("That is decided already."))
    loosens = hit.decision == ScreeningHit.Decision.THEM and decision != hit.decision
    last = last_decider(hit)
    if loosens and last is not None and last.pk == actor.pk:
        raise Refused(
            _("You said that it is the listed party; somebody else must say that it is not.")
        )
    Disposition.objects.create(
        hit=hit,
        decision=decision,
        reason=reason,
        fingerprint=hit.fingerprint,
        subject_digest=hit.subject_digest,
        decided_by=actor,
    )
    hit.decision = decision
    hit.recheck = False
    hit.save(update_fields=["decision", "recheck"])
    record(
        actor=actor,
        action=Action.SCREENING_DECIDED,
        target=hit,
        also=(hit.watch,),
        data={
            "decision": decision,
            "reason": reason,
            "list": hit.on_list.slug,
            "entry": hit.key,
            "round": hit.round_id,
        },
    )
    return hit


def _require_other(actor: User, hit: ScreeningHit) -> None:
    if not User.objects.filter(pk=actor.pk, is_active=True).exists():
        raise Refused(_("Your account is closed."))
    watch = hit.watch
    own = watch.user_id == actor.pk or watch.sealed_for == actor.pseudonym
    if watch.organization is not None and membership_of(actor, watch.organization) is not None:
        own = True
    if own:
        raise Refused(_("This is about you or your organisation. Somebody else must decide it."))

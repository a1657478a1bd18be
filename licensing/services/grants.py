"""Making, suspending and ending grants, and who is named on them."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from accounts.selectors import membership_of
from audit.services import record
from common.errors import Refused
from common.queue import enqueue
from licensing import notifications, permissions, selectors
from licensing.actions import Action
from licensing.facts import SELF_SERVICE
from licensing.models import LIVE_GRANT_STATES, Grant, GrantState, GrantUser
from licensing.selectors import agreements
from licensing.services import admissions
from licensing.services.guards import (
    lock_parties,
    require_active,
    require_member,
    require_not_banned,
    text_of,
)
from licensing.services.screening import watch_grant
from releases.models import Model

# A self-service grant ends, so that somebody who still needs it says so once a year.
SELF_SERVICE_PERIOD = timedelta(days=365)
MAX_NAMED_USERS = 500


def _locked(grant: Grant) -> Grant:
    return (
        Grant.objects.select_for_update(no_key=True, of=("self",))
        .select_related("model", "organization", "person")
        .get(pk=grant.pk)
    )


def _require_live(grant: Grant) -> None:
    if grant.state not in LIVE_GRANT_STATES:
        raise Refused(
            _("The grant has ended already: %(state)s.") % {"state": grant.get_state_display()}
        )


@transaction.atomic
def create_self_service_grant(
    *, actor: User, model: Model, organization: Organization | None = None
) -> Grant | None:
    """Make or widen the grant that accepting the terms at a public stage is enough for.

    None where no public stage offers anything for which the actor has accepted all terms.
    """
    require_active(actor)
    require_member(actor, organization)
    person = None if organization else actor
    lock_parties(actor, organization)
    require_not_banned(actor, organization)
    modes = _public_modes(actor, model, organization)
    if not modes:
        return None
    former = selectors.former_grants(actor, model, organization, person)
    bars = next(filter(None, map(_bars_self_service, former)), "")
    existing = selectors.live_grant(model, organization, person)
    if existing is not None:
        return existing if bars else _widen(actor, _locked(existing), modes)
    if bars:
        raise Refused(bars)
    # Whoever gave a grant up, or waited for its end, has its quota all the same.
    limited = next((each for each in former if each.volume is not None), None)
    grant = Grant.objects.create(
        model=model,
        organization=organization,
        person=person,
        modes=modes,
        public_modes=modes,
        ends_at=timezone.now() + SELF_SERVICE_PERIOD,
        volume_bytes=limited.volume_bytes if limited else None,
        volume_days=limited.volume_days if limited else None,
        volume_set_by=limited.volume_set_by if limited else None,
    )
    GrantUser.objects.create(grant=grant, user=actor)
    record(
        actor=actor,
        action=Action.GRANT_CREATED,
        target=grant,
        also=(model,),
        data={"modes": modes, "self_service": True},
    )
    watch_grant(grant)
    return admissions.activate_grant(actor=actor, grant=grant)


def _bars_self_service(former: Grant) -> str:
    """Return why a grant that was stopped leaves none to be had by accepting terms, if it was."""
    if former.state == GrantState.REVOKED:
        sentence = _("A grant of yours for this model was revoked: %(reason)s")
    elif former.suspended_by_id is not None:
        sentence = _("A grant of yours for this model was suspended: %(reason)s")
    else:
        return ""
    remedy = _(
        "Accepting the terms makes no further one. Answer the reason to the model's release team, "
        "or apply for access if the model takes applications."
    )
    return f"{sentence % {'reason': former.state_reason}} {remedy}"


def _public_modes(actor: User, model: Model, organization: Organization | None) -> list[str]:
    """Return the modes that are public on some release whose terms the actor accepted."""
    held = selectors.held_releases(model)
    found: set[str] = set()
    for release in selectors.outward_releases(model):
        stage = release.stage
        if stage is None or release.pk in held:
            continue
        offered = SELF_SERVICE.get(stage.access_mode, frozenset())
        if offered and agreements.accepted_all(actor, stage, organization):
            found |= offered
    return sorted(found)


def _widen(actor: User, grant: Grant, modes: list[str]) -> Grant:
    """Add public modes to a live grant, and the actor to one that came without a review."""
    named = grant.named_users.filter(user=actor, ended_at__isnull=True).exists()
    if grant.state == GrantState.SUSPENDED or (grant.application_id is not None and not named):
        # A suspended grant gains nothing, and who is named on a reviewed one was reviewed.
        return grant
    if not named:
        GrantUser.objects.create(grant=grant, user=actor)
        record(actor=actor, action=Action.GRANT_USER_ADDED, target=grant, also=(actor,))
        watch_grant(grant)
    added = [mode for mode in modes if mode not in grant.modes]
    if added:
        grant.modes = sorted({*grant.modes, *added})
        grant.public_modes = sorted({*grant.public_modes, *added})
        grant.save(update_fields=["modes", "public_modes"])
        record(
            actor=actor,
            action=Action.GRANT_WIDENED,
            target=grant,
            also=(grant.model,),
            data={"modes": added},
        )
    return admissions.activate_grant(actor=actor, grant=grant)


@transaction.atomic
def suspend_grant(*, actor: User, grant: Grant, reason: str) -> Grant:
    """Stop a grant at once. One authorised person is enough."""
    grant = _locked(grant)
    _require_governing(actor, grant)
    reason = text_of(reason, _("Reason"))
    _require_live(grant)
    if grant.state == GrantState.SUSPENDED:
        raise Refused(_("The grant is suspended already."))
    grant.state = GrantState.SUSPENDED
    grant.state_reason = reason
    grant.suspended_by = actor
    grant.save(update_fields=["state", "state_reason", "suspended_by"])
    record(
        actor=actor,
        action=Action.GRANT_SUSPENDED,
        target=grant,
        also=(grant.model,),
        data={"reason": reason},
    )
    notifications.grant_suspended(grant)
    return grant


@transaction.atomic
def lift_suspension(*, actor: User, grant: Grant, reason: str) -> Grant:
    """Let a suspended grant go on. Takes another authorised person than the one who suspended."""
    grant = _locked(grant)
    _require_governing(actor, grant)
    reason = text_of(reason, _("Reason"))
    if grant.state != GrantState.SUSPENDED:
        raise Refused(_("The grant is not suspended."))
    if grant.suspended_by_id == actor.pk:
        raise Refused(_("You suspended this grant; another authorised person must lift it."))
    if permissions.has_stake(actor, grant):
        raise Refused(_("This grant is your own organisation's; somebody else must lift it."))
    grant.state = GrantState.PENDING_TERMS
    grant.state_reason = ""
    grant.suspended_by = None
    grant.save(update_fields=["state", "state_reason", "suspended_by"])
    record(
        actor=actor,
        action=Action.GRANT_SUSPENSION_LIFTED,
        target=grant,
        also=(grant.model,),
        data={"reason": reason},
    )
    notifications.grant_suspension_lifted(grant)
    return admissions.activate_grant(actor=actor, grant=grant)


@transaction.atomic
def revoke_grant(*, actor: User, grant: Grant, reason: str) -> Grant:
    """End a grant for good."""
    grant = _locked(grant)
    _require_governing(actor, grant)
    reason = text_of(reason, _("Reason"))
    _require_live(grant)
    return end_grant(actor, grant, GrantState.REVOKED, Action.GRANT_REVOKED, reason)


@transaction.atomic
def relinquish_grant(*, actor: User, grant: Grant, reason: str = "") -> Grant:
    """Give a grant up, as its holder."""
    grant = _locked(grant)
    if not permissions.can_keep(actor, grant):
        raise Refused(_("Only the holder of a grant gives it up."))
    reason = text_of(reason, _("Reason")) if reason.strip() else ""
    _require_live(grant)
    if grant.state == GrantState.SUSPENDED:
        raise Refused(
            _("The grant is suspended. It is given up once the suspension is lifted, or revoked.")
        )
    return end_grant(actor, grant, GrantState.RELINQUISHED, Action.GRANT_RELINQUISHED, reason)


@transaction.atomic
def expire_grant(*, grant: Grant) -> Grant:
    """Write down that a grant's end date has passed. The verdict knew already."""
    grant = _locked(grant)
    if grant.state in LIVE_GRANT_STATES and grant.ends_at <= timezone.now():
        # What a suspension was for is still to be answered when the end date has passed.
        end_grant(None, grant, GrantState.EXPIRED, Action.GRANT_EXPIRED, grant.state_reason)
    return grant


def end_grant(
    actor: User | None, grant: Grant, state: GrantState, action: Action, reason: str
) -> Grant:
    """End a locked grant, and tell those who used it."""
    grant.state = state
    grant.state_reason = reason
    grant.ended_at = timezone.now()
    grant.save(update_fields=["state", "state_reason", "ended_at"])
    record(
        actor=actor,
        action=action,
        target=grant,
        also=(grant.model,),
        data={"reason": reason} if reason else {},
    )
    watch_grant(grant)
    enqueue("licensing.settle_duties", grant.pk)
    if state != GrantState.SUPERSEDED:
        notifications.grant_ended(grant)
    return grant


@transaction.atomic
def add_named_user(*, actor: User, grant: Grant, user: User) -> GrantUser:
    """Name a member of the holding organisation on the grant."""
    grant = _locked(grant)
    if not permissions.can_keep(actor, grant):
        raise Refused(_("Only the owner or custodian of the organisation names users."))
    _require_live(grant)
    if grant.organization is None:
        raise Refused(_("This grant is one person's own; nobody else can be named on it."))
    if not user.is_active or membership_of(user, grant.organization) is None:
        raise Refused(
            _("There is no member of %(name)s with this address. Add them there first.")
            % {"name": grant.organization.name}
        )
    require_not_banned(user, grant.organization)
    existing = grant.named_users.filter(user=user, ended_at__isnull=True).first()
    if existing is not None:
        return existing
    if grant.named_users.filter(ended_at__isnull=True).count() >= MAX_NAMED_USERS:
        raise Refused(_("A grant names at most %(most)d people.") % {"most": MAX_NAMED_USERS})
    named = GrantUser.objects.create(grant=grant, user=user)
    record(actor=actor, action=Action.GRANT_USER_ADDED, target=grant, also=(user,))
    watch_grant(grant)
    notifications.grant_user_added(grant, user)
    return named


@transaction.atomic
def end_named_user(*, actor: User, grant: Grant, user: User) -> Grant:
    """Take somebody off the grant. It counts at the next verdict."""
    grant = _locked(grant)
    if not permissions.can_keep(actor, grant):
        raise Refused(_("Only the owner or custodian of the organisation takes users off."))
    _require_live(grant)
    ended = grant.named_users.filter(user=user, ended_at__isnull=True).update(
        ended_at=timezone.now()
    )
    if not ended:
        raise Refused(_("This person is not named on the grant."))
    record(actor=actor, action=Action.GRANT_USER_ENDED, target=grant, also=(user,))
    watch_grant(grant)
    return grant


def _require_governing(actor: User, grant: Grant) -> None:
    require_active(actor)
    if not permissions.can_govern_grants(actor, grant.model):
        raise Refused(_("You have no right to govern the grants of this model."))

"""The reviewer's side: claim, return, approve, decline."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import membership_of, settled_tier
from accounts.services import grant_clearance
from audit.services import record
from common.errors import Refused
from licensing import notifications, permissions, selectors
from licensing.actions import Action
from licensing.application_form import latest_end, scope_asked
from licensing.models import (
    Admission,
    Application,
    ApplicationState,
    Grant,
    GrantState,
    GrantUser,
    Mode,
)
from licensing.scope import Scope, excess, parse_scope
from licensing.selectors.bans import ban_of
from licensing.services import admissions, grants
from licensing.services.again import require_unended
from licensing.services.applications import locked_application
from licensing.services.guards import lock_parties, require_not_banned, text_of
from licensing.services.screening import require_screened, watch_application, watch_grant
from licensing.services.volume import volume_after
from licensing.volume import Former, Volume
from releases.choices import Right
from releases.permissions import has_right

CLEARANCE_PERIOD = timedelta(days=365)


@transaction.atomic
def claim_application(*, actor: User, application: Application) -> Application:
    """Take an application from the queue."""
    application = _reviewable(actor, application)
    if application.state == ApplicationState.IN_REVIEW:
        if application.reviewer_id == actor.pk:
            return application
        raise Refused(_("Somebody else has this application in review."))
    if application.state != ApplicationState.SUBMITTED:
        raise Refused(_not_in_queue(application))
    application.state = ApplicationState.IN_REVIEW
    application.reviewer = actor
    application.save(update_fields=["state", "reviewer"])
    _record(actor, Action.APPLICATION_CLAIMED, application)
    return application


@transaction.atomic
def release_claim(*, actor: User, application: Application) -> Application:
    """Put an application back in the queue: one's own, or that of a reviewer who is away."""
    application = _reviewable(actor, application)
    if application.state != ApplicationState.IN_REVIEW:
        raise Refused(_not_in_queue(application))
    application.state = ApplicationState.SUBMITTED
    application.reviewer = None
    application.save(update_fields=["state", "reviewer"])
    _record(actor, Action.APPLICATION_RELEASED, application)
    return application


@transaction.atomic
def return_application(*, actor: User, application: Application, message: str) -> Application:
    """Send an application back to the applicant with questions."""
    application = claimed(actor, application)
    application.message = text_of(message, _("Message"))
    application.state = ApplicationState.RETURNED
    # What a board approved was what is changed now.
    application.board_approved_at = None
    application.save(update_fields=["message", "state", "board_approved_at"])
    _record(actor, Action.APPLICATION_RETURNED, application, data={"reason": application.message})
    notifications.application_returned(application)
    return application


@transaction.atomic
def decline_application(*, actor: User, application: Application, reason: str) -> Application:
    """Decline an application. The reason is shown to the applicant."""
    application = claimed(actor, application)
    if application.board_approved_at is not None and not _is_banned(application):
        raise Refused(
            _(
                "The board approved this application, which binds you: approve it, or return it "
                "with questions. To have it declined, refer it to the board again."
            )
        )
    application.message = text_of(reason, _("Reason"))
    application.state = ApplicationState.DECLINED
    application.decided_at = timezone.now()
    application.save(update_fields=["message", "state", "decided_at"])
    _record(actor, Action.APPLICATION_DECLINED, application, data={"reason": application.message})
    watch_application(application)
    notifications.application_declined(application)
    return application


@transaction.atomic
def approve_application(
    *,
    actor: User,
    application: Application,
    modes: Iterable[str],
    scope: Mapping[str, Any] | Scope,
    ends_at: datetime,
    named_users: Iterable[User] | None = None,
    tier: int | None = None,
    volume: Volume | Former | None = Former.VOLUME,
) -> Grant:
    """Approve an application and make its grant, never wider than what was asked for.

    `named_users` defaults to the applicant and the colleagues they listed. With `tier` the
    reviewer says that the named people and the organisation were vetted to that tier; it counts
    for a year, and for every model. `volume` is the download quota, None for none; left out it
    is that of the holder's last grant, which whoever set it does not widen.
    """
    application = claimed(actor, application)
    lock_parties(application.applicant, application.organization)
    require_not_banned(application.applicant, application.organization)
    require_unended(application)
    granted_modes = _modes(application, modes)
    granted_scope = _scope(application, scope)
    _check_end(ends_at)
    quota = volume_after(actor, selectors.grant_before(application), volume)
    users = _named(application, named_users)
    require_screened(application, users)
    if tier is not None:
        _clear(actor, application, users, tier)
    former = _superseded(actor, application)
    grant = _make_grant(application, former, granted_modes, granted_scope, ends_at, users, quota)
    application.state = ApplicationState.APPROVED
    application.decided_at = timezone.now()
    application.message = ""
    application.save(update_fields=["state", "decided_at", "message"])
    _record(actor, Action.APPLICATION_APPROVED, application, also=(grant,))
    record(
        actor=actor,
        action=Action.GRANT_CREATED,
        target=grant,
        also=(application.model, application),
        data={
            "modes": granted_modes,
            "scope": grant.scope,
            "ends_at": ends_at.isoformat(),
            "volume": [grant.volume.bytes, grant.volume.days] if grant.volume else None,
        },
    )
    watch_application(application)
    watch_grant(grant)
    notifications.application_approved(application, grant)
    return admissions.activate_grant(actor=actor, grant=grant)


def _is_banned(application: Application) -> bool:
    return bool(ban_of(application.applicant) or ban_of(application.organization))


def _make_grant(
    application: Application,
    former: Grant | None,
    modes: list[str],
    scope: Scope,
    ends_at: datetime,
    users: list[User],
    quota: tuple[Volume | None, User | None],
) -> Grant:
    """Insert the grant with its users, who keep what the former one gave them."""
    limit, limited_by = quota
    # Modes that the holder had by public terms are not lost by being approved for others.
    public = sorted(set(former.public_modes) - set(modes)) if former else []
    grant = Grant.objects.create(
        model=application.model,
        organization=application.organization,
        person=None if application.organization else application.applicant,
        application=application,
        modes=sorted({*modes, *public}),
        public_modes=public,
        scope=scope.as_data(),
        ends_at=ends_at,
        volume_bytes=limit.bytes if limit else None,
        volume_days=limit.days if limit else None,
        volume_set_by=limited_by,
    )
    GrantUser.objects.bulk_create([GrantUser(grant=grant, user=user) for user in users])
    if former is not None:
        # Whoever had a place keeps it.
        Admission.objects.filter(grant=former).update(grant=grant)
    return grant


def _modes(application: Application, modes: Iterable[str]) -> list[str]:
    granted = sorted(set(modes))
    if not granted or not set(granted) <= set(Mode.values):
        raise Refused(_("Choose the hosted API, the weights, or both."))
    if not set(granted) <= set(application.answers.get("modes", [])):
        raise Refused(_("Grant no more than was asked for: a mode was not asked for."))
    return granted


def _scope(application: Application, scope: Mapping[str, Any] | Scope) -> Scope:
    try:
        granted = scope if isinstance(scope, Scope) else parse_scope(scope)
        wider = excess(scope_asked(application.answers), granted)
    except ValueError as error:
        raise Refused(str(error)) from None
    if wider:
        raise Refused(" ".join([_("Grant no more than was asked for."), *wider]))
    return granted


def _check_end(ends_at: datetime) -> None:
    today = timezone.localdate()
    if ends_at <= timezone.now():
        raise Refused(_("The end date must lie in the future."))
    if timezone.localdate(ends_at) > latest_end(today) + timedelta(days=1):
        raise Refused(_("The end date lies too far ahead: three years at most."))


def _named(application: Application, named_users: Iterable[User] | None) -> list[User]:
    if named_users is None:
        named_users = selectors.nameable_users(application)
    users = list({user.pk: user for user in named_users}.values())
    if not users:
        raise Refused(_("Name at least one person who may use the grant."))
    if len(users) > grants.MAX_NAMED_USERS:
        raise Refused(
            _("A grant names at most %(most)d people.") % {"most": grants.MAX_NAMED_USERS}
        )
    for user in users:
        organization = application.organization
        belongs = (
            user.pk == application.applicant_id
            if organization is None
            else membership_of(user, organization) is not None
        )
        if not belongs or not user.is_active:
            raise Refused(
                _("%(name)s cannot be named: they do not belong to the holder of the grant.")
                % {"name": selectors.person_name(user)}
            )
        require_not_banned(user, None)
    return users


def _clear(actor: User, application: Application, users: list[User], tier: int) -> None:
    now = timezone.now()
    until = now + CLEARANCE_PERIOD
    for user in users:
        if settled_tier(user, now) < tier:
            # Of the others only their organisation is known, not where they work.
            own = user.pk == application.applicant_id
            grant_clearance(
                actor=actor,
                user=user,
                tier=tier,
                expires_at=until,
                affiliation=application.organization,
                country=application.answers.get("country", "") if own else "",
            )
    organization = application.organization
    if organization is not None and settled_tier(organization, now) < tier:
        grant_clearance(actor=actor, organization=organization, tier=tier, expires_at=until)


def _superseded(actor: User, application: Application) -> Grant | None:
    """End the holder's former grant in favour of the new one."""
    organization = application.organization
    person = None if organization else application.applicant
    former = selectors.live_grant(application.model, organization, person)
    if former is None:
        return None
    former = Grant.objects.select_for_update(no_key=True).get(pk=former.pk)
    if former.state == GrantState.SUSPENDED:
        raise Refused(
            _("The holder's present grant is suspended. Lift the suspension or revoke it first.")
        )
    return grants.end_grant(actor, former, GrantState.SUPERSEDED, Action.GRANT_SUPERSEDED, "")


def _reviewable(actor: User, application: Application) -> Application:
    application = locked_application(application)
    fresh = User.objects.filter(pk=actor.pk).first()
    if fresh is None or not has_right(fresh, Right.REVIEW_APPLICATION, application.model):
        raise Refused(_("You have no right to review applications for this model."))
    conflict = permissions.review_conflict(fresh, application)
    if conflict:
        raise Refused(conflict)
    return application


def claimed(actor: User, application: Application) -> Application:
    """Return the application, locked, if the actor may review it and has it in review."""
    application = _reviewable(actor, application)
    if application.state != ApplicationState.IN_REVIEW:
        raise Refused(_not_in_queue(application))
    if application.reviewer_id != actor.pk:
        raise Refused(_("Somebody else has this application in review."))
    return application


def _not_in_queue(application: Application) -> str:
    if application.state == ApplicationState.SUBMITTED:
        return _("Take the application from the queue first.")
    return _("This application is not in review: %(state)s.") % {
        "state": application.get_state_display()
    }


def _record(
    actor: User,
    action: Action,
    application: Application,
    *,
    also: tuple[Grant, ...] = (),
    data: dict[str, Any] | None = None,
) -> None:
    record(
        actor=actor,
        action=action,
        target=application,
        also=(application.model, *also),
        data=data or {},
    )

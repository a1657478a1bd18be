"""Approving: by one reviewer, or proposed by one and confirmed by a second."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
from licensing import approval_rules, notifications, permissions, selectors
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
    Proposal,
)
from licensing.scope import Scope, excess, parse_scope
from licensing.selectors import reviews
from licensing.services import admissions, grants
from licensing.services.again import require_unended
from licensing.services.beside import require_ticked
from licensing.services.country_guard import require_served
from licensing.services.duties.opening import carry_over
from licensing.services.guards import lock_parties, require_met, require_not_banned, text_of
from licensing.services.review import claimed, not_in_queue, record_act, reviewable
from licensing.services.screening import require_screened, watch_application, watch_grant
from licensing.services.volume import volume_after
from licensing.states import APPLICATION
from licensing.volume import Former, Volume

CLEARANCE_PERIOD = timedelta(days=365)


@dataclass(frozen=True)
class Terms:
    """Everything that an approval grants, checked against what was asked for."""

    modes: list[str]
    scope: Scope
    ends_at: datetime
    users: list[User]
    tier: int | None
    volume: Volume | Former | None

    def as_data(self) -> dict[str, Any]:
        """Return it as a proposal keeps it."""
        volume: Any = self.volume
        if isinstance(volume, Volume):
            volume = [volume.bytes, volume.days]
        return {
            "modes": self.modes,
            "scope": self.scope.as_data(),
            "ends_at": self.ends_at.isoformat(),
            "users": [user.pk for user in self.users],
            "tier": self.tier,
            "volume": "former" if volume is Former.VOLUME else volume,
        }


def _kept(proposal: Proposal) -> dict[str, Any]:
    """Return what a proposal keeps, as `_terms` takes it."""
    data = proposal.terms
    volume = data["volume"]
    return {
        "modes": data["modes"],
        "scope": data["scope"],
        "ends_at": datetime.fromisoformat(data["ends_at"]),
        "named_users": list(User.objects.filter(pk__in=data["users"]).order_by("pk")),
        "tier": data["tier"],
        "volume": Former.VOLUME if volume == "former" else Volume(*volume) if volume else None,
    }


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

    Refused where it takes a second reviewer; `propose_approval` asks for one.

    `named_users` defaults to the applicant and the colleagues they listed. With `tier` the
    reviewer says that the named people and the organisation were vetted to that tier; it counts
    for a year, and for every model. `volume` is the download quota, None for none; left out it
    is that of the holder's last grant, which whoever set it does not widen.
    """
    application = claimed(actor, application)
    require_unended(application)
    asked = _terms(application, modes, scope, ends_at, named_users, tier, volume)
    require_served(application, asked.users, asked.modes)
    why = reviews.why_second(application, tier, asked.users, asked.modes)
    require_met(approval_rules.second(why, ""))
    require_ticked(application)
    return _approve(actor, actor, application, asked)


@transaction.atomic
def propose_approval(
    *,
    actor: User,
    application: Application,
    grounds: str,
    modes: Iterable[str],
    scope: Mapping[str, Any] | Scope,
    ends_at: datetime,
    named_users: Iterable[User] | None = None,
    tier: int | None = None,
    volume: Volume | Former | None = Former.VOLUME,
) -> Application:
    """Say as the first of two reviewers what to grant, and on what grounds.

    Nothing is granted until another reviewer confirms exactly that.
    """
    application = claimed(actor, application)
    require_unended(application)
    asked = _terms(application, modes, scope, ends_at, named_users, tier, volume)
    require_served(application, asked.users, asked.modes)
    if not reviews.why_second(application, tier, asked.users, asked.modes):
        raise Refused(_("It takes no second reviewer; approve it."))
    require_ticked(application)
    require_not_banned(application.applicant, application.organization)
    # Refused now rather than to the second reviewer, who could not mend it.
    volume_after(actor, selectors.grant_before(application), volume)
    proposal = Proposal.objects.create(
        application=application,
        terms=asked.as_data(),
        grounds=text_of(grounds, _("Grounds")),
        proposed_by=actor,
    )
    APPLICATION.move(application, ApplicationState.AWAITING_SECOND)
    application.save(update_fields=["state"])
    record_act(
        actor,
        Action.APPROVAL_PROPOSED,
        application,
        data={"terms": {**proposal.terms, "users": len(asked.users)}},
    )
    notifications.second_wanted(application, permissions.possible_seconds(application))
    return application


@transaction.atomic
def confirm_approval(*, actor: User, application: Application) -> Grant:
    """Approve what the first reviewer proposed, as the second one."""
    application, proposal = _proposed(actor, application)
    if proposal.proposed_by_id == actor.pk:
        raise Refused(_("You proposed this yourself; a second reviewer confirms it."))
    asked = _terms(application, **_kept(proposal))
    _answer(proposal, Proposal.Outcome.CONFIRMED, actor)
    return _approve(actor, proposal.proposed_by, application, asked)


@transaction.atomic
def send_back_approval(*, actor: User, application: Application, reason: str) -> Application:
    """Give a proposed approval back to the first reviewer, with what speaks against it."""
    application, proposal = _proposed(actor, application)
    if proposal.proposed_by_id == actor.pk:
        raise Refused(_("You proposed this yourself; you can take it back."))
    reason = text_of(reason, _("Reason"))
    _answer(proposal, Proposal.Outcome.SENT_BACK, actor, reason)
    _back_in_review(application)
    record_act(actor, Action.APPROVAL_SENT_BACK, application, data={"reason": reason})
    notifications.approval_sent_back(application, reason)
    return application


@transaction.atomic
def take_back_approval(*, actor: User, application: Application) -> Application:
    """Take one's own proposal back, before it is confirmed."""
    application, proposal = _proposed(actor, application)
    if proposal.proposed_by_id != actor.pk:
        raise Refused(_("Somebody else proposed this; you can confirm it or send it back."))
    _answer(proposal, Proposal.Outcome.TAKEN_BACK, actor)
    _back_in_review(application)
    record_act(actor, Action.APPROVAL_TAKEN_BACK, application)
    return application


def _proposed(actor: User, application: Application) -> tuple[Application, Proposal]:
    application = reviewable(actor, application)
    proposal = reviews.pending_proposal(application)
    if application.state != ApplicationState.AWAITING_SECOND or proposal is None:
        raise Refused(not_in_queue(application))
    return application, proposal


def _answer(proposal: Proposal, outcome: str, actor: User, reason: str = "") -> None:
    proposal.outcome, proposal.reason = outcome, reason
    proposal.answered_by, proposal.answered_at = actor, timezone.now()
    proposal.save(update_fields=["outcome", "reason", "answered_by", "answered_at"])


def _back_in_review(application: Application) -> None:
    APPLICATION.move(application, ApplicationState.IN_REVIEW)
    application.save(update_fields=["state"])


def _terms(
    application: Application,
    modes: Iterable[str],
    scope: Mapping[str, Any] | Scope,
    ends_at: datetime,
    named_users: Iterable[User] | None,
    tier: int | None,
    volume: Volume | Former | None,
) -> Terms:
    """Check what is to be granted. Refused where it is more than was asked for."""
    granted = _modes(application, modes), _scope(application, scope)
    _check_end(ends_at)
    return Terms(*granted, ends_at, _named(application, named_users), tier, volume)


def _approve(actor: User, first: User, application: Application, asked: Terms) -> Grant:
    """Make the grant. `first` set its terms; `actor` is who has the last word on it."""
    lock_parties(application.applicant, application.organization)
    require_not_banned(application.applicant, application.organization)
    require_unended(application)
    _require_board_s_word(application)
    require_served(application, asked.users, asked.modes)
    require_screened(application, asked.users)
    quota = volume_after(first, selectors.grant_before(application), asked.volume)
    if asked.tier is not None:
        _clear(actor, application, asked.users, asked.tier)
    former = _superseded(actor, application)
    grant = _make_grant(application, former, asked, quota)
    if former is not None:
        carry_over(former=former, grant=grant)
    APPLICATION.move(application, ApplicationState.APPROVED)
    application.decided_at = timezone.now()
    application.message = ""
    application.save(update_fields=["state", "decided_at", "message"])
    record_act(
        actor,
        Action.APPLICATION_APPROVED,
        application,
        also=(grant,),
        data={} if first == actor else {"first": str(first.pseudonym)},
    )
    record(
        actor=actor,
        action=Action.GRANT_CREATED,
        target=grant,
        also=(application.model, application),
        data={
            "modes": asked.modes,
            "scope": grant.scope,
            "ends_at": asked.ends_at.isoformat(),
            "volume": [grant.volume.bytes, grant.volume.days] if grant.volume else None,
        },
    )
    watch_application(application)
    watch_grant(grant)
    notifications.application_approved(application, grant)
    return admissions.activate_grant(actor=actor, grant=grant)


def _require_board_s_word(application: Application) -> None:
    appeal = reviews.appeal_of(application)
    require_met(
        approval_rules.board(
            declined=appeal is not None and appeal.by_board,
            approved=application.board_approved_at is not None,
        )
    )


def _make_grant(
    application: Application,
    former: Grant | None,
    asked: Terms,
    quota: tuple[Volume | None, User | None],
) -> Grant:
    """Insert the grant with its users, who keep what the former one gave them."""
    limit, limited_by = quota
    # Modes that the holder had by public terms are not lost by being approved for others.
    public = sorted(set(former.public_modes) - set(asked.modes)) if former else []
    grant = Grant.objects.create(
        model=application.model,
        organization=application.organization,
        person=None if application.organization else application.applicant,
        application=application,
        modes=sorted({*asked.modes, *public}),
        public_modes=public,
        scope=asked.scope.as_data(),
        ends_at=asked.ends_at,
        volume_bytes=limit.bytes if limit else None,
        volume_days=limit.days if limit else None,
        volume_set_by=limited_by,
    )
    GrantUser.objects.bulk_create([GrantUser(grant=grant, user=user) for user in asked.users])
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
    require_met(approval_rules.named(len(users)))
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
    require_met(approval_rules.unsuspended(suspended=former.state == GrantState.SUSPENDED))
    return grants.end_grant(actor, former, GrantState.SUPERSEDED, Action.GRANT_SUPERSEDED, "")

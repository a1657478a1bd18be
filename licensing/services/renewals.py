"""Renewing a clearance: the holder says what changed, and a reviewer judges it."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Clearance, Organization, Tier, User
from accounts.permissions import is_owner
from accounts.selectors import membership_of
from accounts.services import grant_clearance
from accounts.services.clearances import LONGEST
from audit import personal
from audit.services import record
from common.errors import Refused
from licensing import notifications, permissions, selectors
from licensing.actions import Action
from licensing.models import Renewal
from licensing.services.guards import lock_parties, require_active, require_not_banned, text_of
from releases.choices import Right
from releases.permissions import users_with_right

PERIOD = timedelta(days=365)
# Before that there is nothing to renew, unless something changed.
EARLIEST = timedelta(days=60)
MODELS_TOLD = 10
OPEN = (Renewal.State.ASKED, Renewal.State.AWAITING_SECOND)


@transaction.atomic
def ask_renewal(*, actor: User, clearance: Clearance, changed: bool, note: str) -> Renewal:
    """Ask for one's own clearance, or that of an organisation one owns, to be renewed.

    "Nothing changed" is a word that somebody gives, and a reviewer still looks at it.
    """
    clearance = (
        Clearance.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user", "organization")
        .get(pk=clearance.pk)
    )
    require_active(actor)
    if not may_renew(actor, clearance):
        raise Refused(_("Only the person, or an owner of the organisation, asks for this."))
    if clearance.revoked_at is not None:
        raise Refused(_("This clearance was revoked. Apply for access anew."))
    require_not_banned(actor, clearance.organization)
    if clearance.reopened_at is None and clearance.expires_at > timezone.now() + EARLIEST:
        raise Refused(_("There is nothing to renew yet. Ask within 60 days of its end."))
    if clearance.reopened_at is not None and not changed:
        raise Refused(
            _("Something changed: %(change)s. Say what, so that a reviewer can judge it.")
            % {"change": clearance.get_reopened_for_display()}
        )
    note = text_of(note, _("What changed"), max_length=3000) if changed else ""
    try:
        with transaction.atomic():
            renewal = Renewal.objects.create(
                clearance=clearance,
                asked_by=actor,
                changed=changed,
                note=personal.seal(actor.pseudonym, note),
            )
    except IntegrityError:
        raise Refused(_("A renewal of this clearance waits already.")) from None
    _record(actor, Action.RENEWAL_ASKED, renewal)
    notifications.renewal_asked(renewal, _reviewers(renewal))
    return renewal


def _reviewers(renewal: Renewal) -> list[User]:
    """Return who reviews the models that the holder has to do with, without those in conflict.

    A clearance is no model's own: every reviewer finds it in the list, and may judge it.
    """
    clearance = renewal.clearance
    models = selectors.models_applied_for(clearance.user, clearance.organization)[:MODELS_TOLD]
    found = {
        user.pk: user
        for model in models
        for user in users_with_right(Right.REVIEW_APPLICATION, model)
    }
    return [user for user in found.values() if not conflict(user, renewal)]


def may_renew(user: User, clearance: Clearance) -> bool:
    """Tell whether somebody may ask for the renewal of a clearance."""
    if clearance.user_id is not None:
        return clearance.user_id == user.pk
    return clearance.organization is not None and is_owner(user, clearance.organization)


def conflict(user: User, renewal: Renewal) -> str:
    """Return why this person must not judge the renewal, or an empty string."""
    clearance = renewal.clearance
    if user.pk in (clearance.user_id, renewal.asked_by_id):
        return _("This is your own clearance. Somebody else must judge it.")
    for organization in (clearance.organization, clearance.affiliation):
        if organization is not None and membership_of(user, organization) is not None:
            return _("This concerns your own organisation. Somebody else must judge it.")
    return ""


@transaction.atomic
def approve_renewal(*, actor: User, renewal: Renewal) -> Renewal:
    """Renew the clearance for a year. At tier 3 two reviewers have to say so."""
    renewal = _judged(actor, renewal)
    clearance = renewal.clearance
    lock_parties(clearance.user or renewal.asked_by, clearance.organization)
    require_not_banned(clearance.user or renewal.asked_by, clearance.organization)
    if clearance.tier >= Tier.ENHANCED and renewal.first_reviewer_id is None:
        renewal.first_reviewer = actor
        renewal.state = Renewal.State.AWAITING_SECOND
        renewal.save(update_fields=["first_reviewer", "state"])
        _record(actor, Action.RENEWAL_SECONDED, renewal)
        return renewal
    if renewal.first_reviewer_id == actor.pk:
        raise Refused(_("You approved this already; another reviewer must confirm it."))
    renewal.renewed = grant_clearance(
        actor=actor,
        tier=clearance.tier,
        expires_at=_end(clearance),
        user=clearance.user,
        organization=clearance.organization,
        affiliation=_still_there(clearance),
        # Who is in another country now says which with the next application.
        country="" if clearance.reopened_for == Clearance.Change.COUNTRY else clearance.country,
    )
    return _close(actor, renewal, Renewal.State.APPROVED, Action.RENEWAL_APPROVED)


def _end(clearance: Clearance) -> datetime:
    now = timezone.now()
    # Who asks in time loses none of it.
    begins = max(clearance.expires_at, now) if clearance.reopened_at is None else now
    return min(begins + PERIOD, now + LONGEST)


def _still_there(clearance: Clearance) -> Organization | None:
    user, organization = clearance.user, clearance.affiliation
    if user is None or organization is None or membership_of(user, organization) is None:
        return None
    return organization


@transaction.atomic
def decline_renewal(*, actor: User, renewal: Renewal, reason: str) -> Renewal:
    """Leave the clearance as it is. The reason is shown to whoever asked."""
    renewal = _judged(actor, renewal)
    if renewal.first_reviewer_id == actor.pk:
        # The word of the first is taken back by the second alone.
        raise Refused(_("You approved this already; another reviewer decides now."))
    renewal.reason = text_of(reason, _("Reason"))
    return _close(actor, renewal, Renewal.State.DECLINED, Action.RENEWAL_DECLINED)


@transaction.atomic
def withdraw_renewal(*, actor: User, renewal: Renewal) -> Renewal:
    """Take the request back, as who asked."""
    renewal = _locked(renewal)
    if renewal.asked_by_id != actor.pk:
        raise Refused(_("Only whoever asked takes it back."))
    return _close(None, renewal, Renewal.State.WITHDRAWN, Action.RENEWAL_WITHDRAWN, by=actor)


def _close(
    reviewer: User | None,
    renewal: Renewal,
    state: Renewal.State,
    action: Action,
    *,
    by: User | None = None,
) -> Renewal:
    renewal.state = state
    renewal.reviewer = reviewer
    renewal.decided_at = timezone.now()
    renewal.save(update_fields=["state", "reviewer", "decided_at", "reason", "renewed"])
    actor = reviewer or by
    _record(actor, action, renewal)
    if reviewer is not None:
        notifications.renewal_decided(renewal)
    return renewal


def _judged(actor: User, renewal: Renewal) -> Renewal:
    renewal = _locked(renewal)
    require_active(actor)
    if not permissions.reviewed_models(actor).exists():
        raise Refused(_("You have no right to review applications."))
    why_not = conflict(actor, renewal)
    if why_not:
        raise Refused(why_not)
    return renewal


def _locked(renewal: Renewal) -> Renewal:
    renewal = (
        Renewal.objects.select_for_update(no_key=True, of=("self",))
        .select_related(
            "clearance__user", "clearance__organization", "clearance__affiliation", "asked_by"
        )
        .get(pk=renewal.pk)
    )
    if renewal.state not in OPEN:
        raise Refused(
            _("This renewal is decided: %(state)s.") % {"state": renewal.get_state_display()}
        )
    return renewal


def _record(actor: User | None, action: Action, renewal: Renewal) -> None:
    clearance = renewal.clearance
    subject = clearance.user or clearance.organization
    also = (clearance, subject) if subject is not None else (clearance,)
    record(
        actor=actor,
        action=action,
        target=renewal,
        also=also,
        data={"reason": renewal.reason} if renewal.reason else {},
    )

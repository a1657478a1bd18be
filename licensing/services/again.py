"""Applications that begin with what is known: a copy of a former one, a change of a live grant."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.errors import Refused
from licensing import approval_rules, permissions, selectors
from licensing.actions import Action
from licensing.asking import questions_of
from licensing.models import (
    LIVE_GRANT_STATES,
    OPEN_APPLICATION_STATES,
    Application,
    Grant,
    GrantState,
)
from licensing.questions import Track
from licensing.selectors import asked
from licensing.selectors.suspensions import suspensions_of
from licensing.services.applications import keep_answers, start_application
from licensing.services.guards import (
    lock_parties,
    require_active,
    require_member,
    require_met,
    require_not_banned,
)

# Files belong to the application that they were sent with, and statements are made anew.
_NOT_COPIED = ("files", "tick")


@transaction.atomic
def copy_application(*, actor: User, application: Application) -> Application:
    """Begin a new application with the answers of one that has ended."""
    if application.applicant_id != actor.pk:
        raise Refused(_("Only the applicant does this."))
    if application.state in OPEN_APPLICATION_STATES:
        raise Refused(_("This application is still open. Withdraw it first, or go on with it."))
    if application.amends_id is not None:
        raise Refused(_("This asked for a change of a grant. Ask for it again from the grant."))
    lock_parties(actor, application.organization)
    _require_none_open(actor, application)
    copy = start_application(
        actor=actor,
        model=application.model,
        organization=application.organization,
        track=application.track,
    )
    questions = questions_of(asked.asked_now(copy))
    answers = selectors.answers_of(application)
    return keep_answers(
        copy,
        {
            key: value
            for key, value in answers.items()
            if key in questions and questions[key].kind not in _NOT_COPIED
        },
    )


@transaction.atomic
def start_amendment(*, actor: User, grant: Grant) -> Application:
    """Begin to ask for another scope of a live grant, or return what this person has begun.

    It asks for nothing but the scope and why; approved, it takes the place of the grant, whose
    places in cohorts it keeps.
    """
    grant = Grant.objects.select_related("model", "organization", "person", "application").get(
        pk=grant.pk
    )
    require_active(actor)
    if not permissions.can_keep(actor, grant):
        raise Refused(_("Only the holder of a grant asks for a change of it."))
    lock_parties(actor, grant.organization)
    require_member(actor, grant.organization)
    require_not_banned(actor, grant.organization)
    _require_amendable(grant)
    existing = _open(actor, grant).first()
    if existing is not None and existing.amends_id == grant.pk:
        return existing
    if existing is not None:
        raise Refused(_("You have an application for this model open. Follow it, or withdraw it."))
    former = grant.application
    application = Application.objects.create(
        model=grant.model,
        applicant=actor,
        organization=grant.organization,
        track=former.track if former else Track.RESEARCHER,
        amends=grant,
    )
    record(
        actor=actor,
        action=Action.AMENDMENT_STARTED,
        target=application,
        also=(grant.model, grant),
    )
    return keep_answers(application, _as_granted(grant))


def _as_granted(grant: Grant) -> dict[str, Any]:
    """Return what the grant allows as answers, for the applicant to change."""
    reviewed = sorted(set(grant.modes) - set(grant.public_modes))
    end = timezone.localdate(grant.ends_at)
    return {**grant.scope, "modes": reviewed or list(grant.modes), "end_date": end.isoformat()}


def _require_amendable(grant: Grant) -> None:
    if grant.state not in LIVE_GRANT_STATES:
        raise Refused(_("The grant has ended. Apply for access anew."))
    if grant.state == GrantState.SUSPENDED:
        raise Refused(_("The grant is suspended; nothing about it changes before that is lifted."))
    if suspensions_of(grant):
        raise Refused(
            _("The grant is one of several that are suspended; nothing about it changes meanwhile.")
        )
    if grant.application_id is None:
        raise Refused(
            _("This grant came by accepting public terms. To get more, apply for access.")
        )


def _require_none_open(actor: User, application: Application) -> None:
    open_ones = selectors.open_applications(actor, application.model)
    if open_ones.filter(organization=application.organization).exists():
        raise Refused(_("You have an application for this model open. Follow it, or withdraw it."))


def _open(actor: User, grant: Grant) -> QuerySet[Application]:
    return selectors.open_applications(actor, grant.model).filter(organization=grant.organization)


def require_unended(application: Application) -> None:
    """Refuse to approve the change of a grant that has ended meanwhile."""
    require_met(approval_rules.unended(ended=selectors.amended_ended(application)))

"""Appeals: an applicant's one objection to a decline, decided by somebody who did not decide."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from boards.models import MotionState
from common.errors import Refused
from licensing import notifications, permissions
from licensing.actions import Action
from licensing.models import Appeal, Application, ApplicationState
from licensing.selectors import reviews
from licensing.services.applications import own_application
from licensing.services.guards import lock_parties, require_member, require_not_banned, text_of
from licensing.services.review import claimed, record_act
from licensing.services.screening import watch_application
from licensing.states import APPLICATION


@transaction.atomic
def appeal_application(*, actor: User, application: Application, ground: str) -> Application:
    """Object to the decline of one's application, once, and say on what ground."""
    application = own_application(actor, application)
    lock_parties(actor, application.organization)
    why_not = reviews.why_no_appeal(application)
    if why_not:
        raise Refused(why_not)
    require_member(actor, application.organization)
    require_not_banned(actor, application.organization)
    referral = application.referral
    Appeal.objects.create(
        application=application,
        ground=text_of(ground, _("Ground")),
        declined_by=application.reviewer,
        declined_why=application.message,
        by_board=referral is not None and referral.outcome == MotionState.REJECTED,
    )
    APPLICATION.move(application, ApplicationState.APPEALED)
    application.reviewer = None
    application.decided_at = None
    application.due_at = reviews.promised(application.model)
    application.save(update_fields=["state", "reviewer", "decided_at", "due_at"])
    record_act(actor, Action.APPLICATION_APPEALED, application)
    watch_application(application)
    notifications.application_appealed(application, permissions.possible_reviewers(application))
    return application


@transaction.atomic
def uphold_decline(*, actor: User, application: Application, reason: str) -> Application:
    """Let the decline stand. This is the last word; the applicant reads the reason."""
    application, appeal = _in_hand(actor, application)
    application.message = text_of(reason, _("Reason"))
    _decide(appeal, Appeal.Outcome.UPHELD, actor, application.message)
    APPLICATION.move(application, ApplicationState.DECLINED)
    application.decided_at = timezone.now()
    application.save(update_fields=["message", "state", "decided_at"])
    watch_application(application)
    record_act(actor, Action.APPEAL_UPHELD, application, data={"reason": application.message})
    notifications.appeal_decided(application, appeal)
    return application


@transaction.atomic
def overturn_decline(*, actor: User, application: Application, reason: str) -> Application:
    """Take the decline back. The application is in review by the actor, who may not decline it.

    They approve it, return it with questions, or put it back in the queue for somebody else who
    did not decide on it before.
    """
    application, appeal = _in_hand(actor, application)
    reason = text_of(reason, _("Reason"))
    _decide(appeal, Appeal.Outcome.OVERTURNED, actor, reason)
    APPLICATION.move(application, ApplicationState.IN_REVIEW)
    application.message = ""
    application.save(update_fields=["message", "state"])
    record_act(actor, Action.APPEAL_OVERTURNED, application, data={"reason": reason})
    notifications.appeal_decided(application, appeal)
    return application


def _in_hand(actor: User, application: Application) -> tuple[Application, Appeal]:
    application = claimed(actor, application, ApplicationState.APPEALED)
    return application, Appeal.objects.select_for_update(no_key=True).get(application=application)


def _decide(appeal: Appeal, outcome: str, actor: User, reason: str) -> None:
    appeal.outcome, appeal.reason = outcome, reason
    appeal.decided_by, appeal.decided_at = actor, timezone.now()
    appeal.save(update_fields=["outcome", "reason", "decided_by", "decided_at"])

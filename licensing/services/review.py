"""The reviewer's side: claim, assign, put back, return, decline."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model as Row
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.errors import Refused
from licensing import approval_rules, notifications, permissions
from licensing.actions import Action
from licensing.deadlines import ANSWER_DAYS, LONGEST_ANSWER_DAYS
from licensing.models import Application, ApplicationState, CannedText
from licensing.selectors import person_name, reviews
from licensing.selectors.bans import ban_of
from licensing.services.applications import locked_application
from licensing.services.canned import require_edited
from licensing.services.guards import require_active, require_right, text_of
from licensing.services.screening import watch_application
from licensing.states import APPLICATION
from releases.choices import Right

# States in which somebody can have an application in hand, and put it back.
IN_HAND = (ApplicationState.IN_REVIEW, ApplicationState.APPEALED)


@transaction.atomic
def claim_application(*, actor: User, application: Application) -> Application:
    """Take an application, or an appeal, from the queue."""
    application = reviewable(actor, application)
    if application.state in IN_HAND and application.reviewer_id == actor.pk:
        return application
    _require_free(application)
    _take(application, actor)
    record_act(actor, Action.APPLICATION_CLAIMED, application)
    return application


def _require_free(application: Application) -> None:
    if application.state in IN_HAND and application.reviewer_id is not None:
        raise Refused(_("Somebody else has this application in review."))
    if application.state not in (ApplicationState.SUBMITTED, ApplicationState.APPEALED):
        raise Refused(not_in_queue(application))


def _take(application: Application, reviewer: User) -> None:
    if application.state == ApplicationState.SUBMITTED:
        APPLICATION.move(application, ApplicationState.IN_REVIEW)
    application.reviewer = reviewer
    application.save(update_fields=["state", "reviewer"])


@transaction.atomic
def assign_application(
    *, actor: User, application: Application, reviewer: User, reason: str = ""
) -> Application:
    """Give an application to a reviewer, also one that somebody else has, who is then told.

    It takes the right to lead reviews. Whoever takes it away from somebody says why.
    """
    application = locked_application(application)
    why_not = _("Reviewers are assigned by whoever leads the reviews of this model.")
    fresh = require_right(actor, Right.LEAD_REVIEW, application.model, why_not)
    conflict = permissions.review_conflict(fresh, application)
    if conflict:
        raise Refused(conflict)
    why_not = permissions.why_no_reviewer(reviewer, application)
    if why_not:
        raise Refused(
            _("%(name)s cannot review it: %(why)s")
            % {"name": person_name(reviewer), "why": why_not}
        )
    former = application.reviewer if application.state in IN_HAND else None
    if former is not None:
        if former.pk == reviewer.pk:
            return application
        reason = text_of(reason, _("Reason"))
    elif application.state not in (ApplicationState.SUBMITTED, ApplicationState.APPEALED):
        raise Refused(not_in_queue(application))
    _take(application, reviewer)
    record_act(
        actor,
        Action.APPLICATION_ASSIGNED,
        application,
        also=(reviewer,),
        data={"reason": reason} if former is not None else {},
    )
    notifications.application_assigned(application, actor, former, reason)
    return application


@transaction.atomic
def release_claim(*, actor: User, application: Application) -> Application:
    """Put an application back in the queue: one's own, or that of a reviewer who is away."""
    application = reviewable(actor, application)
    if application.state not in IN_HAND or application.reviewer_id is None:
        raise Refused(not_in_queue(application))
    if application.state == ApplicationState.IN_REVIEW:
        APPLICATION.move(application, ApplicationState.SUBMITTED)
    application.reviewer = None
    application.save(update_fields=["state", "reviewer"])
    record_act(actor, Action.APPLICATION_RELEASED, application)
    return application


@transaction.atomic
def return_application(
    *, actor: User, application: Application, message: str, answer_days: int = ANSWER_DAYS
) -> Application:
    """Send an application back to the applicant with questions, to be answered within some days.

    After these it lapses, of which the applicant is told now and reminded.
    """
    application = claimed(actor, application)
    if not 1 <= answer_days <= LONGEST_ANSWER_DAYS:
        raise Refused(
            _("Give the applicant between 1 and %(most)d days.") % {"most": LONGEST_ANSWER_DAYS}
        )
    application.message = text_of(message, _("Message"))
    require_edited(application.message, CannedText.Kind.RETURN)
    APPLICATION.move(application, ApplicationState.RETURNED)
    application.answer_by = _end_of_day(timezone.now() + timedelta(days=answer_days))
    application.answer_reminded_at = None
    # What a board approved was what is changed now.
    application.board_approved_at = None
    application.save(
        update_fields=["message", "state", "board_approved_at", "answer_by", "answer_reminded_at"]
    )
    record_act(
        actor,
        Action.APPLICATION_RETURNED,
        application,
        data={"reason": application.message, "answer_by": application.answer_by.isoformat()},
    )
    notifications.application_returned(application)
    return application


def _end_of_day(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(hour=23, minute=59, second=59, microsecond=0)


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
    if reviews.bound_by_appeal(application) and not _is_banned(application):
        raise Refused(
            _(
                "The decline was overturned on appeal, which binds you: approve it, or return it "
                "with questions. Once the applicant has answered you can decide anew."
            )
        )
    application.message = text_of(reason, _("Reason"))
    require_edited(application.message, CannedText.Kind.DECLINE)
    APPLICATION.move(application, ApplicationState.DECLINED)
    application.decided_at = timezone.now()
    application.save(update_fields=["message", "state", "decided_at"])
    record_act(
        actor, Action.APPLICATION_DECLINED, application, data={"reason": application.message}
    )
    watch_application(application)
    notifications.application_declined(application)
    return application


def _is_banned(application: Application) -> bool:
    return bool(ban_of(application.applicant) or ban_of(application.organization))


def reviewable(actor: User, application: Application) -> Application:
    """Return the application, locked, if the actor may review it. Refused otherwise."""
    application = locked_application(application)
    fresh = require_active(actor, _("You have no right to review applications for this model."))
    why_not = permissions.why_no_reviewer(fresh, application)
    if why_not:
        raise Refused(why_not)
    return application


def claimed(
    actor: User, application: Application, state: str = ApplicationState.IN_REVIEW
) -> Application:
    """Return the application, locked, if the actor may review it and has it in hand."""
    application = reviewable(actor, application)
    if application.state != state:
        raise Refused(not_in_queue(application))
    if application.reviewer_id is None:
        raise Refused(_("Take the application from the queue first."))
    if application.reviewer_id != actor.pk:
        raise Refused(_("Somebody else has this application in review."))
    return application


def not_in_queue(application: Application) -> str:
    """Return why an act on an application in review is not one on this application."""
    (check,) = approval_rules.in_review(application.state, application.get_state_display(), "")
    return check.sentence


def record_act(
    actor: User | None,
    action: Action,
    application: Application,
    *,
    also: tuple[Row, ...] = (),
    data: dict[str, Any] | None = None,
) -> None:
    """Record an act on an application, on its model too."""
    record(
        actor=actor,
        action=action,
        target=application,
        also=(application.model, *also),
        data=data or {},
    )

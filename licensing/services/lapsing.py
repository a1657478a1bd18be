"""Applications that nobody goes on with: of drafts and of questions reminded, then lapsed."""

from django.db import transaction
from django.utils import timezone

from licensing import notifications
from licensing.actions import Action
from licensing.deadlines import (
    ANSWER_REMINDER,
    DRAFT_LAPSES,
    DRAFT_NOTICE,
    DRAFT_REMINDER,
)
from licensing.models import Application, ApplicationState
from licensing.services.applications import locked_application
from licensing.services.review import record_act
from licensing.services.screening import watch_application
from licensing.states import APPLICATION


@transaction.atomic
def remind_of_answer(*, application: Application) -> bool:
    """Remind the applicant of the date, once; return whether it was done now."""
    application = locked_application(application)
    soon = timezone.now() + ANSWER_REMINDER
    if (
        application.state != ApplicationState.RETURNED
        or application.answer_by is None
        or application.answer_reminded_at is not None
        or application.answer_by > soon
    ):
        return False
    application.answer_reminded_at = timezone.now()
    application.save(update_fields=["answer_reminded_at"])
    notifications.answer_due(application)
    return True


@transaction.atomic
def lapse_returned(*, application: Application) -> bool:
    """End a returned application whose date has passed; return whether it was done now."""
    application = locked_application(application)
    now = timezone.now()
    if (
        application.state != ApplicationState.RETURNED
        or application.answer_by is None
        or application.answer_by > now
    ):
        return False
    _lapse(application)
    notifications.application_lapsed(application)
    return True


@transaction.atomic
def remind_of_draft(*, application: Application) -> bool:
    """Remind the applicant of a draft that was left alone, once; return whether it was done now."""
    application = locked_application(application)
    now = timezone.now()
    if (
        application.state != ApplicationState.DRAFT
        or application.reminded_at is not None
        or application.changed_at > now - DRAFT_REMINDER
    ):
        return False
    application.reminded_at = now
    application.save(update_fields=["reminded_at"])
    notifications.draft_waits(application)
    return True


@transaction.atomic
def lapse_draft(*, application: Application) -> bool:
    """End a draft that was left alone for too long; return whether it was done now.

    Its answers stay, to begin a new one from.
    """
    application = locked_application(application)
    now = timezone.now()
    if (
        application.state != ApplicationState.DRAFT
        or application.changed_at > now - DRAFT_LAPSES
        or application.reminded_at is None
        or application.reminded_at > now - DRAFT_NOTICE
    ):
        return False
    _lapse(application)
    notifications.draft_lapsed(application)
    return True


def _lapse(application: Application) -> None:
    APPLICATION.move(application, ApplicationState.LAPSED)
    application.decided_at = timezone.now()
    application.save(update_fields=["state", "decided_at"])
    watch_application(application)
    record_act(None, Action.APPLICATION_LAPSED, application)

"""Drafts that nobody touches: reminded of, then lapsed, and begun anew with their answers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notification
from common.errors import Refused
from licensing import services, tasks
from licensing.models import Application
from licensing.selectors import answers_of
from tests.factories import make_user
from tests.licensing.factories import (
    make_draft,
    make_grant,
    make_model,
    make_release,
    make_suspension,
)

pytestmark = pytest.mark.django_db


def told(kind: str) -> int:
    return Notification.objects.filter(kind=f"licensing.{kind}").count()


def leave(draft: Application, days: float) -> None:
    """Let it lie for so long, and its reminder with it."""
    Application.objects.filter(pk=draft.pk).update(changed_at=timezone.now() - timedelta(days=days))


def test_a_draft_is_reminded_of_once_lapses_and_can_be_begun_anew() -> None:
    make_release(model := make_model(), "gated")
    draft = make_draft(model, make_user())
    leave(draft, 29)
    tasks.sweep_returned()
    assert told("draft_waits") == 0
    leave(draft, 31)
    tasks.sweep_returned()
    tasks.sweep_returned()
    assert told("draft_waits") == 1
    # However long it lay, there is a week after the reminder.
    leave(draft, 200)
    tasks.sweep_returned()
    draft.refresh_from_db()
    assert draft.state == "draft"
    Application.objects.update(reminded_at=timezone.now() - timedelta(days=8))
    tasks.sweep_returned()
    draft.refresh_from_db()
    assert (draft.state, told("draft_lapsed")) == ("lapsed", 1)
    anew = services.copy_application(actor=draft.applicant, application=draft)
    assert answers_of(anew)["purpose"] == answers_of(draft)["purpose"]


def test_an_answer_begins_the_time_anew() -> None:
    make_release(model := make_model(), "gated")
    draft = make_draft(model, make_user())
    leave(draft, 31)
    tasks.sweep_returned()
    services.save_draft(actor=draft.applicant, application=draft, answers={"funding": "None."})
    draft.refresh_from_db()
    assert draft.reminded_at is None
    assert not services.lapse_draft(application=draft)


def test_no_change_is_begun_of_a_grant_in_a_suspended_selection() -> None:
    make_release(model := make_model(), "gated")
    grant = make_grant(model)
    make_suspension(model)
    assert grant.person is not None
    with pytest.raises(Refused, match="one of several"):
        services.start_amendment(actor=grant.person, grant=grant)

"""How people sign in: allauth writes its own rows, this room records and tells."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts import notifications
from accounts.actions import Action
from accounts.models import User
from audit.services import record


@transaction.atomic
def note_sign_in_change(*, actor: User, address: str, change: str, subject: str, body: str) -> None:
    """Record that a person changed how they sign in, and tell them: it may have been another.

    `change` is allauth's word for it, such as totp_activated or password_changed.
    """
    record(actor=actor, action=Action.SIGN_IN_CHANGED, target=actor, data={"change": change})
    notifications.sign_in_changed(
        user=actor, address=address, change=change, subject=subject, body=body
    )


def forget_ended_sessions() -> int:
    """Delete the rows on sessions that are over, with the addresses in them."""
    live = Session.objects.filter(
        session_key=OuterRef("session_key"), expire_date__gt=timezone.now()
    )
    deleted, _by_model = UserSession.objects.exclude(Exists(live)).delete()
    return deleted

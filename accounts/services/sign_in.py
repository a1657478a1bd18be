"""How people sign in: allauth writes its own rows, this room records and tells."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notifications
from accounts.actions import Action
from accounts.models import User
from accounts.permissions import can_operate
from accounts.services.checks import checked_reason
from accounts.services.tokens import revoke_all_tokens
from audit.services import record
from common.errors import Refused


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


@transaction.atomic
def reset_second_factors(*, actor: User | None, user: User, reason: str) -> int:
    """Remove every second factor of somebody who lost them; return how many that were.

    Everything that works in their name ends with it: whoever asks may be somebody else.
    """
    if actor is not None and not can_operate(actor):
        raise Refused(_("Only the operator can reset second factors."))
    reason = checked_reason(reason)
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    removed, _by_model = Authenticator.objects.filter(user=user).delete()
    if not removed:
        raise Refused(_("This person has no second factor."))
    end_sessions(user)
    revoke_all_tokens(actor=actor, user=user)
    record(actor=actor, action=Action.SECOND_FACTORS_RESET, target=user, data={"reason": reason})
    notifications.sign_in_changed(
        user=user,
        address=user.email,
        change="second_factors_reset",
        subject=_("Your second factors were removed"),
        body=_(
            "The operator removed your passkeys, keys, app and recovery codes, and ended your "
            "sessions, tokens and devices. If you did not ask for it, tell the operator at once. "
            "Sign in with your password and set up a second factor again."
        ),
    )
    return removed


def end_sessions(user: User) -> None:
    """Delete the person's sessions. A changed password ends them too; this empties the rows."""
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
    UserSession.objects.filter(user=user).delete()
